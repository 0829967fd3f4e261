import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Router } from 'express'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openApi } from '../../src/http/openapi/document.ts'
import { openShelves } from '../../src/http/run-folders.ts'
import type { Door, Service } from '../../src/http/service.ts'
import type { Status } from '../../src/http/status.ts'
import type { Page } from '../../web/page.ts'
import { docsPage } from '../../web/pages/docs.tsx'
import { experimentsPage } from '../../web/pages/experiments.tsx'
import { runFiles } from '../../web/pages/experiments-files.ts'
import { runPage } from '../../web/pages/experiments-run.tsx'
import { sourcesPage } from '../../web/pages/sources.tsx'
import { chartOf } from '../../web/pages/sources-chart.tsx'
import { fromNow, healthOf, spanInWords } from '../../web/pages/sources-words.ts'
import { at, documentsOf, serve, someStatus, type TestServer } from '../http/fakes.ts'

const results = join(import.meta.dirname, '../../docs/results')
const published = { name: 'published', path: results, shown: 'docs/results' }

let server: TestServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

/** What pages say to whoever asks at an address; of the bundle and the shell they have no need. */
const spoken: Door = ({ service }) => {
  const router = Router()
  for (const page of [sourcesPage, experimentsPage, runPage]) {
    router.get(page.path, async ({ params, url }, response) => {
      const view = await viewOf(
        page,
        service,
        { run: String(params.run) },
        new URL(url, 'http://localhost').searchParams,
      )
      response.send(renderToString(view.body as VNode))
    })
  }
  return router
}

const viewOf = (page: Page, service: Service, params: Record<string, string>, url: URLSearchParams) =>
  page.render({ service, params, url, caller: { name: 'x', role: 'read' }, signal: new AbortController().signal })

async function htmlAt(path: string, overrides: Parameters<typeof serve>[0] = {}): Promise<string> {
  server = await serve({ shelves: openShelves([published]), doors: [spoken, runFiles], ...overrides })
  return (await server.get(path)).text()
}

const text = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const arxiv: Status['sources'][number] = {
  ...someStatus.sources[0],
  state: 'ok',
  error: null,
  failingSince: null,
  lastSuccess: at('2026-02-03T03:45:00Z'),
  lastVisit: at('2026-02-03T03:45:00Z'),
}

describe('the page of sources', () => {
  test('says health, lag, the next visit and why, the last error, and what the gate waits for', async () => {
    const failing = {
      ...arxiv,
      source: 'crossref',
      state: 'unreachable' as const,
      error: 'no <connection>',
      failingSince: at('2026-02-02T03:45:00Z'),
      lagMs: 29 * 3_600_000,
      nextVisit: at('2026-02-03T10:15:25Z'),
      visitReason: 'The last visit failed; it is tried again.',
      waitMs: 12_000,
    }
    const html = await htmlAt('/sources', { status: () => ({ ...someStatus, sources: [arxiv, failing] }) })
    expect(html).toContain('no &lt;connection>')
    const says = text(html)
    expect(says).toContain('2 sources are set up; Crossref needs a look.')
    expect(says).toContain('Lag 1 day 5 hours')
    expect(says).toContain('3 Feb 2026, 10:15 UTC (in 1 hour) The last visit failed; it is tried again.')
    expect(says).toContain('failing since 2 Feb 2026, 03:45 UTC')
    expect(says).toContain('the next request may go in 12 seconds')
    expect(says).toContain('Generation 7, of 3 papers')
  })

  test('says how to set up a source where there is none', async () => {
    const says = text(await htmlAt('/sources', { status: () => ({ ...someStatus, sources: [] }) }))
    expect(says).toContain('No source is set up')
    expect(says).toContain('FRESHET_SOURCES')
  })

  test('draws the days of a source, and has them as a table too', async () => {
    const documents = {
      ...documentsOf([]),
      announcedByDay: () => [
        { day: '2026-01-30', source: 'arxiv', documents: 50 },
        { day: '2026-02-02', source: 'arxiv', documents: 200 },
      ],
    } as never
    const html = await htmlAt('/sources?days=7', {
      documents,
      harvestedThrough: () => new Map([['arxiv', at('2026-02-01T12:00:00Z')]]),
    })
    const bars = [...html.matchAll(/<rect class="bar" x="([\d.]+)" y="([\d.]+)" width="0.8" height="([\d.]+)"/g)]
    // 28 January is the first of the seven days.
    expect(bars.map(([, ...numbers]) => numbers.map(Number))).toEqual([
      [2.1, 75, 25],
      [5.1, 0, 100],
    ])
    expect(html).toContain('<rect class="open" x="4" y="0" width="3"')
    expect(html).toContain(
      'aria-label="Papers of arXiv by day of announcement: 250 on 2 days, at most 200 on 2 Feb 2026."',
    )
    expect(text(html)).toContain('2 Feb 2026 200 30 Jan 2026 50')
    expect(text(html)).toContain('the 1 day 21 hours since, with 2 announcements by its calendar')
  })
})

test('a chart has no day beyond its period, and no bar without papers', () => {
  const period = { firstDay: '2026-02-01', lastDay: '2026-02-03' }
  const before = { since: '2025-06-01T00:00:00.000Z', firstDay: '2025-06-01', lagMs: 1, announcements: null }
  expect(chartOf({ days: [], uncovered: before }, period)).toEqual({ width: 3, most: 0, open: 0, bars: [] })
  const later = { ...before, firstDay: '2026-03-01' }
  expect(chartOf({ days: [{ day: '2026-02-03', documents: 4 }], uncovered: later }, period)).toMatchObject({
    open: 3,
    bars: [{ x: 2, share: 1 }],
  })
  expect(chartOf({ days: [], uncovered: null }, period).open).toBeNull()
})

test('spans are told in their two largest units, and the worst that is known of a source is its health', () => {
  expect([999, 61_000, 3_600_000, 90_061_000].map(spanInWords)).toEqual([
    'less than a second',
    '1 minute 1 second',
    '1 hour',
    '1 day 1 hour',
  ])
  expect(fromNow('2026-02-03T00:00:00Z', '2026-02-02T23:00:00Z')).toBe('in 1 hour')
  expect(fromNow('2026-02-02T23:00:00Z', '2026-02-03T00:00:00Z')).toBe('1 hour ago')
  const wire = { ...arxiv, lastVisit: null, lastSuccess: null, failingSince: null, watermark: null, nextVisit: null }
  const source = { ...wire, lastChange: null, pausedUntil: null }
  expect(healthOf(source)[0]).toBe('ok')
  expect(healthOf({ ...source, warning: 'odd' })[0]).toBe('warn')
  expect(healthOf({ ...source, liveError: 'late' })[0]).toBe('warn')
  expect(healthOf({ ...source, pausedUntil: '2026-02-03T00:00:00Z', warning: 'odd' })[0]).toBe('bad')
  expect(healthOf({ ...source, state: 'never-visited' })[0]).toBe('unknown')
})

describe('the pages of experiments', () => {
  test('list the verdicts of each run, and lead to its page', async () => {
    const html = await htmlAt('/experiments')
    expect(html).toContain('href="/experiments/published-agility"')
    const says = text(html)
    expect(says).toContain('Inference agility beats static indexes.')
    // Whatever the run that is published found; it is made anew now and then.
    const row =
      /agility, harvest on time (supported|refuted|undecided) (\S+) \[\S+, \S+\] \+0\.03 \d+ (&lt; )?0\.\d{3} \w+/
    expect(says).toMatch(row)
  })

  test('say how to make a run where there is none', async () => {
    const says = text(await htmlAt('/experiments', { shelves: openShelves([]) }))
    expect(says).toContain('npm run experiment -- run')
  })

  test('show one run with its figures inside, its arms and its command', async () => {
    const html = await htmlAt('/experiments/published-agility')
    expect(html.match(/<img src="data:image\/svg\+xml,%3C/g)).toHaveLength(4)
    expect(html).toContain('href="/experiments/published-agility/figures/three-reasons.svg"')
    expect(text(html)).toContain('npm run experiment -- run agility')
    expect(html).not.toMatch(/ style=|<script/)
  })

  test('say that there is no such run', async () => {
    expect(text(await htmlAt('/experiments/published-none'))).toContain('there is no run published-none')
    expect((await server!.get('/experiments/published-none')).status).toBe(404)
  })
})

describe('files of runs', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'freshet-files-'))
    mkdirSync(join(folder, 'runs'))
    cpSync(join(results, 'agility'), join(folder, 'runs', 'agility'), { recursive: true })
    cpSync(join(results, 'README.md'), join(folder, 'secret.svg'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const local = () => openShelves([{ name: 'local', path: join(folder, 'runs'), shown: 'data/runs' }])

  test('come as what they are, and may neither act nor load', async () => {
    server = await serve({ shelves: local(), doors: [runFiles] })
    const response = await server.get('/experiments/local-agility/figures/three-reasons.svg')
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*sandbox$/)
    expect(await response.text()).toMatch(/^<svg|^<\?xml/)
  })

  test.each([
    '/experiments/local-agility/figures/..%2f..%2f..%2fsecret.svg',
    '/experiments/local-agility/%2e%2e/%2e%2e/secret.svg',
    '/experiments/local-..%2f/secret.svg',
    '/experiments/local-agility/figures/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.svg',
    '/experiments/local-agility//etc/passwd',
    '/experiments/local-agility/findings.json%00.svg',
    '/experiments/..%2flocal-agility/findings.json',
  ])('%s leads nowhere', async (path) => {
    server = await serve({ shelves: local(), doors: [runFiles] })
    expect((await server.get(path)).status).toBe(404)
  })

  test('need a key where keys are needed', async () => {
    server = await serve({ shelves: local(), doors: [runFiles], apiKeys: ['read:secret'] })
    const path = '/experiments/local-agility/findings.json'
    expect((await server.get(path)).status).toBe(401)
    expect((await server.get(path, { Authorization: 'Bearer secret' })).status).toBe(200)
  })
})

test('the page of the API shows every operation and every schema, and every link on it leads somewhere', async () => {
  const view = await docsPage({ keysNeeded: true }).render({} as never)
  const html = renderToString(view.body)
  const { paths, components } = openApi({ keysNeeded: true }) as Record<string, Record<string, object>>
  const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  const operations = Object.values(paths).flatMap((one) => Object.values(one)) as { operationId: string }[]
  for (const { operationId } of operations) expect(ids).toContain(operationId)
  for (const name of Object.keys(components.schemas)) expect(ids).toContain(name)
  const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, target]) => target)
  expect(targets.filter((target) => !ids.has(target))).toEqual([])
  expect(html).not.toMatch(/<script| style=| src=|href="https?:/)
  expect(html).toContain("-H 'Authorization: Bearer KEY'")
  expect(text(html)).toContain('The version is semantic')
})
