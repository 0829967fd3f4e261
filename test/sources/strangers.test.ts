import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import type { JsonAnswer } from '../../src/sources/json-api.ts'
import { readReleasesPage } from '../../src/sources/posts/github-releases.ts'
import { readHackerNewsPage } from '../../src/sources/posts/hacker-news-record.ts'
import { readBiorxivPage } from '../../src/sources/works/biorxiv.ts'
import { parseEuropePmcPage } from '../../src/sources/works/europe-pmc.ts'
import { refusalOf, whyNoRecordings } from './recorded-exchanges.ts'

// DOAJ, DBLP, HAL, PubMed, Zenodo, CORE and Unpaywall are no sources of ours: what they say is nobody's list of papers.
const folder = join(import.meta.dirname, '../../../shared/data/apis/other')
const absent = !existsSync(folder)

const bodies: { name: string; body: string }[] = absent
  ? []
  : readdirSync(folder).flatMap((file) => {
      const bytes = readFileSync(join(folder, file))
      if (!file.endsWith('.gz')) return [{ name: file, body: bytes.toString() }]
      const lines = gunzipSync(bytes).toString().trim().split('\n')
      return lines.map((line, at) => ({ name: `${file}:${at + 1}`, body: JSON.parse(line).body }))
    })

const readers: Record<string, (answer: JsonAnswer) => unknown> = {
  'Europe PMC': parseEuropePmcPage,
  bioRxiv: (answer) => readBiorxivPage('biorxiv', answer),
  'Hacker News': readHackerNewsPage,
  GitHub: (answer) => readReleasesPage(answer),
}

describe.skipIf(absent)(`what other APIs answer${whyNoRecordings}`, () => {
  test('is there', () => {
    expect(bodies).toHaveLength(15)
  })

  describe.each(Object.keys(readers))('%s', (provider) => {
    test.each(bodies)('does not say $name', ({ body }) => {
      const answer = { status: 200, headers: new Headers(), body }
      expect(refusalOf(() => readers[provider](answer))).toMatch(/^(?:unreadable|refused): \S+: .{10}/)
    })
  })
})
