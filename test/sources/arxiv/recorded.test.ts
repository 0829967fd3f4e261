import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { arxivAnnouncement, derivedArxivAnnouncement } from '../../../src/domain/calendar.ts'
import { SourceError } from '../../../src/domain/errors.ts'
import { parseArxivId } from '../../../src/domain/identifiers.ts'
import { parseArxivAtom } from '../../../src/sources/arxiv/atom.ts'
import { parseOaiPage } from '../../../src/sources/arxiv/oai-page.ts'
import { parseArxivRss } from '../../../src/sources/arxiv/rss-page.ts'
import { sameQuery } from '../../../src/sources/arxiv/syntax.ts'

const recorded = join(import.meta.dirname, '../../../../shared/data/apis')
const absent = !existsSync(recorded)
const where = absent ? ' (skipped: ../shared/data/apis is absent)' : ''

const xmlIn = (folder: string): string[] =>
  absent ? [] : readdirSync(join(recorded, folder)).filter((name) => name.endsWith('.xml'))
const load = (folder: string, file: string): string => readFileSync(join(recorded, folder, file), 'utf8')

/** Found by plain search in the text, so that no parser vouches for itself. */
const all = (xml: string, pattern: RegExp): string[] => [...xml.matchAll(pattern)].map((match) => match[1])

// The recordings were once decoded as Latin-1, so some of their letters are control characters, which records drop.
const unescaped = (text: string): string =>
  text
    .replace(/\p{Cc}(?<=[\u0080-\u009f])/gu, '')
    .replace(/&#x([0-9a-f]+);/gi, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()

interface Recording {
  readonly file: string
  readonly url: string
  readonly status: number
  readonly entries: number
  readonly total: string
}

const recordings: Recording[] = absent ? [] : JSON.parse(load('arxiv-atom', 'index.json'))

const papersIn = xmlIn('arxiv-atom').filter((file) => !file.startsWith('id_abc'))

describe.skipIf(absent)(`recorded answers of arXiv's Atom API${where}`, () => {
  test('are all there', () => {
    expect(recordings).toHaveLength(20)
    expect(xmlIn('arxiv-atom')).toHaveLength(21)
  })

  test.each(recordings.filter((one) => one.status === 200))('$file has what the index counts', (recording) => {
    const page = parseArxivAtom(load('arxiv-atom', recording.file))
    const asked = new URL(recording.url).searchParams
    expect(page.rejected).toEqual([])
    expect(page.records).toHaveLength(recording.entries)
    expect(page.total).toBe(Number(recording.total))
    expect(page.startIndex).toBe(Number(asked.get('start')))
    // A bare word comes back with the field that arXiv searched.
    const query = asked.get('search_query')
    expect(page.echoedQuery).toBe(query ? `all:${query}` : null)
  })

  test.each(recordings.filter((one) => one.status === 400))('$file is an error in words', ({ file }) => {
    const parse = () => parseArxivAtom(load('arxiv-atom', file))
    expect(parse).toThrow(SourceError)
    expect(parse).toThrow(/incorrect id format for abc/)
  })

  test.each(papersIn)('%s is read as it is written', (file) => {
    const xml = load('arxiv-atom', file)
    const { records } = parseArxivAtom(xml)
    const entries = xml.split('<entry>').slice(1)
    expect(records).toHaveLength(entries.length)
    for (const [at, record] of records.entries()) {
      const entry = entries[at]
      const id = parseArxivId(all(entry, /<id>http:\/\/arxiv\.org\/abs\/([^<]+)<\/id>/g)[0])!
      expect([record.id, record.version]).toEqual([id.id, id.version])
      expect(record.title).toBe(unescaped(all(entry, /<title>([^<]*)<\/title>/g)[0]))
      expect(record.authors).toEqual(all(entry, /<name>([^<]*)<\/name>/g).map(unescaped))
      expect(record.categories[0]).toBe(all(entry, /<arxiv:primary_category term="([^"]*)"/g)[0])
      expect(record.doi).toBe(all(entry, /<arxiv:doi>([^<]*)<\/arxiv:doi>/g)[0]?.toLowerCase() ?? null)
      expect(record.submitted).toBe(Date.parse(all(entry, /<published>([^<]*)<\/published>/g)[0]))
      expect(record.updated).toBe(Date.parse(all(entry, /<updated>([^<]*)<\/updated>/g)[0]))
      expect(record.announced).toBe(derivedArxivAnnouncement(record.submitted!))
      expect(record.abstract).not.toBe('')
      expect(record.withdrawn).toBe(false)
    }
  })

  test('a search with operators is known again by its echo', () => {
    const page = parseArxivAtom(load('arxiv-atom', 'fastpaper-arxiv_search.xml'))
    expect(sameQuery('all:attention OR all:mechanism', page.echoedQuery ?? '')).toBe(true)
    expect(sameQuery('all:attention AND all:mechanism', page.echoedQuery ?? '')).toBe(false)
  })

  // SOURCE.md counts 109 unique entries, 39 of them with differing dates: the error entry is among both.
  test('hold the papers that SOURCE.md counts', () => {
    const pages = papersIn.map((file) => parseArxivAtom(load('arxiv-atom', file)))
    const papers = new Map(pages.flatMap((page) => page.records.map((record) => [record.id, record] as const)))
    const records = [...papers.values()]
    expect(records).toHaveLength(108)
    expect(records.filter((one) => one.doi !== null)).toHaveLength(33)
    expect(records.filter((one) => one.comment !== null)).toHaveLength(104)
    expect(records.filter((one) => one.updated !== one.submitted)).toHaveLength(38)
    expect(Math.max(...records.map((one) => one.version))).toBe(9)
    expect(records.filter((one) => /\P{ASCII}/u.test(one.authors.join())).length).toBe(14)
  })
})

describe.skipIf(absent)(`recorded answers of arXiv's OAI-PMH server${where}`, () => {
  // Most were kept as a bare record, without the envelope they came in.
  const whole = (xml: string): string =>
    xml.includes('<OAI-PMH')
      ? xml
      : `<OAI-PMH><ListRecords>${xml.replace(/<\?xml[^>]*\?>/, '')}</ListRecords></OAI-PMH>`

  test('are there', () => {
    expect(xmlIn('arxiv-oai').length).toBeGreaterThanOrEqual(5)
  })

  test.each(xmlIn('arxiv-oai'))('%s is read as it is written', (file) => {
    const xml = load('arxiv-oai', file)
    const page = parseOaiPage(whole(xml))!
    expect(page.rejected).toEqual([])
    expect(page.records.map((one) => one.id)).toEqual(all(xml, /<identifier>oai:arXiv\.org:([^<]+)<\/identifier>/g))
    expect(page.records.map((one) => one.title)).toEqual(all(xml, /<(?:dc:)?title>([^<]*)</g).map(unescaped))
    for (const record of page.records) {
      expect(record.authors.length).toBeGreaterThan(0)
      expect(record.authors.join()).not.toMatch(/[&\\]|^,/)
      expect(record.abstract).not.toBe('')
      expect(record.announcedBasis).toBe('derived')
    }
  })

  test('one of them goes on with a token', () => {
    const page = parseOaiPage(load('arxiv-oai', 'adsingestparser-arxiv_multi_20230125.xml'))!
    expect(page).toMatchObject({ token: '6460044|1001', listSize: 1090 })
    expect(page.records).toHaveLength(3)
  })

  test('a name with a numeric reference comes out as it is spelled', () => {
    const { records } = parseOaiPage(whole(load('arxiv-oai', 'adsingestparser-arxiv_0901_2443.xml')))!
    expect(records[0].authors.slice(0, 4)).toEqual(['B. Özel', 'J. Enders', 'H. Lenske', 'P. von Neumann-Cosel'])
    expect(records[0].comment).toBe('submitted to Phys. Lett. B')
  })
})

describe.skipIf(absent)(`recorded listings of arXiv's RSS server${where}`, () => {
  const files = xmlIn('arxiv-rss')

  test('are there, as RSS and as Atom', () => {
    const roots = files.map((file) => /<(rss|feed)\b/.exec(load('arxiv-rss', file))?.[1])
    expect(new Set(roots)).toEqual(new Set(['rss', 'feed']))
  })

  test.each(files)('%s is read as it is written', (file) => {
    const xml = load('arxiv-rss', file)
    const { day, size, records, rejected } = parseArxivRss(xml)
    const items = xml.split(/<(?:item|entry)>/).slice(1)
    expect(rejected).toEqual([])
    expect({ size, records: records.length }).toEqual({ size: items.length, records: items.length })
    expect(file).toContain(day)
    for (const [at, record] of records.entries()) {
      const item = items[at]
      const id = parseArxivId(all(item, />(oai:arXiv\.org:[^<]+)</g)[0])!
      expect([record.id, record.version]).toEqual([id.id, id.version])
      expect(record.title).toBe(unescaped(all(item, /<title>([^<]*)<\/title>/g)[0]))
      expect(record.authors.join(', ')).toBe(unescaped(all(item, /:creator>([^<]*)</g)[0]))
      expect(record.categories).toEqual(all(item, /<category(?: term="|>)([^"<]*)/g))
      expect(record.doi).toBe(all(item, /:DOI>([^<]*)</g)[0]?.toLowerCase() ?? null)
      expect(record.abstract).toBe(unescaped(all(item, /\nAbstract: ([^<]*)</g)[0]))
      const type = all(item, /:announce_type>([^<]*)</g)[0]
      expect(record.announced).toBe(type === 'new' ? arxivAnnouncement(day) : null)
      expect(record.updated).toBe(type.startsWith('replace') ? arxivAnnouncement(day) : null)
    }
  })

  test('hold a new, a cross-listed and a replaced paper each', () => {
    for (const file of files) {
      const types = all(load('arxiv-rss', file), /<arxiv:announce_type>([^<]*)</g)
      expect(types).toEqual(['new', 'cross', 'replace'])
    }
  })
})

describe.skipIf(absent)(`recorded throttling of arXiv${where}`, () => {
  test('is told by its words, whatever the status was', () => {
    const reports: { api: string; body: string }[] = absent ? [] : JSON.parse(load('.', 'rate-limit-reports.json'))
    const bodies = reports.filter((one) => one.api === 'arxiv' && one.body !== '').map((one) => one.body)
    expect(bodies.length).toBeGreaterThan(0)
    for (const body of bodies) expect(() => parseArxivAtom(body)).toThrow(/Rate exceeded/)
  })
})
