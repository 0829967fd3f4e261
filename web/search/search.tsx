import { useState } from 'preact/hooks'
import { Facets } from './facets.tsx'
import { Go, Kept } from './go.tsx'
import { Help } from './help.tsx'
import { Hit } from './hit.tsx'
import { arrivalsIn, type Model, shownIn } from './model.ts'
import { Watch } from './saved.tsx'
import { Covered, Summary } from './summary.tsx'
import { useSearch } from './use-search.ts'
import { Welcome } from './welcome.tsx'
import { addressOf, type Wish, withoutConditions } from './wish.ts'
import { listed, sourceName } from './words.ts'

/** The search page: drawn once by the server, and from then on by the script. */
export function Search({ first }: { first: Model }) {
  const { model, type, ask, follow, pick, more, show, judge } = useSearch(first)
  const [filtersOpen, openFilters] = useState(false)
  const { wish, answer, trouble, waitingFor, withheld } = model
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: links stay links; this only follows them without a reload
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click
    <div class={answer === null ? 'search start' : 'search'} onClick={follow}>
      <search>
        <form
          class="ask"
          action="/"
          onSubmit={(event) => {
            event.preventDefault()
            ask()
          }}
        >
          <label class="hidden" for="q">
            Search papers
          </label>
          <input
            id="q"
            name="q"
            type="search"
            value={wish.q}
            placeholder="A question, a topic, a title, an author, an arXiv id"
            autocomplete="off"
            spellcheck={false}
            maxLength={1000}
            enterkeyhint="search"
            onInput={(event) => type(event.currentTarget.value)}
          />
          <Kept wish={wish} without={['q']} />
          <button type="submit" class="main">
            Search
          </button>
        </form>
      </search>
      {trouble && (
        <div class="notice trouble" role="alert">
          <strong>{trouble.title}.</strong> {trouble.detail} {answer === null && <WithoutConditions wish={wish} />}
        </div>
      )}
      {answer === null ? (
        trouble === null && <Welcome coverage={model.coverage} />
      ) : (
        <div class="columns">
          <aside
            class={filtersOpen ? 'filters open' : 'filters'}
            aria-label="Filters"
            onChange={pick}
            onSubmit={(event) => event.preventDefault()}
          >
            <button type="button" class="fold" aria-expanded={filtersOpen} onClick={() => openFilters(!filtersOpen)}>
              Filters
            </button>
            <div class="fold-body">
              <Facets wish={wish} facets={answer.facets} />
              <Watch key={addressOf(wish)} wish={wish} />
            </div>
          </aside>
          <section class="results" aria-label="Results" aria-busy={waitingFor === 'answer'}>
            <h1 class="hidden">Results for {answer.query.text}</h1>
            <Summary model={model} answer={answer} />
            <ol class="hits">
              {shownIn(model).map((shown) => (
                <Hit key={shown.hit.id} {...shown} wish={wish} judge={(useful) => judge(shown, useful)} />
              ))}
            </ol>
            {answer.hits.length === 0 && <Nothing wish={wish} />}
            {(model.more.at(-1) ?? answer).nextCursor !== null && (
              <button type="button" class="more" disabled={waitingFor !== null} onClick={more}>
                {waitingFor === 'more' ? 'Fetching …' : 'More results'}
              </button>
            )}
            <Covered coverage={model.coverage} until={answer.covered} />
          </section>
        </div>
      )}
      <div class="arrivals" role="status">
        {withheld && answer && (
          <button type="button" class="main" onClick={show}>
            {arrivalsInWords(arrivalsIn(answer, withheld).hits)} — show
          </button>
        )}
      </div>
      <Help />
    </div>
  )
}

const arrivalsInWords = (hits: ReturnType<typeof arrivalsIn>['hits']): string =>
  `${hits.length} new from ${listed([...new Set(hits.map((hit) => sourceName(hit.source)))])}`

const Nothing = ({ wish }: { wish: Wish }) => (
  <p class="soft">
    Try fewer or other words. <WithoutConditions wish={wish} />
  </p>
)

const WithoutConditions = ({ wish }: { wish: Wish }) => {
  const plain = withoutConditions(wish)
  return addressOf(plain) === addressOf(wish) ? null : <Go to={plain}>The same words without conditions</Go>
}
