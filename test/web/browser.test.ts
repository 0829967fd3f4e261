import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { dayMs, instant } from '../../src/domain/instant.ts'
import { corpusOf, paperOf } from '../upstream/corpus.ts'
import { noLatencies } from '../upstream/latencies.ts'
import { openUpstream, type Upstream } from '../upstream/upstream.ts'
import { hasBrowser, openBrowser, type Visiting } from './browser-stage.ts'
import { type SampleServer, serveSample } from './sample-server.ts'

const now = instant(Date.now())
const announced = instant(now - 20 * dayMs)
/** What only the live source has; no paper of the sample knows this word. */
const arrival = 'Attention with quixotrons is all that transformers need'
const question = 'attention is all quixotrons need'

describe.skipIf(!hasBrowser)('in a browser', () => {
  const { visit } = openBrowser()
  let upstream: Upstream
  let server: SampleServer
  let sourceAnswers = Promise.resolve()
  beforeAll(async () => {
    const version = { submitted: announced, announced, title: arrival, abstract: `${arrival}.`, comment: null }
    upstream = await openUpstream({
      corpus: corpusOf([paperOf({ id: '2601.00001', versions: [version] })]),
      now: () => now,
      latencies: { ...noLatencies, openalex: { medianMs: 1, p90Ms: 1, p99Ms: 1 } },
      sleep: () => sourceAnswers,
    })
    server = await serveSample({ FRESHET_SOURCES: 'openalex', FRESHET_OPENALEX_URL: upstream.url('openalex') })
  })
  afterEach(() => upstream.faults.clear())
  afterAll(async () => {
    await server.close()
    await upstream.close()
  })

  const open = (path = '/', options: Visiting = {}) => visit(server.url + path, options)
  const hits = (page: Page) => page.locator('[data-hit]')
  const titles = (page: Page) => hits(page).getByRole('heading', { level: 2 })
  /** A machine that is busy with other things may be slow; the source is still waited for. */
  const patiently = (page: Page) =>
    page.route('**/v1/search', (route) =>
      route.continue({ postData: { ...route.request().postDataJSON(), deadline_ms: 10_000 } }),
    )
  const placesOf = (page: Page) =>
    hits(page).evaluateAll((all) => all.map((one) => [one.getAttribute('data-hit'), one.getBoundingClientRect().top]))

  describe('searching', () => {
    it('finds while one types, and asks live sources only on Enter', async () => {
      const page = await open()
      const modes: string[] = []
      page.on('request', (request) => {
        if (request.url().endsWith('/v1/search')) modes.push(request.postDataJSON().mode)
      })
      await page.locator('#q').pressSequentially('attention is all you need')
      await titles(page).first().getByText('Attention Is All You Need').waitFor()
      expect(new Set(modes)).toEqual(new Set(['both']))
      const asked = page.waitForRequest('**/v1/search')
      await page.keyboard.press('Enter')
      expect((await asked).postDataJSON().mode).toBe('auto')
    })

    it('shows a shared address without any script, and its form works', async () => {
      const page = await open('/?q=attention+is+all+you+need', { javaScriptEnabled: false })
      expect(await titles(page).first().textContent()).toBe('Attention Is All You Need')
      await page.locator('#q').fill('word2vec')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\?q=word2vec/)
      expect(await hits(page).count()).toBeGreaterThan(0)
    })

    it('narrows by a facet, and the address and the way back say so', async () => {
      const page = await open('/?q=language+models')
      const before = await placesOf(page)
      const facet = page.locator('.facet', { hasText: 'Category' }).locator('a').first()
      const name = (await facet.locator('span').first().textContent()) ?? ''
      await facet.click()
      await page.getByRole('link', { name: `${name}: remove this condition` }).waitFor()
      expect(new URL(page.url()).searchParams.get('category')).toBe(name)
      await page.locator('.results[aria-busy=false]').waitFor()
      for (const facts of await hits(page).locator('.facts').allTextContents()) expect(facts).toContain(name)
      await page.goBack()
      await page.getByRole('link', { name: `${name}: remove this condition` }).waitFor({ state: 'detached' })
      expect(new URL(page.url()).search).toBe('?q=language+models')
      await page.locator('.results[aria-busy=false]').waitFor()
      expect((await placesOf(page)).map(([id]) => id)).toEqual(before.map(([id]) => id))
    })

    it('narrows by days, also by a bar of the histogram', async () => {
      const page = await open('/?q=language+models')
      await page.getByLabel('From').fill('2023-01-01')
      await page.waitForURL('**/?q=language+models&since=2023-01-01')
      await page.getByRole('link', { name: /remove this condition/ }).waitFor()
      const days = await hits(page)
        .locator('time')
        .evaluateAll((all) => all.map((one) => one.getAttribute('datetime')))
      expect(days.filter((day) => day !== null && day < '2023-01-01')).toEqual([])
      await page.locator('.histogram a').last().click()
      await page.waitForURL(/since=.*until=/)
    })

    it('opens why a paper stands where it stands, without asking again', async () => {
      const page = await open('/?q=attention+is+all+you+need')
      await page.getByRole('button', { name: 'Why this order?' }).first().click()
      const panel = page.locator('.panel').first()
      await panel.getByText(/^score [\d.]+ =/).waitFor()
      for (const part of ['depth', 'cosine', 'BM25', 'freshness', 'half-life', 'p(recent)'])
        expect(await panel.getByRole('rowheader', { name: part, exact: true }).count()).toBe(1)
      expect(await panel.textContent()).toContain('Tiers asked')
    })

    it('shows similar papers and citations of a result', async () => {
      const page = await open('/?q=attention+is+all+you+need')
      await page.getByRole('button', { name: 'Similar papers' }).first().click()
      await page.locator('.similar a').first().waitFor()
      await page.getByRole('button', { name: 'Cite' }).first().click()
      await page.getByText('@').filter({ hasText: 'title' }).waitFor()
    })

    it('goes back in time from a result, and says that it is a reconstruction', async () => {
      const page = await open('/?q=attention+is+all+you+need')
      const then = page.getByRole('link', { name: 'As of that day' }).first()
      const day = (await then.getAttribute('title'))?.replace('This search as it stood on ', '')
      await then.click()
      await page.getByText(`A reconstruction of ${day}`).waitFor()
      expect(new URL(page.url()).searchParams.get('as_of')).toMatch(/^2017-06-/)
      await page.getByRole('link', { name: 'Back to now' }).click()
      await page.getByText(/^A reconstruction/).waitFor({ state: 'detached' })
    })

    it('says plainly that nothing matches', async () => {
      const page = await open('/?q=zzyzx+qwrtp+vbnmk')
      expect(await page.locator('.notice').first().textContent()).toMatch(/no|nothing/i)
    })
  })

  describe('live results', () => {
    it('arrive without moving what is being read', async () => {
      const page = await open()
      await patiently(page)
      let answer = () => {}
      sourceAnswers = new Promise((resolve) => {
        answer = resolve
      })
      await page.locator('#q').fill(question)
      await page.keyboard.press('Enter')
      await page.getByText(/asking OpenAlex/i).waitFor()
      const before = await placesOf(page)
      expect(before.length).toBeGreaterThan(3)
      answer()
      const offer = page.getByRole('button', { name: '1 new from OpenAlex' })
      await offer.waitFor()
      expect(await placesOf(page)).toEqual(before)
      await offer.click()
      await page.locator('.tier-live').waitFor()
      expect(
        await page
          .locator('[data-hit]', { has: page.locator('.tier-live') })
          .getByRole('heading')
          .textContent(),
      ).toBe(arrival)
    })

    it('that do not come are missed plainly, and move nothing either', async () => {
      const page = await open()
      await patiently(page)
      upstream.faults.add({ kind: 'status', status: 403, body: 'no' })
      let answer = () => {}
      sourceAnswers = new Promise((resolve) => {
        answer = resolve
      })
      await page.locator('#q').fill(`${question} again`)
      await page.keyboard.press('Enter')
      await page.getByText(/asking OpenAlex/i).waitFor()
      const before = await placesOf(page)
      answer()
      await page.getByText(/^Without OpenAlex: .*403/).waitFor()
      expect(await placesOf(page)).toEqual(before)
    })
  })

  describe('what goes wrong', () => {
    for (const [status, title] of [
      [503, 'The server is ending'],
      [500, 'Something broke'],
    ] as const) {
      it(`in the server (${status}) is said, and what was found stays`, async () => {
        const page = await open('/?q=attention+is+all+you+need', { expected: new RegExp(`status of ${status}`) })
        const problem = { type: `urn:freshet:problem:x`, title, status, detail: 'It is tried in vain.', requestId: 'x' }
        await page.route('**/v1/search', (route) =>
          route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
        )
        await page.locator('#q').fill('word2vec')
        await page.getByRole('alert').getByText(title).waitFor()
        expect(await hits(page).count()).toBeGreaterThan(0)
        await page.unroute('**/v1/search')
        await page.keyboard.press('Enter')
        await page.getByRole('alert').waitFor({ state: 'detached' })
      })
    }

    it('on the way to the server is said', async () => {
      const page = await open('/?q=attention+is+all+you+need', { expected: /ERR_INTERNET_DISCONNECTED/ })
      await page.context().setOffline(true)
      await page.locator('#q').fill('word2vec')
      await page.getByRole('alert').getByText('This computer is offline').waitFor()
      expect(await hits(page).count()).toBeGreaterThan(0)
    })
  })

  describe('by the keyboard', () => {
    it('/ goes to the field, Escape leaves it, j and k walk, w says why, o opens', async () => {
      // The paper itself lies elsewhere, where no test goes.
      const page = await open('/?q=language+models', { expected: /third party: https:..arxiv.org|ERR_FAILED/ })
      await page.route(/^https:/, (route) => route.abort())
      const focused = () => page.evaluate(() => document.activeElement?.closest('[data-hit]')?.getAttribute('data-hit'))
      // Until the script has taken the page over, nobody hears keys.
      await expect
        .poll(() => page.keyboard.press('/').then(() => page.evaluate(() => document.activeElement?.id)))
        .toBe('q')
      await page.keyboard.press('Escape')
      const ids = (await placesOf(page)).map(([id]) => id)
      await page.keyboard.press('j')
      expect(await focused()).toBe(ids[0])
      await page.keyboard.press('j')
      expect(await focused()).toBe(ids[1])
      await page.keyboard.press('k')
      expect(await focused()).toBe(ids[0])
      await page.keyboard.press('w')
      await page.getByText(/^score/).waitFor()
      const url = await titles(page).first().locator('a').getAttribute('href')
      const opened = page.waitForRequest((request) => request.isNavigationRequest())
      await page.keyboard.press('o')
      expect((await opened).url()).toBe(url)
    })

    it('? shows all keys', async () => {
      const page = await open('/?q=language+models')
      const help = page.getByRole('dialog', { name: 'Keys' })
      await expect.poll(() => page.keyboard.press('?').then(() => help.isVisible())).toBe(true)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    })
  })
})
