import type { WireAnswer } from '../../src/http/answers.ts'
import { Go } from './go.tsx'
import { showHelp } from './help.tsx'
import type { Coverage, Model } from './model.ts'
import { days, lists, type Wish, withToggled } from './wish.ts'
import { count, countryName, dayInWords, grouped, listed, momentInWords, sourceName } from './words.ts'

/** What an answer is of, what it had to do without, and what it could have been of. */
export const Summary = ({ model, answer }: { model: Model; answer: WireAnswer }) => (
  <>
    <div class="summary">
      <p role="status">
        {answer.hits.length === 0 ? 'No paper' : count(answer.candidates, 'candidate')} as of{' '}
        <time dateTime={answer.asOf}>{momentInWords(answer.asOf)}</time>
        <span class="took">, in {Math.max(1, Math.round(answer.tookMs.total))} ms</span>
      </p>
      <p class="order">
        <Go to={{ ...model.wish, sort: 'relevance' }} current={answer.query.sort === 'relevance'}>
          Best first
        </Go>
        <Go to={{ ...model.wish, sort: 'date' }} current={answer.query.sort === 'date'}>
          Newest first
        </Go>
      </p>
    </div>
    <Live model={model} answer={answer} />
    <Conditions wish={model.wish} answer={answer} />
    {answer.reconstruction !== null && <Past wish={model.wish} asOf={answer.asOf} />}
    <Shortcomings answer={answer} />
    {answer.message !== null && <p class={answer.abstained ? 'notice' : 'notice plain'}>{answer.message}</p>}
  </>
)

/** What narrows the answer, each to be taken back. */
function Conditions({ wish, answer }: { wish: Wish; answer: WireAnswer }) {
  const { datesRead, phrases, excluded } = answer.query
  const chosen = [
    ...lists.flatMap((name) =>
      wish[name].map((value) => ({
        says: name === 'source' ? sourceName(value) : name === 'country' ? countryName(value) : value,
        without: withToggled(wish, name, value),
      })),
    ),
    ...days
      .filter((name) => wish[name] !== '')
      .map((name) => ({ says: `${dayWords[name]} ${dayInWords(wish[name])}`, without: { ...wish, [name]: '' } })),
  ]
  const understood = [
    ...(datesRead ? [`“${datesRead.words}” read as ${periodInWords(datesRead.since, datesRead.until)}`] : []),
    ...phrases.map((phrase) => `with the phrase “${phrase}”`),
    ...excluded.map((term) => `without “${term}”`),
  ]
  if (chosen.length + understood.length === 0) return null
  return (
    <ul class="conditions" aria-label="Conditions">
      {chosen.map(({ says, without }) => (
        <li key={says}>
          <Go to={without} class="chip" label={`${says}: remove this condition`}>
            {says} <span aria-hidden="true">×</span>
          </Go>
        </li>
      ))}
      {understood.map((says) => (
        <li key={says} class="soft">
          {says}
        </li>
      ))}
    </ul>
  )
}

const dayWords = { since: 'from', until: 'to', as_of: 'as of' } as const

const periodInWords = (since: string | null, until: string | null): string =>
  [since && `from ${dayInWords(since)}`, until && `to ${dayInWords(until)}`].filter((one) => one).join(' ')

const Past = ({ wish, asOf }: { wish: Wish; asOf: string }) => (
  <p class="notice">
    A reconstruction of {dayInWords(asOf)} from what is held today: papers count from their announcement, and where a
    text of then was never seen a later one stands in. What was never harvested is missing, and live sources are not
    asked. <Go to={{ ...wish, as_of: '' }}>Back to now</Go>
  </p>
)

const askedLive = ({ route }: WireAnswer): string[] =>
  route.live.offers.filter((offer) => offer.ask).map((offer) => offer.source)

/** Of live sources, from the moment they are asked: one line, so that nothing that is read moves, whatever comes of it. */
function Live({ model: { waitingFor, withheld }, answer }: { model: Model; answer: WireAnswer }) {
  const asked = askedLive(answer)
  if (asked.length === 0) return null
  const { live } = withheld ?? answer
  const says = waitingFor === 'live' ? `Asking ${listed(asked.map(sourceName))} …` : live.map(outcomeInWords).join('; ')
  return (
    <p class={live.some(missed) ? 'live missed' : 'live'} role="status" title={says}>
      {says}
    </p>
  )
}

type Report = WireAnswer['live'][number]

const missed = ({ outcome }: Report): boolean => outcome !== 'answered'

export const outcomeInWords = (report: Report): string =>
  missed(report)
    ? `Without ${sourceName(report.source)}: ${report.reason}`
    : `${sourceName(report.source)} answered, with ${report.unheld === 0 ? 'nothing' : report.unheld} new`

const Shortcomings = ({ answer }: { answer: WireAnswer }) => {
  const asked = askedLive(answer)
  return <Without parts={answer.degraded.filter(({ part }) => !asked.includes(part))} />
}

export const Without = ({ parts }: { parts: WireAnswer['degraded'] }) =>
  parts.length === 0 ? null : (
    <ul class="notice degraded" aria-label="What this answer had to do without">
      {parts.map(({ part, reason }) => (
        <li key={part}>
          Without {sourceName(part)}: {reason}
        </li>
      ))}
    </ul>
  )

export const coveredInWords = (covered: WireAnswer['covered']): string =>
  covered.map(({ source, until }) => ` All of ${sourceName(source)} up to ${dayInWords(until)}.`).join('')

/** What can be found at all, beside every list of results. */
export const Covered = ({ coverage, until }: { coverage: Coverage; until: WireAnswer['covered'] }) => {
  const named = Object.entries(coverage.bySource).map(
    ([source, documents]) => `${grouped(documents)} from ${sourceName(source)}`,
  )
  const failing = coverage.sources.filter(({ state }) => state === 'unreachable')
  return (
    <p class="covered">
      Covers {count(coverage.documents, 'document')}
      {named.length > 0 && `: ${listed(named)}`}.{coveredInWords(until)}
      {failing.length > 0 &&
        ` Out of reach at the last visit: ${listed(failing.map(({ source }) => sourceName(source)))}.`}{' '}
      <a href="/sources">Sources</a>{' '}
      <button type="button" class="quiet" onClick={showHelp}>
        Keys and signs
      </button>
    </p>
  )
}
