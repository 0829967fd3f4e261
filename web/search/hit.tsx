import { useState } from 'preact/hooks'
import type { WireHit } from '../../src/http/answers.ts'
import { Go } from './go.tsx'
import { piecesOf } from './marks.ts'
import type { Shown } from './model.ts'
import { Cite, Similar } from './panels.tsx'
import { TitleLink } from './title.tsx'
import { Why } from './why.tsx'
import type { Wish } from './wish.ts'
import { ageInWords, authorsInWords, dayInWords, meters, percent, sourceName, tiers } from './words.ts'

export interface HitProps extends Shown {
  readonly wish: Wish
  judge(useful: boolean): Promise<void>
}

export function Hit({ hit, answer, wish, judge }: HitProps) {
  const [open, setOpen] = useState<string | null>(null)
  const panel = `panel-${hit.rank}`
  return (
    <li class="hit" data-hit={hit.id}>
      <article>
        <header>
          <div>
            <h2>
              <TitleLink of={hit} />
            </h2>
            <p class="by">{authorsInWords(hit.authors)}</p>
          </div>
          <Meters depth={hit.depth} freshness={hit.freshness} />
        </header>
        <Facts hit={hit} asOf={answer.asOf} />
        <p class="snippet">
          {piecesOf(hit.snippet.text, hit.snippet.highlights).map(({ text, marked }) =>
            marked ? <mark>{text}</mark> : text,
          )}
        </p>
        <footer class="actions">
          <Opener name="why" panel={panel} open={open} setOpen={setOpen}>
            Why this order?
          </Opener>
          <Opener name="similar" panel={panel} open={open} setOpen={setOpen}>
            Similar papers
          </Opener>
          <Opener name="cite" panel={panel} open={open} setOpen={setOpen}>
            Cite
          </Opener>
          {hit.announced && hit.announced <= answer.asOf && (
            <Go
              to={{ ...wish, as_of: hit.announced }}
              title={`This search as it stood on ${dayInWords(hit.announced)}`}
            >
              As of that day
            </Go>
          )}
          {answer.answerId !== null && <Thumbs title={hit.title} judge={judge} />}
        </footer>
        <div class="panel" id={panel} hidden={open === null}>
          {open === 'why' && <Why hit={hit} answer={answer} />}
          {open === 'similar' && <Similar id={hit.id} asOf={wish.as_of} />}
          {open === 'cite' && <Cite id={hit.id} />}
        </div>
      </article>
    </li>
  )
}

const Meters = ({ depth, freshness }: { depth: number; freshness: number }) => (
  <div class="meters">
    <Meter name="depth" share={depth} />
    <Meter name="freshness" share={freshness} />
  </div>
)

const Meter = ({ name, share }: { name: keyof typeof meters; share: number }) => (
  <label title={`${name} ${percent(share)}: ${meters[name]}`}>
    {name}
    <meter class={name} value={share} aria-valuetext={percent(share)}>
      {percent(share)}
    </meter>
  </label>
)

const Facts = ({ hit, asOf }: { hit: WireHit; asOf: string }) => (
  <ul class="facts">
    <li>
      {hit.announced === null ? (
        'date unknown'
      ) : (
        <time dateTime={hit.announced} title={hit.announcedBasis === 'derived' ? 'Derived by the calendar' : undefined}>
          {dayInWords(hit.announced)}, {ageInWords(hit.announced, asOf)}
        </time>
      )}
    </li>
    <li>{hit.sources.map(sourceName).join(', ')}</li>
    {hit.categories.length > 0 && <li>{hit.categories.slice(0, 4).join(' ')}</li>}
    {hit.kind !== 'paper' && <li>{hit.kind}</li>}
    <li>
      <span class={`badge tier-${hit.tier}`} title={tiers[hit.tier]}>
        {hit.tier}
      </span>
    </li>
    {flagsOf(hit).map(([flag, weight, says]) => (
      <li key={flag}>
        <span class={`badge ${weight}`} title={says}>
          {flag}
        </span>
      </li>
    ))}
  </ul>
)

type Flag = readonly [flag: string, weight: 'plain' | 'warning', says: string]

const flagsOf = (hit: WireHit): Flag[] => [
  ...when(Boolean(hit.explain?.exact), 'named', 'plain', 'Your words name it'),
  ...when(hit.withdrawn, 'withdrawn', 'warning', 'Its authors or its source took it back'),
  ...when(hit.superseded, 'superseded', 'warning', 'There is a newer version than the one that was ranked'),
  ...when(hit.laterText, 'later text', 'warning', 'Its text of then was never seen; the nearest later one stands in'),
  ...when(hit.standIn, 'stand-in text', 'plain', "The summary was written by Freshet's authors, not by the paper's"),
]

const when = (holds: boolean, ...flag: Flag): Flag[] => (holds ? [flag] : [])

interface OpenerProps {
  readonly name: string
  readonly panel: string
  readonly open: string | null
  setOpen(name: string | null): void
  readonly children: string
}

const Opener = ({ name, panel, open, setOpen, children }: OpenerProps) => (
  <button
    type="button"
    class="quiet"
    aria-expanded={open === name}
    aria-controls={panel}
    onClick={() => setOpen(open === name ? null : name)}
  >
    {children}
  </button>
)

function Thumbs({ title, judge }: { title: string; judge: HitProps['judge'] }) {
  const [said, setSaid] = useState<boolean | 'failed' | null>(null)
  const thumb = (useful: boolean, sign: string, name: string) => (
    <button
      type="button"
      class="quiet thumb"
      aria-label={`${name}: ${title}`}
      title={name}
      aria-pressed={said === useful}
      onClick={() =>
        judge(useful).then(
          () => setSaid(useful),
          () => setSaid('failed'),
        )
      }
    >
      {sign}
    </button>
  )
  return (
    <span class="thumbs">
      {thumb(true, '+', 'Useful')}
      {thumb(false, '−', 'Not useful')}
      <span role="status">{said === null ? '' : said === 'failed' ? 'not kept' : 'thank you'}</span>
    </span>
  )
}
