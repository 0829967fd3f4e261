import { describe, expect, test } from 'vitest'
import { BadSetting } from '../../../src/domain/errors.ts'
import type { HarvestWindow } from '../../../src/ports.ts'
import { isVisibleId } from '../../../src/sources/files/record.ts'
import { releasesOf, textOfMarkdown } from '../../../src/sources/posts/github-record.ts'
import {
  type GithubReleasesSettings,
  githubPolicy,
  githubReleases,
  readReleasesPage,
} from '../../../src/sources/posts/github-releases.ts'
import { harvested, json, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { exchangesOf, recordingsAbsent, refusalOf, whyNoRecordings } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

const recorded = exchangesOf('github-releases', () => '')
const succeeded = recorded.filter(({ status }) => status >= 200 && status < 300)
const singles = succeeded.filter(({ json }) => json?.tag_name !== undefined)
const assetLists = succeeded.filter(({ json }) => Array.isArray(json))
const assets = succeeded.filter(({ json }) => json?.browser_download_url !== undefined)
const others = recorded.filter((one) => ![...singles, ...assetLists, ...assets].includes(one))

// What was recorded are single releases, their files and errors, but no list: a release is read as a list of one.
describe.skipIf(recordingsAbsent)(`recorded answers of GitHub${whyNoRecordings}`, () => {
  test('are all there', () => {
    expect(recorded).toHaveLength(30)
    expect([singles.length, assetLists.length, assets.length, others.length]).toEqual([14, 6, 6, 4])
  })

  test.each(singles)('$name is read as it is written', ({ answer, json: release }) => {
    const [, repository] = /repos\/([^/]+\/[^/]+)\/releases/.exec(release.url)!
    const page = readReleasesPage({ ...answer, body: `[${answer.body}]` })
    expect(page).toMatchObject({ kind: 'list', etag: answer.headers.get('etag') ?? '', more: false })
    const { records, rejected } = releasesOf(repository, page.kind === 'list' ? page.items : [])
    expect(rejected).toEqual([])
    expect(records).toHaveLength(release.draft ? 0 : 1)
    for (const record of records) {
      expect(record).toMatchObject({
        id: `github:${repository.toLowerCase()}@${release.tag_name}`,
        kind: 'release',
        source: 'github',
        authors: [release.author.login],
        url: release.html_url,
        announced: Date.parse(release.published_at),
        announcedBasis: 'stated',
      })
      expect(record.title.startsWith(`${repository.split('/')[1]} ${release.tag_name}`)).toBe(true)
      for (const word of (release.body ?? '').match(/[a-z]+/gi) ?? []) expect(record.abstract).toContain(word)
    }
  })

  test.each(singles)('$name alone is no list', ({ answer }) => {
    expect(refusalOf(() => readReleasesPage(answer))).toMatch(/^unreadable: .*expected array/)
  })

  test.each(assetLists)('$name is a list of files, each refused by name', ({ answer, json }) => {
    const page = readReleasesPage(answer)
    const made = releasesOf('o/n', page.kind === 'list' ? page.items : [])
    expect(made.records).toEqual([])
    expect(made.rejected.map((one) => one.id)).toEqual(json.map(({ id }: { id: number }) => String(id)))
    for (const { reason } of made.rejected) expect(reason).toMatch(/tag_name/)
  })

  test.each(assets)('$name is refused', ({ answer }) => {
    expect(refusalOf(() => readReleasesPage(answer))).toMatch(/^unreadable: /)
  })

  test.each(others)('$name is refused with what GitHub says', ({ answer, status, json }) => {
    if (status === 204) return expect(refusalOf(() => readReleasesPage(answer))).toMatch(/^unreadable: .*no JSON/)
    expect(readReleasesPage(answer)).toEqual({
      kind: 'gone',
      reason: expect.stringContaining(`${status}: ${json.message}`),
    })
  })
})

const release = (number: number, more: object = {}) => ({
  id: number,
  tag_name: `v${number}.0`,
  name: null,
  body: null,
  draft: false,
  prerelease: false,
  html_url: `https://github.com/Some/Thing/releases/tag/v${number}.0`,
  author: { login: 'someone' },
  published_at: '2026-03-01T10:00:00Z',
  ...more,
})
const idOf = (number: number, repository = 'some/thing'): string => `github:${repository}@v${number}.0`

describe('a release', () => {
  const read = (more: object) => releasesOf('Some/Thing', [release(1, more)])

  test.each([
    [{ author: {} }, { authors: [] }],
    [
      { author: 'someone', draft: 'no', body: ['x'] },
      { authors: [], abstract: '' },
    ],
    [
      { id: '1', name: 7, updated_at: {} },
      { title: 'Thing v1.0: 7', updated: null },
    ],
  ])('with one odd field like %j is read all the same', (more, expected) => {
    expect(read(more)).toMatchObject({ records: [expected], rejected: [] })
  })

  test.each([
    [null, 'Thing v1.0'],
    ['', 'Thing v1.0'],
    ['v1.0', 'Thing v1.0'],
    ['1.0', 'Thing v1.0'],
    ['Thing 1.0 Release', 'Thing v1.0'],
    ['Release v1.0', 'Thing v1.0'],
    ['v1.0: Long context', 'Thing v1.0: Long context'],
    ['thing v1.0 – Long context', 'Thing v1.0: Long context'],
    ['Long context', 'Thing v1.0: Long context'],
    ['v1.0.1 is out', 'Thing v1.0: v1.0.1 is out'],
    ['Things get better', 'Thing v1.0: Things get better'],
  ])('named %j has the title %j', (name, title) => {
    expect(read({ name }).records[0].title).toBe(title)
  })

  test.each(['v1.0', 'Release/2026-03', '@scope/pkg@1.2.3', 'β+1', `v${'9'.repeat(250)}`, 'v 1'])(
    'tagged %j has an id that is one word',
    (tag_name) => {
      const [{ id }] = read({ tag_name }).records
      expect(isVisibleId(id)).toBe(true)
      expect(id.startsWith('github:some/thing')).toBe(true)
      if (tag_name.length < 100 && !tag_name.includes(' ')) expect(id).toBe(`github:some/thing@${tag_name}`)
      else expect(id).toBe('github:some/thing#1')
    },
  )

  test('that is a draft is nobody’s to see, a prerelease is one like others', () => {
    const made = releasesOf('Some/Thing', [
      release(1, { draft: true, published_at: null }),
      release(2, { prerelease: true }),
    ])
    expect(made).toMatchObject({ records: [{ id: idOf(2) }], rejected: [] })
  })

  test.each([
    ['without a date', { published_at: null }, idOf(1), /no date/],
    ['without a tag', { tag_name: undefined }, '1', /tag_name/],
    ['with an address that is a script', { html_url: 'javascript:alert(1)' }, idOf(1), /no address/],
  ])('%s is refused by name', (_what, more, id, reason) => {
    expect(read(more)).toEqual({ records: [], rejected: [{ id, reason: expect.stringMatching(reason) }] })
  })

  test.each([
    ['## What is new\r\n\r\n* **Fast** and _small_\r\n- [x] done', 'What is new Fast and small done'],
    ['See [the notes](https://x.org/a) and ![logo](l.png), <https://y.org>', 'See the notes and logo, https://y.org'],
    ['Use `Vec<T>` & `a_b_c`', 'Use Vec<T> & a_b_c'],
    ['Before\n```sh\nrm -rf /\n```\nafter', 'Before after'],
    ['| a | b |\n|---|:-:|\n| 1 | 2 |', 'a b 1 2'],
    ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
    ['<!-- hidden --><b>bold</b><script>x()</script>', 'bold'],
    ['> quoted\n\n---\n1. one', 'quoted one'],
  ])('says %j in plain words', (markdown, text) => {
    expect(textOfMarkdown(markdown)).toBe(text)
  })

  test('is read in time however odd its notes are', () => {
    for (const odd of ['*', '_', '`', '[', '|', '```\n', '> ', '<', '~~', '![', '- ']) {
      expect(textOfMarkdown(odd.repeat(50_000)).length).toBeLessThan(200_000)
    }
  })
})

const march = windowOf('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z')
const page = (releases: readonly object[], etag = '', next = false): Reply =>
  answer(200, JSON.stringify(releases), {
    'content-type': 'application/json',
    ...(etag && { etag }),
    ...(next && { link: '<https://evil.example/steal>; rel="next", <https://api.github.com/x>; rel="last"' }),
  })
const unchanged = answer(304)
const token = 'ghp_5ecret'

async function githubBefore(script: readonly Reply[], more: Partial<GithubReleasesSettings> = {}) {
  const { client, server, gate } = await stage(script, githubPolicy(token))
  const repositories = ['Some/Thing']
  return { source: githubReleases({ client, repositories, token, baseUrl: server.url, ...more }), server, gate }
}

describe('a harvest of releases', () => {
  test('asks with the token, and yields what was published since', async () => {
    const old = release(1, { published_at: '2026-02-01T00:00:00Z' })
    const edited = release(2, { published_at: '2026-02-02T00:00:00Z', updated_at: '2026-03-01T09:00:00Z' })
    const justNow = release(3, { published_at: '2026-03-02T00:00:01Z' })
    const { source, server } = await githubBefore([page([old, edited, justNow], '"e1"')])
    const { pages, ids, error } = await harvested(source, march)
    expect(error).toBeNull()
    // What came after the window is under the ETag that is kept, and would not be told again.
    expect(ids).toEqual([idOf(2), idOf(3)])
    expect(pages.map((one) => one.resume)).toEqual([null])
    const [request] = server.requests
    expect(request.path).toBe('/repos/Some/Thing/releases')
    expect(Object.fromEntries(request.query)).toEqual({ per_page: '100', page: '1' })
    expect(request.headers).toMatchObject({ authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' })
    expect(JSON.stringify(pages)).not.toContain(token)
  })

  test('reads every page whatever their order, and follows no address but its own', async () => {
    const { source, server } = await githubBefore([
      page([release(1, { published_at: '2026-01-01T00:00:00Z' })], '"e1"', true),
      page([release(2)], '"e2"', true),
      page([release(3)], '"e3"'),
    ])
    const { ids, error } = await harvested(source, march)
    expect(error).toBeNull()
    expect(ids).toEqual([idOf(2), idOf(3)])
    expect(server.requests.map((one) => one.query.get('page'))).toEqual(['1', '2', '3'])
  })

  test('asks for what has changed only, page by page', async () => {
    const first = await githubBefore([page([release(1)], '"e1"', true), page([release(2)], '"e2"')])
    const { pages } = await harvested(first.source, march)
    const state = pages.at(-1)!.state!
    const second = await githubBefore([unchanged, unchanged])
    const quiet = await harvested(second.source, { ...march, state })
    expect(quiet).toMatchObject({ ids: [], error: null })
    expect(second.server.requests.map((one) => one.headers['if-none-match'])).toEqual(['"e1"', '"e2"'])
    expect(quiet.pages.at(-1)!.state).toBe(state)
    const third = await githubBefore([page([release(3), release(1)], '"e4"', true), unchanged])
    expect(await harvested(third.source, { ...march, state })).toMatchObject({ ids: [idOf(3), idOf(1)], error: null })
  })

  test('reads a full last page anew, for another may have begun behind it', async () => {
    const full = Array.from({ length: 100 }, (_, at) => release(at + 1))
    const first = await githubBefore([page(full, '"e1"')])
    const { pages } = await harvested(first.source, march)
    const second = await githubBefore([page(full, '"e1"')])
    await harvested(second.source, { ...march, state: pages[0].state! })
    expect(second.server.requests[0].headers['if-none-match']).toBeUndefined()
  })

  test('asks for everything where its state is not its own', async () => {
    const { source, server } = await githubBefore([page([release(1)])])
    expect(await harvested(source, { ...march, state: 'W/"x"' })).toMatchObject({ ids: [idOf(1)], error: null })
    expect(server.requests[0].headers['if-none-match']).toBeUndefined()
  })

  test.each([
    [404, 'Not Found'],
    [422, 'Validation Failed'],
    [451, 'Repository access blocked'],
    [403, 'Resource not accessible by personal access token'],
  ])('names a repository that answers %i, and goes on with the others', async (status, message) => {
    const { source } = await githubBefore([json({ message }, status), page([release(1)], '"e1"')], {
      repositories: ['gone/away', 'Some/Thing'],
    })
    const { pages, ids, error } = await harvested(source, march)
    expect({ ids, error }).toEqual({ ids: [idOf(1)], error: null })
    expect(pages[0]).toMatchObject({
      rejected: [{ id: 'github:gone/away', reason: `github-releases: HTTP status ${status}: ${message}` }],
      warning: `gone/away: github-releases: HTTP status ${status}: ${message}`,
    })
  })

  test('misses nothing of a repository that comes back', async () => {
    const visit = async (reply: Reply, window: HarvestWindow) => {
      const { source } = await githubBefore([reply])
      return await harvested(source, window)
    }
    const later = (after: string, upTo: string, state: string | undefined) => ({
      ...windowOf(after, upTo),
      state: state!,
    })
    const gone = json({ message: 'Not Found' }, 404)
    const first = await visit(gone, march)
    const second = await visit(gone, later('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', first.pages[0].state))
    const meanwhile = page([release(1, { published_at: '2026-03-01T15:00:00Z' })], '"e1"')
    const third = await visit(meanwhile, later('2026-03-03T00:00:00Z', '2026-03-04T00:00:00Z', second.pages[0].state))
    expect(third.ids).toEqual([idOf(1)])
    const fourth = await visit(meanwhile, later('2026-03-04T00:00:00Z', '2026-03-05T00:00:00Z', third.pages[0].state))
    expect(fourth.ids).toEqual([])
  })

  test('goes on with the repositories that are left', async () => {
    const repositories = ['a/one', 'b/two', 'c/three']
    const first = await githubBefore([page([release(1)], '"a"'), page([release(2)], '"b"', true), answer(401, 'no')], {
      repositories,
    })
    const { pages, error } = await harvested(first.source, march)
    expect(error).toMatchObject({ failure: 'refused' })
    expect(pages.every((one) => one.state === undefined)).toBe(true)
    const second = await githubBefore([page([release(2)], '"b"'), page([release(3)], '"c"')], { repositories })
    const rest = await harvested(second.source, { ...march, resume: pages.at(-1)!.resume })
    expect(rest).toMatchObject({ ids: [idOf(2, 'b/two'), idOf(3, 'c/three')], error: null })
    expect(JSON.parse(rest.pages.at(-1)!.state!)).toEqual({
      'a/one': { pages: ['"a"'] },
      'b/two': { pages: ['"b"'] },
      'c/three': { pages: ['"c"'] },
    })
  })

  test.each([
    ['bad credentials', json({ message: `Bad credentials: ${token}` }, 401), 'refused'],
    ['a page that is no list', json({ releases: [] }), 'unreadable'],
    ['a next page without a release', page([], '', true), 'contradictory'],
    ['nothing changed, when nothing was known', unchanged, 'refused'],
  ])('fails on %s, and never tells the token', async (_what, reply, failure) => {
    const { source } = await githubBefore([reply])
    const { error } = await harvested(source, march)
    expect(error).toMatchObject({ name: 'SourceError', failure })
    expect(String(error)).not.toContain(token)
  })

  test('with the same page twice is contradictory', async () => {
    const { source } = await githubBefore([page([release(1)], '', true), page([release(1)], '', true)])
    expect((await harvested(source, march)).error).toMatchObject({ failure: 'contradictory' })
  })

  test.each([
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1772323260', date: 'Sun, 01 Mar 2026 00:00:00 GMT' },
      60_000,
    ],
    [{ 'retry-after': '30' }, 30_000],
    [{}, null],
  ])('is limited by a 403 with %j', async (headers, retryAfterMs) => {
    const { source, gate } = await githubBefore([answer(403, '{"message":"API rate limit exceeded"}', headers)])
    expect((await harvested(source, march)).error).toMatchObject({ failure: 'rate-limited', retryAfterMs })
    // Whoever asks next waits as well.
    expect(gate.pauses).toEqual([Math.min(retryAfterMs ?? 0, 3_600_000)])
  })

  test('needs repositories that can be', async () => {
    const { source } = await githubBefore([], { repositories: [] })
    expect(source.cadence).toEqual({ kind: 'never' })
    expect((await harvested(source, march)).error).toBeInstanceOf(BadSetting)
    for (const wrong of ['thing', 'a/b/c', '../x', 'a/..', 'https://github.com/a/b', 'a/b?x']) {
      await expect(githubBefore([], { repositories: [wrong] })).rejects.toThrow(BadSetting)
    }
  })

  test('asks for a repository that is named twice once', async () => {
    const { source, server } = await githubBefore([page([release(1)])], { repositories: ['some/thing', 'Some/Thing'] })
    expect((await harvested(source, march)).error).toBeNull()
    expect(server.requests).toHaveLength(1)
  })
})

test('without a token the policy stays within sixty requests in any hour', () => {
  const { spacingMs, burst } = githubPolicy()
  expect(burst + 3_600_000 / spacingMs).toBeLessThanOrEqual(60)
  expect(3_600_000 / githubPolicy(token).spacingMs).toBeLessThanOrEqual(5_000)
})
