import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig, settingNames } from '../src/config.ts'

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
const paragraphs = example.split(/\n\s*\n/).map((text) => text.trim().split('\n'))
const settingIn = /^#? ?(FRESHET_[A-Z_]+)=(.*)$/
const documented = paragraphs.flatMap((lines) =>
  lines.flatMap((line, i) => {
    const [, name, value] = settingIn.exec(line) ?? []
    return name === undefined ? [] : [{ name, value, comment: lines.slice(0, i) }]
  }),
)

describe('.env.example', () => {
  it('names every setting once, and nothing that is none', () => {
    expect(documented.map((one) => one.name).sort()).toEqual([...settingNames].sort())
  })

  it.each(documented.map((one) => [one.name, one.comment] as const))('says what %s is for', (_, comment) => {
    expect(comment.length).toBeGreaterThan(0)
    expect(comment.every((line) => line.startsWith('# ') && !settingIn.test(line))).toBe(true)
  })

  it('shows the defaults', () => {
    const shown = Object.fromEntries(documented.map(({ name, value }) => [name, value]))
    expect(readConfig(shown)).toEqual(readConfig({}))
  })
})

describe('settings', () => {
  it('have defaults: loopback, port 8787, the folder data, the model that ships, arXiv, an indexer beside the server', () => {
    expect(readConfig({ HOME: '/root' })).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      dataFolder: resolve('data'),
      apiKeys: [],
      model: 'freshet-static',
      modelOverrides: { pooling: null, queryPrefix: null, documentPrefix: null },
      sources: { kinds: ['arxiv'], topics: [], feeds: [], privateFeeds: false, github: { repositories: [] } },
      indexer: 'child',
    })
  })

  it('that are empty count as not set', () => {
    expect(readConfig({ FRESHET_PORT: '', FRESHET_MODEL_POOLING: '', FRESHET_DATA: '' })).toEqual(readConfig({}))
  })

  it('that are lists take commas, spaces and both', () => {
    expect(readConfig({ FRESHET_API_KEYS: 'one, two  three,' }).apiKeys).toEqual(['one', 'two', 'three'])
    expect(readConfig({ FRESHET_SOURCES: 'openalex, arxiv crossref' }).sources.kinds).toEqual([
      'openalex',
      'arxiv',
      'crossref',
    ])
  })

  it('that are limits take a number, or off', () => {
    expect(readConfig({ FRESHET_RATE_LIMIT: '60', FRESHET_LIVE_LIMIT: 'off', FRESHET_QUERY_LOG: 'off' })).toMatchObject(
      {
        requestsPerMinute: 60,
        liveSearchesPerMinute: null,
        queryLogDays: null,
      },
    )
  })

  it('that are phrases are separated by semicolons', () => {
    const { topics } = readConfig({ FRESHET_TOPICS: 'vector search; retrieval, augmented ;' }).sources
    expect(topics).toEqual(['vector search', 'retrieval, augmented'])
  })

  it('keep everything offline where the sources are none, whatever else is set', () => {
    const { sources } = readConfig({
      FRESHET_SOURCES: 'arxiv,none',
      FRESHET_FEEDS: 'https://example.org/feed',
      FRESHET_GITHUB_REPOSITORIES: 'a/b',
    })
    expect(sources).toMatchObject({ kinds: [], feeds: [], github: { repositories: [] } })
  })

  it.each([
    ['FRESHET_SOURCES', 'arxiv, scholar'],
    ['FRESHET_FEEDS', 'file:///etc/passwd'],
    ['FRESHET_GITHUB_REPOSITORIES', 'freshet'],
    ['FRESHET_PORT', 'eighty'],
    ['FRESHET_PORT', '65536'],
    ['FRESHET_PORT', '80.5'],
    ['FRESHET_MODEL_POOLING', 'max'],
    ['FRESHET_ARXIV_OAI_URL', 'not an address'],
    ['FRESHET_INDEXER', 'maybe'],
    ['FRESHET_FEEDBACK', 'yes'],
    ['FRESHET_INTERLEAVE', 'gate-on'],
    ['FRESHET_RATE_LIMIT', '0'],
    ['FRESHET_LIVE_LIMIT', 'many'],
    ['FRESHET_QUERY_LOG', '-1'],
    ['FRESHET_DRAIN', '601'],
    ['FRESHET_CORS_ORIGINS', 'https://example.org/page'],
    ['FRESHET_CORS_ORIGINS', '*'],
    ['FRESHET_LOG', 'loud'],
    ['FRESHET_SOURCES', 'arxive'],
    ['FRESHET_ARXIV_CATEGORIES', 'Computer Science'],
    ['FRESHET_NIGHTLY', 'at night'],
    ['FRESHET_NIGHTLY_ZONE', 'Mars/Olympus'],
  ])('name themselves when they cannot be used: %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({ name: 'BadSetting', message: expect.stringContaining(name) }),
    )
  })

  it('cannot ask for a comparison by feedback that nobody keeps', () => {
    expect(readConfig({ FRESHET_INTERLEAVE: 'rrf' })).toMatchObject({ feedback: true, challenger: 'rrf' })
    expect(() => readConfig({ FRESHET_INTERLEAVE: 'rrf', FRESHET_FEEDBACK: 'off' })).toThrow(/FRESHET_FEEDBACK/)
  })

  it('are all named at once when several are wrong', () => {
    const wrong = { FRESHET_PORT: 'x', FRESHET_LOG: 'y' }
    expect(() => readConfig(wrong)).toThrow(/FRESHET_PORT.*FRESHET_LOG/)
  })

  it('that nobody knows are refused, for a typo would leave a default in force in silence', () => {
    expect(() => readConfig({ FRESHET_PROT: '80' })).toThrow(
      expect.objectContaining({ name: 'BadSetting', message: expect.stringMatching(/FRESHET_PROT.*\.env\.example/) }),
    )
  })
})
