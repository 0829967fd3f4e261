import { join } from 'node:path'
import { Router } from 'express'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hit } from '../../src/domain/answer.ts'
import type { AppParts } from '../../src/http/app.ts'
import { openShelves } from '../../src/http/run-folders.ts'
import type { Door } from '../../src/http/service.ts'
import { openPages } from '../../web/door.ts'
import { docsPage } from '../../web/pages/docs.tsx'
import { experimentsPage } from '../../web/pages/experiments.tsx'
import { runFiles } from '../../web/pages/experiments-files.ts'
import { runPage } from '../../web/pages/experiments-run.tsx'
import { sourcesPage } from '../../web/pages/sources.tsx'
import { documentsOf, hitAt, rankedAnswer, serve, storedDocument, type TestServer } from '../http/fakes.ts'
import { hasBrowser, openBrowser, seriousFindings } from './browser-stage.ts'

const key = 'a-key-that-is-long-enough-for-anybody'
const results = { name: 'published', path: join(import.meta.dirname, '../../docs/results'), shown: 'docs/results' }

/** Every mark that a result can bear, on one page. */
const marks: readonly Partial<Hit>[] = [
  { tier: 'live' },
  { tier: 'fresh', standIn: true },
  { withdrawn: true, superseded: true, laterText: true, announced: null },
  {
    title: 'Bounds of $O(n^2)$ and $\\alpha$-divergences',
    authors: Array.from({ length: 9 }, (_, i) => `Author ${i}`),
  },
  { title: `A title with a word that never ends: ${'verylong'.repeat(20)}`, kind: 'post' },
]
const counted = (...values: string[]) => values.map((value, i) => ({ value, count: 40 - i }))
const search: AppParts['search'] = async (query, snapshot) =>
  rankedAnswer(query, snapshot, {
    hits: query.text.startsWith('nothing') ? [] : marks.map((mark, i) => ({ ...hitAt(i + 1), ...mark })),
    abstained: query.text.startsWith('nothing'),
    degraded: [{ part: 'openalex', code: 'timeout', reason: 'no answer in 900 ms', retryAfterMs: null }],
    facets: {
      announced: ['2024-11', '2025-06', '2026-01'].map((month, i) => ({ month, count: i + 1 })),
      category: counted('cs.CL', 'cs.IR', 'cs.LG', 'cs.AI', 'cs.CV', 'stat.ML', 'math.ST', 'hep-th'),
      source: counted('arxiv', 'openalex'),
      country: counted('DE', 'US'),
      field: [],
      kind: counted('paper', 'post'),
    },
  })

const savedSearches: Door = () =>
  Router().get('/v1/searches', (_request, response) => {
    response.json({ searches: [{ id: 'one', name: 'Memory', search: { q: 'agent memory' }, new: 2 }] })
  })

const paths = {
  'the first page': '/',
  results: '/?q=agent+memory&category=cs.CL&since=2025-01-01',
  'results of a past day': '/?q=agent+memory&as_of=2026-01-10',
  'no result': '/?q=nothing',
  'an address that cannot be read': '/?q=x&since=yesterday',
  sources: '/sources',
  experiments: '/experiments',
  'one experiment': '/experiments/published-agility',
  'the API': '/docs',
}

describe.skipIf(!hasBrowser)('in a browser', () => {
  const { visit } = openBrowser()
  let server: TestServer
  let locked: TestServer
  beforeAll(async () => {
    const pages = [sourcesPage, experimentsPage, runPage, docsPage({ keysNeeded: false })]
    const doors = [await openPages(pages), runFiles, savedSearches]
    const documents = documentsOf([storedDocument('2601.00001')])
    const parts = { search, documents, doors, shelves: openShelves([results]) }
    server = await serve(parts)
    locked = await serve({ ...parts, apiKeys: [key] })
  })
  afterAll(() => Promise.all([server.close(), locked.close()]))

  const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const theme = (page: Page) => page.getByRole('button', { name: /^Theme/ })

  describe.each(Object.entries(paths))('%s', (name, path) => {
    const told = name === 'an address that cannot be read' ? { expected: /status of 400/ } : {}
    it('has no serious fault of access, by day and by night', async () => {
      const page = await visit(server.url + path, { ...told, bypassCSP: true })
      expect(await seriousFindings(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await seriousFindings(page)).toEqual([])
    })

    it('fits a phone', async () => {
      const page = await visit(server.url + path, { ...told, viewport: { width: 390, height: 844 } })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      expect((await page.locator('main').innerText()).length).toBeGreaterThan(20)
    })
  })

  it('has no serious fault of access where everything is open', async () => {
    const page = await visit(server.url + paths.results, { bypassCSP: true })
    for (const name of ['Why this order?', 'Cite', 'Similar papers']) {
      await page.getByRole('button', { name }).first().click()
      await page
        .locator('.panel')
        .first()
        .filter({ hasText: /half-life|@|nearness/ })
        .waitFor()
      expect(await seriousFindings(page)).toEqual([])
    }
    await page.getByText('Time machine').click()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })

  it('folds the filters on a phone, and opens them', async () => {
    const page = await visit(server.url + paths.results, { viewport: { width: 390, height: 844 } })
    const facet = page.getByRole('heading', { name: 'Category' })
    expect(await facet.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Filters' }).click()
    await facet.waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })

  it('is as light or dark as the system, until somebody chooses, and stays so', async () => {
    const page = await visit(`${server.url}/`, { colorScheme: 'dark' })
    const night = await ground(page)
    await page.emulateMedia({ colorScheme: 'light' })
    const day = await ground(page)
    expect(day).not.toBe(night)
    await theme(page).click()
    await page.getByRole('button', { name: 'Theme: light' }).click()
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor()
    expect(await ground(page)).toBe(night)
    await page.goto(`${server.url}/sources`)
    expect(await ground(page)).toBe(night)
    expect(await theme(page).textContent()).toBe('Theme: dark')
  })

  it('moves by the tabs from page to page', async () => {
    const page = await visit(`${server.url}/`)
    const tabs = page.getByRole('navigation', { name: 'Pages' })
    for (const [tab, heading] of [
      ['Sources', 'Sources'],
      ['Experiments', 'Experiments'],
      ['API', 'API'],
    ]) {
      await tabs.getByRole('link', { name: tab }).click()
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      expect(await tabs.locator('[aria-current=page]').textContent()).toBe(tab)
    }
    await page.getByRole('link', { name: 'Freshet, to an empty search' }).click()
    await page.getByRole('searchbox', { name: 'Search papers' }).waitFor()
  })

  describe('where keys are needed', () => {
    const refused = { expected: /status of 401/ }

    it('asks for one, says when it is wrong, and searches with it as long as the tab is open', async () => {
      const page = await visit(`${locked.url}/?q=agent+memory`, refused)
      await page.getByLabel('API key').fill('a key that nobody knows')
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('alert').getByText('not one of this server').waitFor()
      await page.getByLabel('API key').fill(key)
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.locator('[data-hit]').first().waitFor()
      const asked = page.waitForResponse('**/v1/search')
      await page.locator('#q').fill('graph networks')
      expect((await asked).status()).toBe(200)
      await page.goto(`${locked.url}/sources`)
      await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor()
    })

    it('has no serious fault of access', async () => {
      const page = await visit(locked.url, { ...refused, bypassCSP: true })
      expect(await seriousFindings(page)).toEqual([])
      expect(locked.queries.filter(({ text }) => text === '')).toEqual([])
    })
  })
})
