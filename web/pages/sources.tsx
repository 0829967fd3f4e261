import type { ComponentChildren } from 'preact'
import { dayMs } from '../../src/domain/instant.ts'
import type { WireCoverage } from '../../src/http/coverage.ts'
import type { WireStatus } from '../../src/http/status.ts'
import type { Page } from '../page.ts'
import { count, dayInWords, grouped, momentInWords, sourceName } from '../search/words.ts'
import { Scrolling } from './scrolling.tsx'
import { CoverageChart } from './sources-chart.tsx'
import { fromNow, healthOf, healthOfAll, spanInWords } from './sources-words.ts'

const periods = [30, 90, 365] as const

export const sourcesPage: Page = {
  path: '/sources',
  tab: 'sources',
  async render({ service, url }) {
    const days = url.get('days') ?? undefined
    const coverage = service.coverage({ days })
    const status = await service.status()
    return { title: 'Sources · Freshet', body: <Sources status={status} coverage={coverage} /> }
  },
}

type Source = WireStatus['sources'][number]

const Sources = ({ status, coverage }: { status: WireStatus; coverage: WireCoverage }) => (
  <main id="main" class="reports">
    <h1>Sources</h1>
    {status.sources.length === 0 ? (
      <p>
        No source is set up, so nothing new comes in: what is held was imported. Name some in{' '}
        <code>FRESHET_SOURCES</code>, for example <code>arxiv</code>, and start again.
      </p>
    ) : (
      <p>{healthOfAll(status.sources)}</p>
    )}
    <div class="cards">
      {status.sources.map((one) => (
        <SourceCard key={one.source} source={one} now={status.now} />
      ))}
    </div>
    <Coverage coverage={coverage} now={status.now} />
    <Index status={status} />
    <p class="soft">
      As of {momentInWords(status.now)}. The same as JSON: <a href="/v1/status">/v1/status</a>,{' '}
      <a href={`/v1/coverage?days=${daysOf(coverage)}`}>/v1/coverage</a>.
    </p>
  </main>
)

function SourceCard({ source, now }: { source: Source; now: string }) {
  const [health, says] = healthOf(source)
  const id = `source-${source.source}`
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>
        {sourceName(source.source)} <span class={`state ${health}`}>{says}</span>
      </h2>
      {source.error && (
        <p class="trouble">
          Last error: {source.error}
          {source.failingSince && ` (failing since ${momentInWords(source.failingSince)})`}
        </p>
      )}
      {source.warning && <p class="trouble">Warning: {source.warning}</p>}
      <dl class="ledger">
        {source.harvested && (
          <>
            <Fact name="Harvested up to">
              <Moment at={source.watermark} now={now} none="nothing yet" />
            </Fact>
            <Fact name="Lag">
              {source.lagMs === null ? 'not known before the first harvest' : spanInWords(source.lagMs)}
            </Fact>
            <Fact name="Next visit">
              <Moment at={source.nextVisit} now={now} none="not planned" />
              {source.visitReason && <span class="why">{source.visitReason}</span>}
            </Fact>
          </>
        )}
        <Fact name="Last visit">
          <Moment at={source.lastVisit} now={now} none="never" />
        </Fact>
        {source.lastSuccess !== source.lastVisit && (
          <Fact name="Last success">
            <Moment at={source.lastSuccess} now={now} none="never" />
          </Fact>
        )}
        {source.harvested && (
          <Fact name="Last change">
            <Moment at={source.lastChange} now={now} none="none seen" />
          </Fact>
        )}
        <Fact name="Asked live">{liveSays(source)}</Fact>
        <Fact name="Rate gate">{gateSays(source, now)}</Fact>
      </dl>
    </section>
  )
}

function liveSays({ live, liveError }: Source): string {
  if (!live) return 'no, harvested only'
  return liveError === null ? 'yes' : `yes; it failed the last time: ${liveError}`
}

function gateSays({ waitMs, pausedUntil }: Source, now: string): string {
  if (pausedUntil !== null) return `closed until ${momentInWords(pausedUntil)}, ${fromNow(pausedUntil, now)}`
  return waitMs > 0 ? `the next request may go in ${spanInWords(waitMs)}` : 'open'
}

const Coverage = ({ coverage, now }: { coverage: WireCoverage; now: string }) => (
  <section aria-labelledby="coverage">
    <h2 id="coverage">Coverage by day</h2>
    <nav class="choices" aria-label="Period">
      {periods.map((days) => (
        <a key={days} href={`?days=${days}`} aria-current={days === daysOf(coverage) ? 'true' : undefined}>
          {days} days
        </a>
      ))}
    </nav>
    {coverage.sources.length === 0 && (
      <p>No paper that is held was announced between {dayInWords(coverage.firstDay)} and today.</p>
    )}
    {coverage.sources.map((source) => (
      <section key={source.source} class="coverage" aria-labelledby={`coverage-${source.source}`}>
        <h3 id={`coverage-${source.source}`}>
          {sourceName(source.source)}: {count(source.documents, 'paper')}
        </h3>
        <CoverageChart source={source} period={coverage} />
        <p>{uncoveredSays(source, now)}</p>
        {source.days.length > 0 && <DayTable source={source} />}
      </section>
    ))}
  </section>
)

function uncoveredSays({ uncovered }: WireCoverage['sources'][number], now: string): ComponentChildren {
  if (uncovered === null)
    return 'It was not harvested whole: what is held was imported or found live, and nobody knows what is missing.'
  const { since, lagMs, announcements } = uncovered
  const missing = announcements === null ? '' : `, with ${count(announcements, 'announcement')} by its calendar`
  return (
    <>
      Harvested up to <Moment at={since} now={now} none="" />. Not covered yet, and shaded: the {spanInWords(lagMs)}{' '}
      since{missing}.
    </>
  )
}

const DayTable = ({ source: { source, days } }: { source: WireCoverage['sources'][number] }) => (
  <details>
    <summary>The same as a table</summary>
    <Scrolling label={`Papers of ${sourceName(source)} by day`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Announced</th>
            <th scope="col" class="number">
              Papers
            </th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ day, documents }) => (
            <tr key={day}>
              <th scope="row">{dayInWords(day)}</th>
              <td class="number">{grouped(documents)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  </details>
)

const Index = ({
  status: { store, generation, fresh, inbox, model, indexer, now, ...server },
}: {
  status: WireStatus
}) => (
  <section aria-labelledby="index">
    <h2 id="index">Index</h2>
    <dl class="ledger">
      <Fact name="Papers held">
        {grouped(store.documents)}
        {store.withdrawn > 0 && `, ${grouped(store.withdrawn)} of them withdrawn`}
      </Fact>
      <Fact name="By source">
        {Object.entries(store.bySource)
          .map(([source, papers]) => `${sourceName(source)} ${grouped(papers)}`)
          .join(', ') || 'none'}
      </Fact>
      <Fact name="Generation">
        {generation === null ? (
          'none built yet'
        ) : (
          <>
            {generation.id}, of {count(generation.documents, 'paper')}, published{' '}
            <Moment at={generation.publishedAt} now={now} none="never" />
          </>
        )}
      </Fact>
      <Fact name="Fresh tier">{count(fresh.documents, 'paper')} stored since</Fact>
      <Fact name="Found live">{count(inbox, 'record')} waiting for the indexer</Fact>
      <Fact name="Model">{model.serving ?? `${model.configured}, nothing is indexed with it yet`}</Fact>
      <Fact name="Indexer">{indexerSays(indexer)}</Fact>
      {indexer.nextNight && (
        <Fact name="Next generation">
          <Moment at={indexer.nextNight} now={now} none="" />
        </Fact>
      )}
      <Fact name="Server">
        Freshet {server.version}, started <Moment at={server.startedAt} now={now} none="" />
      </Fact>
    </dl>
  </section>
)

function indexerSays({ mode, running, nextNight }: WireStatus['indexer']): string {
  if (mode === 'off') return 'not part of this server (FRESHET_INDEXER=off)'
  if (running) return 'is building a generation'
  return nextNight === null ? 'is starting, or plans no generation' : 'visits sources when their time comes'
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Moment = ({ at, now, none }: { at: string | null; now: string; none: string }) =>
  at === null ? (
    none
  ) : (
    <time dateTime={at}>
      {momentInWords(at)} ({fromNow(at, now)})
    </time>
  )

const daysOf = ({ firstDay, lastDay }: WireCoverage): number =>
  Math.round((Date.parse(lastDay) - Date.parse(firstDay)) / dayMs) + 1
