import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { dayOf } from '../../../src/domain/instant.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { crossref, crossrefPolicy, crossrefQuery, statedPauseMs } from '../../../src/sources/works/crossref.ts'
import { parseCrossrefPage, parseCrossrefWork } from '../../../src/sources/works/crossref-page.ts'
import { paperTypes } from '../../../src/sources/works/crossref-record.ts'
import { askFor, at, harvested, json, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { exchangesOf, recordingsAbsent, refusalOf, whyNoRecordings } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

const contact = 'mailto:librarian@example.org'
/** A harvest asks day by day. */
const day = windowOf('2026-03-01T00:00:00Z', '2026-03-01T12:00:00Z')
const never = new AbortController().signal

async function crossrefBefore(script: readonly Reply[], topics: readonly string[] = ['tidal energy']) {
  const { client, server, gate } = await stage(script, crossrefPolicy(contact))
  return { source: crossref({ client, contact, topics, baseUrl: server.url }), server, gate }
}

const date = (...parts: (number | null)[]) => ({ 'date-parts': [parts] })
const work = (number: number, more: object = {}) => ({
  DOI: `10.1234/W${number}`,
  type: 'journal-article',
  title: [`Tidal energy, part ${number}`],
  published: date(2026, 2, 14),
  ...more,
})
const page = (works: readonly object[], total: number, cursor: string | null = 'same'): Reply =>
  json({
    status: 'ok',
    'message-type': 'work-list',
    message: { 'total-results': total, items: works, 'next-cursor': cursor },
  })
const single = (one: object): Reply => json({ status: 'ok', 'message-type': 'work', message: one })
const recordOf = (more: object) =>
  parseCrossrefWork({
    status: 200,
    headers: new Headers(),
    body: JSON.stringify({ 'message-type': 'work', message: work(1, more) }),
  })

describe.skipIf(recordingsAbsent)(`recorded answers of Crossref${whyNoRecordings}`, () => {
  const all = exchangesOf('crossref', () => '/works')
  const good = all.filter((one) => one.status === 200)
  const lists = good.filter((one) => one.json?.['message-type'] === 'work-list')
  const singles = good.filter((one) => one.json?.['message-type'] === 'work')
  const others = good.filter((one) => !lists.includes(one) && !singles.includes(one))
  const errors = all.filter((one) => one.status !== 200)

  test('are all there', () => {
    expect(all).toHaveLength(81 + 61 + 1)
    expect([lists.length, singles.length, others.length, errors.length]).toEqual([69, 26, 42, 6])
  })

  test.each([...lists, ...singles])('$name is read as it is written', ({ answer, json: { message } }) => {
    const works = message.items ?? [message]
    const { records, rejected } = message.items ? parseCrossrefPage(answer) : parseCrossrefWork(answer)
    if (message.items) {
      expect(parseCrossrefPage(answer)).toMatchObject({
        total: message['total-results'],
        cursor: message['next-cursor'] ?? null,
      })
    }
    const isPaper = (one: { type?: string; title?: string[] }): boolean =>
      (one.type === undefined || paperTypes.has(one.type)) && (one.title ?? []).some((title) => title.trim() !== '')
    const papers = works.filter(isPaper)
    expect(records.length + rejected.length).toBe(works.length)
    expect(rejected.map((one) => one.id)).toEqual(
      works.filter((one: object) => !isPaper(one)).map((one: { DOI: string }) => one.DOI),
    )
    expect(rejected.every((one) => /no title|which is no paper/.test(one.reason))).toBe(true)
    for (const [at, record] of records.entries()) {
      const { DOI, title, created, author, abstract } = papers[at]
      expect(record).toMatchObject({ id: `doi:${DOI.toLowerCase()}`, doi: DOI.toLowerCase(), withdrawn: false })
      expect(bare(record.title)).toBe(bare(title[0]))
      expect(record.authors).toHaveLength(
        (author ?? []).filter((one: object) => 'family' in one || 'name' in one).length,
      )
      expect(record.abstract === '').toBe(abstract === undefined)
      expect(record.abstract).not.toMatch(/^abstract\b|<\/?jats|&(?:lt|gt|amp);/i)
      // A fifth of them state only the issue that they were printed in, weeks to months later.
      if (created) expect(dayOf(record.announced!) <= created['date-time'].slice(0, 10)).toBe(true)
    }
  })

  /** Without tags, references and spacing, which a record has not. */
  const bare = (title: string): string =>
    title
      .replace(/<\/?[a-z]+[^<>]*>|&(?:amp;)?[#\w]+;/gi, '')
      .replace(/[\s&<>"'\u00a0]+/g, '')
      .normalize('NFC')

  test.each(others)('$name holds no works, and says so', ({ answer }) => {
    for (const read of [parseCrossrefPage, parseCrossrefWork]) {
      expect(refusalOf(() => read(answer))).toMatch(
        /^unreadable: crossref: the answer (?:is no JSON|has another shape \(message-type: )/,
      )
    }
  })

  test.each(errors)('$name is refused in its words', ({ answer, status }) => {
    expect(refusalOf(() => parseCrossrefPage(answer))).toMatch(
      new RegExp(
        `^refused: crossref: HTTP status ${status}: (?:Resource not found\\.|301 Moved Permanently|Cursor specified but it is invalid)$`,
      ),
    )
  })

  test('tell preprints and articles of each other', () => {
    const records = [...lists, ...singles].flatMap(
      ({ answer, json }) => (json.message.items ? parseCrossrefPage(answer) : parseCrossrefWork(answer)).records,
    )
    const othersOf = (doi: string) => [
      ...new Set(records.filter((one) => one.doi === doi).flatMap((one) => one.identifiers)),
    ]
    expect(othersOf('10.1101/2024.04.01.587366')).toEqual(['doi:10.1016/j.xgen.2025.100814'])
    expect(othersOf('10.1021/acs.jctc.2c01235')).toEqual(['doi:10.26434/chemrxiv-2022-qfv02'])
    // Reviews and supplements are other works.
    expect(othersOf('10.7717/peerj.3811')).toEqual(['doi:10.7287/peerj.preprints.3020'])
    expect(othersOf('10.1107/s2059798318011506')).toEqual([])
  })

  test('give one cursor for page after page, which is why none is gone on with', () => {
    const asked = lists.filter((one) => (one.query.get('cursor') ?? '*') !== '*' && one.path.startsWith('/members'))
    expect(new Set(asked.map((one) => one.query.get('cursor'))).size).toBe(1)
    expect(new Set(asked.map((one) => one.json.message.items[0].DOI)).size).toBe(3)
  })
})

describe('a work of Crossref', () => {
  test.each([
    [
      { 'published-print': date(2026, 3, 1), 'published-online': date(2026, 1, 20), published: date(2026) },
      '2026-01-20',
      'stated',
    ],
    [{ posted: date(2026, 2, 3), published: date(2026, 2) }, '2026-02-03', 'stated'],
    [{ published: date(2026, 2), created: { 'date-time': '2026-02-11T08:00:00Z' } }, '2026-02-11T08:00:00Z', 'derived'],
    // 10.1016/j.eng.2022.01.003: a print issue was its only date, sixteen months after everybody could read it.
    [
      { published: null, 'published-print': date(2023, 5), created: { 'date-time': '2022-01-27T06:08:53Z' } },
      '2022-01-27T06:08:53Z',
      'derived',
    ],
    [
      { published: null, 'published-print': date(2026, 5, 2), created: { 'date-time': '2026-02-11T08:00:00Z' } },
      '2026-02-11T08:00:00Z',
      'derived',
    ],
    [{ posted: date(2026, 2, 3), created: { 'date-time': '2026-02-03T18:00:00Z' } }, '2026-02-03', 'stated'],
    [{ 'published-online': date(2026, 1), 'published-print': date(2026, 3, 9) }, '2026-01-01', 'derived'],
    [
      { published: null, 'published-online': date(2026, 3), 'published-print': date(2026, 3, 9) },
      '2026-03-09',
      'stated',
    ],
    [{ published: date(2026, 2), created: { 'date-time': '2026-04-11T08:00:00Z' } }, '2026-02-01', 'derived'],
    [{ published: date(1998), created: { 'date-time': '2002-07-25T00:00:00Z' } }, '1998-01-01', 'derived'],
    [
      { published: null, issued: date(null), created: { 'date-time': '2026-02-11T08:00:00Z' } },
      '2026-02-11T08:00:00Z',
      'derived',
    ],
  ])('dated %j is announced %s (%s)', (dates, announced, announcedBasis) => {
    expect(recordOf(dates).records[0]).toMatchObject({ announced: at(announced), announcedBasis })
  })

  test('without any date, or with one that no calendar has, is of an unknown day', () => {
    for (const published of [null, date(2026, 13, 45)]) {
      expect(recordOf({ published }).records[0]).toMatchObject({ announced: null, announcedBasis: 'unknown' })
    }
  })

  test('has its abstract out of JATS, without the heading that says what it is', () => {
    const abstract = (jats: string) => recordOf({ abstract: jats }).records[0].abstract
    expect(
      abstract('<jats:title>Abstract</jats:title><jats:p>Of <jats:italic>in vivo</jats:italic> tides.</jats:p>'),
    ).toBe('Of in vivo tides.')
    expect(abstract('<jats:sec><jats:title>Aim</jats:title><jats:p>Tides.</jats:p></jats:sec>')).toBe('Aim Tides.')
    expect(abstract('<jats:p>Where p &amp;lt; 0.05 &lt;em&gt;so&lt;/em&gt; it is.</jats:p>')).toBe(
      'Where p < 0.05 so it is.',
    )
    expect(abstract('<jats:p>Abstract interpretation.</jats:p>')).toBe('Abstract interpretation.')
  })

  test('has the first of its titles and whole names', () => {
    const { records } = recordOf({
      title: ['', 'The <i>first</i> &amp; only', 'Der erste'],
      author: [
        { given: 'Ada', family: 'Lovelace', suffix: 'Jr.' },
        { name: 'The Tide Group' },
        { family: 'Babbage' },
        {},
      ],
    })
    expect(records[0].title).toBe('The first & only')
    expect(records[0].authors).toEqual(['Ada Lovelace Jr.', 'The Tide Group', 'Babbage'])
  })

  test('keeps the formulas of its title, by which alone titles may differ', () => {
    const titled = (tex: string): string => {
      const formula = `<inline-formula><tex-math notation="LaTeX">$${tex}$ </tex-math></inline-formula>`
      return recordOf({ title: [`${formula}Control of Tidal Turbines`] }).records[0].title
    }
    expect(titled('H_2')).toBe('$H_2$ Control of Tidal Turbines')
    expect(titled('H_\\infty')).toBe('$H_\\infty$ Control of Tidal Turbines')
  })

  test('with a preprint at arXiv is the arXiv paper', () => {
    const relation = { 'has-preprint': [{ 'id-type': 'doi', id: '10.48550/arXiv.2401.01234' }] }
    const expected = {
      id: '2401.01234',
      doi: '10.1234/w1',
      identifiers: [],
      announced: null,
      announcedBasis: 'unknown',
    }
    expect(recordOf({ relation }).records[0]).toMatchObject(expected)
    const named = { 'has-preprint': [{ 'id-type': 'arxiv', id: '2401.01234v2' }] }
    expect(recordOf({ relation: named }).records[0]).toMatchObject(expected)
  })

  test('is withdrawn when it was retracted, not when it was corrected or retracts another', () => {
    const withdrawn = (more: object) => recordOf(more).records[0].withdrawn
    expect(withdrawn({ 'updated-by': [{ DOI: '10.1234/n', type: 'retraction' }] })).toBe(true)
    expect(withdrawn({ title: ['RETRACTED ARTICLE: Tides'] })).toBe(true)
    expect(withdrawn({ 'updated-by': [{ DOI: '10.1234/n', type: 'correction' }] })).toBe(false)
    expect(withdrawn({ 'update-to': [{ DOI: '10.1234/w9', type: 'retraction' }] })).toBe(false)
    expect(withdrawn({ title: ['Retraction: Tides'] })).toBe(false)
    expect(withdrawn({ title: ['Withdrawn agents in clinical trials'] })).toBe(false)
  })

  test.each([
    [{ title: [] }, 'the work has no title'],
    [{ type: 'component' }, 'of type component, which is no paper'],
    [{ DOI: 'none' }, 'the work has no DOI that can be read'],
    [{ DOI: 7 }, 'DOI: Invalid input: expected string, received number'],
  ])('like %j is rejected by name', (more, reason) => {
    expect(recordOf(more)).toMatchObject({ records: [], rejected: [{ reason }] })
  })
})

describe('a work of Crossref with one odd field', () => {
  test.each([
    [{ relation: { 'has-preprint': { 'id-type': 'arxiv', id: '2401.01234' } } }, { id: '2401.01234' }],
    [{ relation: [] }, { identifiers: [] }],
    [{ published: null, issued: {} }, { announced: null }],
    [{ published: { 'date-parts': [['2026', '2', '14']] } }, { announced: at('2026-02-14'), announcedBasis: 'stated' }],
    [{ published: { 'date-parts': [[2026, null, 3]] } }, { announced: at('2026-01-01'), announcedBasis: 'derived' }],
    [{ title: 'Tides' }, { title: 'Tides' }],
    [{ title: [null, 'Tides'] }, { title: 'Tides' }],
    [{ author: [null, { family: 'Babbage' }, 'Ada', { name: 7 }] }, { authors: ['Babbage', '7'] }],
    [
      { created: 'today', abstract: ['x'], subject: 'Waves', type: null },
      { abstract: '', fields: ['Waves'] },
    ],
    [{ 'updated-by': { type: 'retraction' } }, { withdrawn: true }],
  ])('like %j is read all the same', (more, expected) => {
    expect(recordOf(more)).toMatchObject({ records: [expected], rejected: [] })
  })

  test('is a paper whether it is a whole book or a part of one', () => {
    for (const type of [
      'book',
      'edited-book',
      'reference-book',
      'monograph',
      'book-chapter',
      'book-section',
      'book-part',
    ]) {
      expect(recordOf({ type }).records).toHaveLength(1)
    }
  })
})

describe('a harvest of Crossref', () => {
  test('asks for days of its index, politely, and keeps what holds the phrase', async () => {
    const { source, server, gate } = await crossrefBefore([
      page([work(1), work(2, { title: ['Energy of tides'] })], 4),
      page(
        [work(3, { title: ['Oceans'], abstract: '<jats:p>On tidal-energy farms.</jats:p>' }), work(4, { title: null })],
        4,
      ),
    ])
    const { pages, ids, error } = await harvested(source, day)
    expect(error).toBeNull()
    expect(ids).toEqual(['doi:10.1234/w1', 'doi:10.1234/w3'])
    expect(pages.map((one) => [one.total, one.rejected.length])).toEqual([
      [4, 0],
      [4, 1],
    ])
    const { query } = server.requests[0]
    expect(query.get('query.bibliographic')).toBe('tidal energy')
    expect(query.get('filter')).toMatch(
      /^from-index-date:2026-03-01,until-index-date:2026-03-01,from-pub-date:2025-03-01,type:journal-article,/,
    )
    expect([query.get('rows'), query.get('mailto')]).toEqual(['1000', 'librarian@example.org'])
    expect(query.get('select')).toContain('updated-by')
    expect(server.requests.map((one) => one.query.get('cursor'))).toEqual(['*', 'same'])
    expect(gate.starts[1] - gate.starts[0]).toBeGreaterThanOrEqual(100)
  })

  // The server goes on by itself at every request with a cursor: a page that was fetched and not stored would be lost.
  test('that was interrupted begins its topic again, and not the topics before it', async () => {
    const script = [page([work(1)], 1), page([work(2)], 2), answer(400, 'gone')]
    const { source } = await crossrefBefore(script, ['tidal energy', 'tidal power'])
    const { pages } = await harvested(source, day)
    expect(pages).toHaveLength(2)
    const power = [work(2, { title: ['Tidal power'] }), work(3, { title: ['Of tidal power'] })]
    const later = await crossrefBefore([page(power, 2)], ['tidal energy', 'tidal power'])
    const rest = await harvested(later.source, { ...day, resume: pages[1].resume })
    expect(rest).toMatchObject({ ids: ['doi:10.1234/w2', 'doi:10.1234/w3'], error: null })
    expect(later.server.requests[0].query.get('query.bibliographic')).toBe('tidal power')
    expect(later.server.requests[0].query.get('cursor')).toBe('*')
  })

  test('asks day by day, and goes on in the day of the interruption', async () => {
    const days = windowOf('2026-02-27T18:00:00Z', '2026-03-01T12:00:00Z')
    const first = await crossrefBefore([page([work(1)], 1), page([work(2)], 2), answer(400, 'gone')])
    const { pages } = await harvested(first.source, days)
    expect(pages).toHaveLength(2)
    const later = await crossrefBefore([page([work(2), work(3)], 2), page([work(4)], 1)])
    const rest = await harvested(later.source, { ...days, resume: pages[1].resume })
    expect(rest).toMatchObject({ ids: ['doi:10.1234/w2', 'doi:10.1234/w3', 'doi:10.1234/w4'], error: null })
    const askedOf = ({ server }: typeof first) =>
      server.requests.map(({ query }) => [query.get('filter')!.slice(0, 54), query.get('cursor')])
    const of = (on: string) => `from-index-date:${on},until-index-date:${on}`
    expect(askedOf(first)).toEqual([
      [of('2026-02-27'), '*'],
      [of('2026-02-28'), '*'],
      [of('2026-02-28'), 'same'],
    ])
    expect(askedOf(later)).toEqual([
      [of('2026-02-28'), '*'],
      [of('2026-03-01'), '*'],
    ])
    expect(later.server.requests.every(({ query }) => query.get('filter')!.includes('from-pub-date:2025-02-27'))).toBe(
      true,
    )
  })

  test('counts works whose DOIs cannot be read, or differ in a full stop', async () => {
    const odd = ['10.1234/a b', '10.1234/x', '10.1234/x.', '10.1000.5/sub'].map((DOI) => work(0, { DOI }))
    const without = [work(1, { DOI: undefined }), work(2, { DOI: undefined })]
    const { source } = await crossrefBefore([
      page([...odd.slice(0, 2), without[0]], 6),
      page([...odd.slice(2), without[1]], 6),
    ])
    const { pages, error } = await harvested(source, day)
    expect(error).toBeNull()
    expect(pages.at(-1)).toMatchObject({ total: 6 })
    expect(pages.at(-1)).not.toHaveProperty('warning')
  })

  test('says so when its cursor has lived for five minutes', async () => {
    const invalid = { type: 'cursor-invalid', value: 'same', message: 'Cursor specified but it is invalid' }
    const { source } = await crossrefBefore([
      page([work(1)], 2),
      json({ status: 'failed', 'message-type': 'resource-failure', message: [invalid] }, 404),
    ])
    const { ids, error } = await harvested(source, day)
    expect(ids).toEqual(['doi:10.1234/w1'])
    expect(error).toMatchObject({ failure: 'expired' })
  })

  test.each([
    ['an empty page with a total', [page([], 9)], 'contradictory'],
    [
      'fewer works than stated, doubles not counted',
      [page([work(1), work(2)], 5), page([work(2)], 5), page([], 5)],
      'contradictory',
    ],
    ['a page without a cursor too early', [page([work(1)], 4, null)], 'contradictory'],
    ['an answer in words', [answer(404, 'Resource not found.', { 'content-type': 'text/plain' })], 'refused'],
    [
      'a bad request',
      [json({ status: 'failed', message: [{ message: 'Select x specified but there is no such select' }] }, 400)],
      'refused',
    ],
    [
      'a list of something else',
      [json({ status: 'ok', 'message-type': 'member-list', message: { items: [] } })],
      'unreadable',
    ],
  ])('does not take %s for the end', async (_, script, failure) => {
    const { source } = await crossrefBefore(script)
    expect((await harvested(source, day)).error).toMatchObject({ failure })
  })

  test('of nothing is nothing', async () => {
    const { source } = await crossrefBefore([page([], 0, null)])
    expect(await harvested(source, day)).toMatchObject({ ids: [], error: null })
  })

  test('brings along what a notice on its topic retracts, withdrawn', async () => {
    const notice = work(1, {
      title: ['Retraction: Tidal energy, part 9'],
      'update-to': [
        { DOI: '10.1234/W9', type: 'retraction' },
        { DOI: '10.1234/w8', type: 'correction' },
      ],
    })
    const offTopic = work(2, { title: ['Retraction: Moles'], 'update-to': [{ DOI: '10.1234/m', type: 'retraction' }] })
    const { source, server } = await crossrefBefore([page([notice, offTopic], 2), single(work(9))])
    const { pages, error } = await harvested(source, day)
    expect(error).toBeNull()
    expect(pages[0].records.map((one) => [one.id, one.withdrawn])).toEqual([
      ['doi:10.1234/w1', false],
      ['doi:10.1234/w9', true],
    ])
    expect(server.requests[1].path).toBe('/works/10.1234%2Fw9')
  })
})

describe('a search of Crossref', () => {
  test('asks for words, names and dates', () => {
    const filters = { ...noFilters, since: at('2026-01-05'), until: at('2026-02-05'), authors: ['Ada Lovelace'] }
    const query = crossrefQuery(
      askFor({ subject: '+tides -(moon)', phrases: ['deep "sea'], excludedTerms: ['x'], filters }),
    )
    expect(query).toMatchObject({ 'query.bibliographic': 'tides moon deep sea', 'query.author': 'ada lovelace' })
    expect(query!.filter).toMatch(/^from-pub-date:2026-01-05,until-pub-date:2026-02-05,type:journal-article,/)
    expect(crossrefQuery(askFor({ subject: '()' }))).toBeNull()
  })

  test('tells what was asked, without the address of who asks', async () => {
    const { source, server } = await crossrefBefore([page([work(1), work(2, { title: [] })], 700, null)])
    const found = await source.find!(askFor({ subject: 'tides', limit: 5 }), 1_500, never)
    expect(found.asked).toMatch(/^query\.bibliographic=tides&filter=type:journal-article,/)
    expect(found.asked).not.toContain('librarian')
    expect(found).toMatchObject({ records: [{ id: 'doi:10.1234/w1' }], rejected: [{ id: '10.1234/W2' }] })
    expect(server.requests[0].query.get('rows')).toBe('5')
  })

  test('of an empty page with a total is contradictory', async () => {
    const { source } = await crossrefBefore([page([], 12, null)])
    await expect(source.find!(askFor({ subject: 'tides' }), 1_500, never)).rejects.toMatchObject({
      failure: 'contradictory',
    })
  })
})

describe('a look-up at Crossref', () => {
  test('asks for many at once, and alone for what a list cannot name', async () => {
    const { source, server } = await crossrefBefore([page([work(1)], 1, null), answer(404, 'Resource not found.')])
    const ids = ['doi:10.1234/W1', 'doi:10.1234/a,b', '2401.01234', 'doi:10.1234/w2'] as never[]
    expect(await source.lookUp!(ids, never)).toMatchObject([{ id: 'doi:10.1234/w1' }])
    expect(server.requests[0].query.get('filter')).toBe('doi:10.1234/w1,doi:10.1234/w2')
    expect(server.requests[1].path).toBe('/works/10.1234%2Fa%2Cb')
  })

  test('of nothing that Crossref could know asks nothing', async () => {
    const { source, server } = await crossrefBefore([])
    expect(await source.lookUp!(['2401.01234', 'scifact:7'] as never[], never)).toEqual([])
    expect(server.requests).toEqual([])
  })
})

describe('whoever asks Crossref', () => {
  test('keeps to the limit that its answers state, and to our own where they state none', async () => {
    const stated = { 'x-rate-limit-limit': '2', 'x-rate-limit-interval': '3s', 'content-type': 'application/json' }
    const replies = [answer(200, JSON.stringify({ status: 'ok' }), stated), page([work(1)], 1, null)]
    const { source, gate } = await crossrefBefore(replies)
    await expect(source.find!(askFor({ subject: 'tides' }), 1_500, never)).rejects.toThrow()
    expect(gate.pauses).toEqual([1_500])
    for (const [limit, interval] of [
      ['50', '1s'],
      ['0', '1s'],
      ['many', '1s'],
      ['50', 'soon'],
    ]) {
      const headers = new Headers({ 'x-rate-limit-limit': limit, 'x-rate-limit-interval': interval })
      expect([limit, interval, statedPauseMs(headers)]).toEqual([
        limit,
        interval,
        limit === '50' && interval === '1s' ? 20 : 0,
      ])
    }
    expect(statedPauseMs(new Headers())).toBe(0)
  })

  test('asks more slowly without an address', () => {
    expect(crossrefPolicy('').spacingMs).toBeGreaterThanOrEqual(200)
    expect(crossrefPolicy('https://example.org/about').spacingMs).toBeGreaterThanOrEqual(200)
    expect(crossrefPolicy(contact).spacingMs).toBeGreaterThanOrEqual(100)
  })
})
