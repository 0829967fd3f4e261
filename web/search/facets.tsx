import type { WireAnswer } from '../../src/http/answers.ts'
import { Go, Kept } from './go.tsx'
import { barsOf } from './histogram.ts'
import { days, type ListName, type Wish, withToggled } from './wish.ts'
import { count, countryName, dayInWords, grouped, monthInWords, sourceName } from './words.ts'

interface FacetsProps {
  readonly wish: Wish
  readonly facets: WireAnswer['facets']
}

const same = (value: string): string => value
const kinds: Readonly<Record<string, string>> = { paper: 'Papers', post: 'Posts', release: 'Releases' }

/** What an answer can be narrowed to. A fact that all matches share, or that is not known of any, offers no choice. */
export const Facets = ({ wish, facets }: FacetsProps) => (
  <>
    <Dates wish={wish} announced={facets?.announced ?? []} />
    <Facet wish={wish} name="category" title="Category" values={facets?.category} shown={same} />
    <Facet wish={wish} name="source" title="Source" values={facets?.source} shown={sourceName} />
    <Facet wish={wish} name="country" title="Country" values={facets?.country} shown={countryName} />
    <Facet wish={wish} name="field" title="Field" values={facets?.field} shown={same} />
    <Facet wish={wish} name="kind" title="Kind" values={facets?.kind} shown={(kind) => kinds[kind] ?? kind} />
  </>
)

interface FacetProps {
  readonly wish: Wish
  readonly name: ListName
  readonly title: string
  readonly values: readonly { readonly value: string; readonly count: number }[] | undefined
  shown(value: string): string
}

const atOnce = 6

function Facet({ wish, name, title, values = [], shown }: FacetProps) {
  const chosen = wish[name].map((value) => values.find((one) => one.value === value) ?? { value, count: null })
  const others = values.filter(({ value }) => !wish[name].includes(value))
  if (chosen.length === 0 && others.length < 2) return null
  const row = (one: { readonly value: string; readonly count: number | null }) => {
    const current = wish[name].includes(one.value)
    return (
      <li key={one.value}>
        <Go to={withToggled(wish, name, one.value)} current={current}>
          <span>{shown(one.value)}</span>
          {one.count !== null && <span class="count">{grouped(one.count)}</span>}
        </Go>
      </li>
    )
  }
  return (
    <section class="facet">
      <h2>{title}</h2>
      <ul>{[...chosen, ...others.slice(0, atOnce)].map(row)}</ul>
      {others.length > atOnce && (
        <details>
          <summary>{others.length - atOnce} more</summary>
          <ul>{others.slice(atOnce).map(row)}</ul>
        </details>
      )}
    </section>
  )
}

const height = 40

function Dates({ wish, announced }: { wish: Wish; announced: NonNullable<WireAnswer['facets']>['announced'] }) {
  const bars = barsOf(announced)
  const most = Math.max(...bars.map((bar) => bar.count))
  return (
    <section class="facet">
      <h2>Announced</h2>
      {bars.length > 1 && (
        <figure class="histogram">
          {/* The bars are for the mouse; the fields below choose the same by the keyboard. */}
          <svg viewBox={`0 0 ${bars.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
            {bars.map((bar, i) => {
              const tall = bar.count === 0 ? 0 : Math.max(2, (height * bar.count) / most)
              const chosen = wish.since <= bar.until && (wish.until === '' || wish.until >= bar.since)
              return (
                <Go key={bar.since} to={{ ...wish, since: bar.since, until: bar.until }} unreachable>
                  <title>{`${bar.label}: ${count(bar.count, 'match', 'matches')}`}</title>
                  <rect class="ground" x={i} y="0" width="1" height={height} />
                  <rect
                    class={chosen ? 'bar' : 'bar left-out'}
                    x={i + 0.08}
                    y={height - tall}
                    width="0.84"
                    height={tall}
                  />
                </Go>
              )
            })}
          </svg>
          <figcaption>
            <span>{monthInWords(bars[0].since)}</span> <span class="hidden">to</span>{' '}
            <span>{monthInWords(bars.at(-1)?.until ?? '')}</span>
          </figcaption>
        </figure>
      )}
      <form class="days" action="/">
        <Kept wish={wish} without={days} />
        <Day name="since" label="From" value={wish.since} />
        <Day name="until" label="To" value={wish.until} />
        <details open={wish.as_of !== ''}>
          <summary>Time machine</summary>
          <Day name="as_of" label="As it stood on" value={wish.as_of} />
        </details>
        <noscript>
          <button type="submit">Apply</button>
        </noscript>
      </form>
    </section>
  )
}

const isDay = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value)

/** An address may hold an instant, which no field of a day can show. */
const Day = ({ name, label, value }: { name: string; label: string; value: string }) =>
  value === '' || isDay(value) ? (
    <label>
      {label}
      <input type="date" name={name} value={value} />
    </label>
  ) : (
    <p>
      {label} {dayInWords(value)}
    </p>
  )
