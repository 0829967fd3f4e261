import type { WireAnswer, WireHit } from '../../src/http/answers.ts'
import { outcomeInWords } from './summary.tsx'
import { count, figure, percent, sourceName } from './words.ts'

type Parts = NonNullable<WireHit['explain']>

/** The whole reckoning of one place in the order. */
export const Why = ({ hit, answer }: { hit: WireHit; answer: WireAnswer }) => (
  <>
    {hit.explain && <Score score={hit.score} parts={hit.explain} />}
    <Route answer={answer} />
    {answer.interleaved && <p>Two ways to rank take turns on this page, which feedback compares; ranks are theirs.</p>}
  </>
)

function Score({ score, parts }: { score: number; parts: Parts }) {
  const { depth, freshness, gamma, pRecent, threshold } = parts
  const deep = depth >= threshold
  return (
    <section>
      <h3>This paper</h3>
      {parts.exact && <p>Your words name it by its {exactly[parts.exact]}, so it stands before what merely matches.</p>}
      <p class="formula">
        score {figure(score)} ={' '}
        {deep
          ? `${figure(depth)} × (1 − ${figure(gamma)} × ${figure(pRecent)} × (1 − ${figure(freshness)}))`
          : `depth ${figure(depth)}: below the threshold age does not count`}
      </p>
      <table class="parts">
        <thead class="hidden">
          <tr>
            <th>Part</th>
            <th>Value</th>
            <th>What it is</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(parts).map(([name, value, says]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
              <td>{says}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const exactly = { id: 'number', doi: 'DOI', title: 'title', author: 'author' } as const

const rowsOf = (parts: Parts): [name: string, value: string, says: string][] => [
  ['depth', figure(parts.depth), 'how well it matches: a probability, made of cosine and BM25'],
  ['cosine', parts.cosine === null ? 'none' : figure(parts.cosine), 'likeness in meaning'],
  ['BM25', `${figure(parts.bm25)} of ${figure(parts.idealBm25)}`, 'likeness in words, of the most there can be'],
  ['fused', figure(parts.fused), 'both joined; decides between equal depths'],
  ['freshness', figure(parts.freshness), 'how new it is, on the time scale of what matches'],
  ['age', parts.ageDays === null ? 'unknown' : `${parts.ageDays.toFixed(1)} days`, 'since it was first announced'],
  ['half-life', `${parts.halfLifeDays.toFixed(1)} days`, 'in which freshness halves, for this query'],
  ['p(recent)', figure(parts.pRecent), 'how far it counts that you want recent papers: nothing up to a floor'],
  ['γ', figure(parts.gamma), 'the largest share of its depth that age can take'],
  ['threshold', figure(parts.threshold), 'depth from which freshness counts'],
]

const Route = ({ answer: { route, live, tookMs } }: { answer: WireAnswer }) => (
  <section>
    <h3>This search</h3>
    <ul class="reasons">
      {route.reasons.map(({ code, says }) => (
        <li key={code}>{pageWords[code] ?? says}</li>
      ))}
    </ul>
    <dl class="route">
      <dt>Tiers asked</dt>
      <dd>{route.tiers.join(', ')}</dd>
      <dt>Wanted age</dt>
      <dd>
        {Object.entries(route.gate.intents)
          .map(([intent, share]) => `${intents[intent] ?? intent} ${percent(share)}`)
          .join(' · ')}
      </dd>
      {signsOf(route.gate.parts).length > 0 && (
        <>
          <dt>Signs of it</dt>
          <dd>{signsOf(route.gate.parts).join(' · ')} (in log odds of recent)</dd>
        </>
      )}
      {route.live.offers.map((offer) => (
        <Offer key={offer.source} offer={offer} />
      ))}
      {live.length > 0 && (
        <>
          <dt>What came of it</dt>
          <dd>{live.map(outcomeInWords).join('; ')}</dd>
        </>
      )}
      <dt>Time</dt>
      <dd>
        {Object.entries(tookMs)
          .map(([stage, ms]) => `${stage} ${ms.toFixed(1)} ms`)
          .join(' · ')}
      </dd>
    </dl>
  </section>
)

/** The page chose this mode, and nobody asked for it. */
const pageWords: Readonly<Record<string, string>> = {
  'mode-both': 'The static index and what came since were searched.',
  'live-by-mode': 'Live sources are not asked while you type; Enter lets them be asked.',
}

const intents: Readonly<Record<string, string>> = {
  recent: 'the newest',
  atemporal: 'any',
  old: 'origins and classics',
  dated: 'a stated time',
}

const Offer = ({ offer }: { offer: WireAnswer['route']['live']['offers'][number] }) => (
  <>
    <dt>Asking {sourceName(offer.source)}</dt>
    <dd>
      {offer.because} Worth {figure(offer.value)} at a cost of {figure(offer.cost)} nDCG: something new{' '}
      {percent(offer.pNew)}, not held {percent(offer.pCoverage)}, in time {percent(offer.pAnswer)}.
      {offer.retryAfterMs !== null && ` Again in ${count(Math.ceil(offer.retryAfterMs / 1000), 'second')}.`}
    </dd>
  </>
)

const signsOf = (parts: Readonly<Record<string, number>>): string[] =>
  Object.entries(parts)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${signed(value)}`)

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
