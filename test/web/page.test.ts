import { createHash } from 'node:crypto'
import { h } from 'preact'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppParts } from '../../src/http/app.ts'
import { Refusal } from '../../src/http/problem.ts'
import type { Door } from '../../src/http/service.ts'
import { openPages } from '../../web/door.ts'
import type { Page } from '../../web/page.ts'
import { hitAt, rankedAnswer, serve, type TestServer } from '../http/fakes.ts'

let pages: Door
let server: TestServer
beforeAll(async () => {
  pages = await openPages()
  server = await serve({ doors: [pages] })
})
afterAll(() => server.close())

const html = async (path: string, headers: Record<string, string> = {}) => (await server.get(path, headers)).text()
const stateIn = (page: string) =>
  JSON.parse(/<script type="application\/json" id="state">(.*?)<\/script>/s.exec(page)?.[1] ?? '')

async function serving<T>(overrides: Partial<AppParts>, use: (other: TestServer) => Promise<T>): Promise<T> {
  const other = await serve({ doors: [pages], ...overrides })
  try {
    return await use(other)
  } finally {
    await other.close()
  }
}

describe('the search page', () => {
  it('of a shared address comes with its results, and with what the script goes on from', async () => {
    const page = await html('/?q=agent+memory&category=cs.CL&since=2025-01-01')
    expect(page).toContain('href="https://arxiv.org/abs/2601.00001"')
    expect(page).toContain('value="agent memory"')
    const { wish, answer } = stateIn(page)
    expect(wish).toMatchObject({ q: 'agent memory', category: ['cs.CL'], since: '2025-01-01' })
    expect(answer.hits).toHaveLength(10)
    expect(server.queries.at(-1)).toMatchObject({ text: 'agent memory', mode: 'both', explain: true })
  })

  it('without a question asks nothing', async () => {
    const before = server.queries.length
    expect(await html('/')).toContain('Research papers')
    expect(server.queries).toHaveLength(before)
  })

  it('says what is wrong with an address, beside the field to put it right', async () => {
    const response = await server.get('/?q=x&since=yesterday')
    expect(response.status).toBe(400)
    const page = await response.text()
    expect(page).toContain('since must be a day')
    expect(page).toContain('value="x"')
  })

  it('is still a page where a search is refused', async () => {
    const search = () => {
      throw new Refusal('unavailable', 'too many wait')
    }
    await serving({ search }, async (other) => {
      const response = await other.get('/?q=agents&as_of=2025-01-01')
      expect(response.status).toBe(503)
      expect(await response.text()).toContain('too many wait')
    })
  })

  it('shows what papers say as text, whatever it looks like', async () => {
    const title = '</script><script>alert(1)</script><img src=x onerror=alert(1)>'
    const search: AppParts['search'] = async (query, snapshot) =>
      rankedAnswer(query, snapshot, { hits: [{ ...hitAt(1), title, snippet: { text: title, highlights: [[2, 8]] } }] })
    await serving({ search }, async (other) => {
      const page = await (await other.get(`/?q=${encodeURIComponent(title)}`)).text()
      expect(page).not.toContain('<img')
      expect(page.match(/<script/g)).toHaveLength(2)
      expect(stateIn(page).answer.hits[0].title).toBe(title)
    })
  })

  it('is painted in the theme that was chosen', async () => {
    expect(await html('/', { Cookie: 'a=b; theme=dark' })).toContain('data-theme="dark"')
    expect(await html('/', { Cookie: 'theme=neon' })).toContain('data-theme="auto"')
  })
})

describe('the policy of the page', () => {
  it('allows the style that it has, its own script, and no other', async () => {
    const response = await server.get('/')
    const policy = response.headers.get('content-security-policy') ?? ''
    const page = await response.text()
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? ''
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(page).not.toMatch(/ style="| on[a-z]+="/)
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!arxiv\.org)/)
  })
})

describe('the script', () => {
  const pathOf = (page: string) => /<script type="module" src="([^"]+)"/.exec(page)?.[1] ?? ''

  it('is kept for ever, under a name made of its text, and is small', async () => {
    const response = await server.get(pathOf(await html('/')), { 'Accept-Encoding': 'br' })
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(Number(response.headers.get('content-length'))).toBeLessThan(60_000)
  })

  it('comes plain to whoever reads nothing else', async () => {
    const response = await server.get(pathOf(await html('/')), { 'Accept-Encoding': 'identity' })
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.text()).toContain('Search papers')
  })
})

describe('where keys are needed', () => {
  it('the page is a form for one, until one is sent', async () => {
    await serving({ apiKeys: ['secret-key'] }, async (other) => {
      const locked = await other.get('/?q=agent')
      expect(locked.status).toBe(401)
      const form = /<form[^>]*>/.exec(await locked.text())?.[0]
      // A plain form would write the key into the address of whoever has no script yet.
      expect(form).toContain('method="dialog"')
      expect(other.queries).toHaveLength(0)
      const open = await other.get('/?q=agent', { Authorization: 'Bearer secret-key' })
      expect(open.status).toBe(200)
      expect(stateIn(await open.text()).answer.hits).toHaveLength(10)
    })
  })
})

it('what a page is refused is a page too', async () => {
  const days: Page = {
    path: '/days',
    tab: 'sources',
    render: ({ service }) => ({ title: 'Days', body: h('p', {}, service.coverage({ days: 'many' }).firstDay) }),
  }
  await serving({ doors: [await openPages([days])] }, async (other) => {
    const response = await other.get('/days')
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await response.text()).toContain('days must be a whole number')
  })
})

it('other methods are refused as anywhere', async () => {
  const response = await fetch(`${server.url}/`, { method: 'POST' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD')
})

it('HEAD has the headers of GET and no body', async () => {
  const response = await fetch(`${server.url}/?q=agent`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
})
