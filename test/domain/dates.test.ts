import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDates } from '../../src/domain/dates.ts'
import { dayMs, dayOf, type Instant, instant, parseInstant } from '../../src/domain/instant.ts'

// A Wednesday.
const now = parseInstant('2026-03-18T10:00:00Z')!

/** "since..until", both inclusive days, with nothing where the bound is open; null without a condition. */
function bounds(query: string, at: Instant = now): string | null {
  const { condition } = readDates(query, at)
  if (!condition) return null
  const day = (bound: Instant | null) => (bound === null ? '' : dayOf(bound))
  return `${day(condition.since)}..${day(condition.until)}`
}

describe('a query says when its papers appeared', () => {
  it.each([
    // Exclusive ends.
    ['slam before 2020', '..2019-12-31'],
    ['slam prior to june 2025', '..2025-05-31'],
    ['slam earlier than March 2024', '..2024-02-29'],
    ['slam older than 2019', '..2018-12-31'],
    ['slam before the first quarter of 2025', '..2024-12-31'],
    ['slam before this year', '..2025-12-31'],
    // Inclusive ends.
    ['slam as of may 2025', '..2025-05-31'],
    ['slam until may 2025', '..2025-05-31'],
    ['slam till 2024', '..2024-12-31'],
    ['slam up to 2024', '..2024-12-31'],
    ['slam through november 2025', '..2025-11-30'],
    ['slam no later than 2025-02', '..2025-02-28'],
    ['slam by november 2025', '..2025-11-30'],
    ['slam by 3 march 2025', '..2025-03-03'],
    ['slam from 2023 or earlier', '..2023-12-31'],
    // Inclusive beginnings.
    ['slam since november 2025', '2025-11-01..'],
    ['slam since 2024', '2024-01-01..'],
    ['slam from 2024 onwards', '2024-01-01..'],
    ['slam from march 2024 on', '2024-03-01..'],
    ['slam starting in January 2026', '2026-01-01..'],
    ['slam 2024 or later', '2024-01-01..'],
    ['slam since late 2025', '2025-09-01..'],
    ['slam since last year', '2025-01-01..'],
    ['slam since yesterday', '2026-03-17..'],
    // Exclusive beginnings.
    ['slam after 2023', '2024-01-01..'],
    ['slam later than november 2025', '2025-12-01..'],
    ['slam newer than Q3 2025', '2025-10-01..'],
    ['slam more recent than 2024', '2025-01-01..'],
  ])('by one bound: %s', (query, expected) => {
    expect(bounds(query)).toBe(expected)
    expect(readDates(query, now).rest).toBe('slam')
  })

  it.each([
    ['slam between april and june 2025', '2025-04-01..2025-06-30'],
    ['slam between november and february 2026', '2025-11-01..2026-02-28'],
    ['slam between 2020 and 2023', '2020-01-01..2023-12-31'],
    ['slam between april 3 and june 5, 2025', '2025-04-03..2025-06-05'],
    ['slam between 2025-01-05 and 2025-02-06', '2025-01-05..2025-02-06'],
    ['slam december 2025 to february 2026', '2025-12-01..2026-02-28'],
    ['slam from december 2024 until february 2025', '2024-12-01..2025-02-28'],
    ['slam from Q1 through Q3 2025', '2025-01-01..2025-09-30'],
    ['slam 2025-01 – 2025-03', '2025-01-01..2025-03-31'],
    ['slam jan-mar 2025', '2025-01-01..2025-03-31'],
    ['slam in 2015-2020', '2015-01-01..2020-12-31'],
    ['slam during 2015–2020', '2015-01-01..2020-12-31'],
    ['slam from 2023 to present', '2023-01-01..2026-03-18'],
    ['slam since december 2025 to february 2026', '2025-12-01..2026-02-28'],
    ['slam since 2024 before 2025-06', '2024-01-01..2025-05-31'],
    ['slam after 2023 and before 2025', '2024-01-01..2024-12-31'],
    ['since 2024, slam before june 2025', '2024-01-01..2025-05-31'],
  ])('by two bounds: %s', (query, expected) => {
    expect(bounds(query)).toBe(expected)
  })

  it.each([
    ['slam in 2025', '2025-01-01..2025-12-31'],
    ['slam in the year 2025', '2025-01-01..2025-12-31'],
    ['slam in 2025?', '2025-01-01..2025-12-31'],
    ['in 2025 with drones', '2025-01-01..2025-12-31'],
    ['slam in november 2025', '2025-11-01..2025-11-30'],
    ['slam november 2025', '2025-11-01..2025-11-30'],
    ['slam Sept. 2025', '2025-09-01..2025-09-30'],
    ['slam nov, 2025', '2025-11-01..2025-11-30'],
    ['slam february of 2024', '2024-02-01..2024-02-29'],
    ['slam 2025-11', '2025-11-01..2025-11-30'],
    ['slam 2025-11-03', '2025-11-03..2025-11-03'],
    ['slam on november 3rd, 2025', '2025-11-03..2025-11-03'],
    ['slam in early november 2025', '2025-11-01..2025-11-10'],
    ['slam Q1 2026', '2026-01-01..2026-03-31'],
    ['slam first quarter of 2026', '2026-01-01..2026-03-31'],
    ['slam in the last quarter of 2025', '2025-10-01..2025-12-31'],
    ['slam first half of 2025', '2025-01-01..2025-06-30'],
    ['slam 2025 first half', '2025-01-01..2025-06-30'],
    ['slam H2 2025', '2025-07-01..2025-12-31'],
    ['slam second half 2025', '2025-07-01..2025-12-31'],
    ['slam in spring 2026', '2026-03-01..2026-05-31'],
    ['slam during the summer of 2025', '2025-06-01..2025-08-31'],
    ['slam in fall 2025', '2025-09-01..2025-11-30'],
    ['slam in winter 2025', '2025-12-01..2026-02-28'],
    ['slam in early 2025', '2025-01-01..2025-04-30'],
    ['slam in mid-2025', '2025-05-01..2025-08-31'],
    ['slam of late 2025', '2025-09-01..2025-12-31'],
  ])('by a period: %s', (query, expected) => {
    expect(bounds(query)).toBe(expected)
  })

  it.each([
    ['slam since the beginning of 2025', '2025-01-01..'],
    ['slam before the start of 2025', '..2024-12-31'],
    ['slam until the start of 2025', '..2024-12-31'],
    ['slam before the end of 2025', '..2025-12-31'],
    ['slam by the end of november 2025', '..2025-11-30'],
    ['slam after the end of 2025', '2026-01-01..'],
    ['slam at the end of 2025', null],
  ])('by the edge of a period: %s', (query, expected) => {
    expect(bounds(query)).toBe(expected)
  })

  it.each([
    ['slam last 7 days', '2026-03-11..2026-03-18'],
    ['slam over the past two weeks', '2026-03-04..2026-03-18'],
    ['slam in the last 3 months', '2025-12-18..2026-03-18'],
    ['slam in recent 6 months', '2025-09-18..2026-03-18'],
    ['slam past ſix weeks', '2026-02-04..2026-03-18'],
    ['slam past 2 years', '2024-03-18..2026-03-18'],
    ['slam this week', '2026-03-16..2026-03-22'],
    ['slam this month', '2026-03-01..2026-03-31'],
    ['slam this year', '2026-01-01..2026-12-31'],
    ['slam last week', '2026-03-09..2026-03-15'],
    ['slam last month', '2026-02-01..2026-02-28'],
    ['slam last year', '2025-01-01..2025-12-31'],
    ['slam in the last week', '2026-03-11..2026-03-18'],
    ['slam past month', '2026-02-18..2026-03-18'],
    ['slam papers yesterday', '2026-03-17..2026-03-17'],
    ['slam papers published today', '2026-03-18..2026-03-18'],
  ])('counting from today: %s', (query, expected) => {
    expect(bounds(query)).toBe(expected)
  })

  it('a month back from the 31st ends in the shorter month', () => {
    expect(bounds('slam in the last month', parseInstant('2026-03-31')!)).toBe('2026-02-28..2026-03-31')
  })

  it('bounds are the first and the last millisecond of their days', () => {
    const { condition } = readDates('slam in november 2025', now)
    expect(condition?.since).toBe(parseInstant('2025-11-01T00:00:00.000Z'))
    expect(condition?.until).toBe(parseInstant('2025-11-30T23:59:59.999Z'))
  })
})

describe('a subject is not taken for a time', () => {
  it.each([
    'imagenet 2012',
    'in ImageNet 2012',
    'CVPR 2024',
    'at NeurIPS 2023',
    'semeval 2024 task 8',
    'trec 2023 deep learning track',
    'gpt-4 2023',
    'in 2020 us election tweets',
    'from 2024 olympics',
    'papers from the 2024 olympics',
    'before 2020 us elections',
    'between 1950 and 2000 hz stimulation',
    '2000-2024 climate reanalysis',
    'slam 2015-2020',
    'january 6 2021 riot',
    '6 january 2021 riot',
    'how may 3 agents help',
    'march of progress',
    'mark and recapture',
    'second language acquisition',
    'from scratch',
    'from 2D to 3D',
    'in 2d',
    'by 2x',
    'from 1000 to 4000 tokens',
    'up to 2048 tokens',
    'context length up to 2048',
    'up to 2000 tokens',
    'by 2024',
    'in 1850',
    'since transformers',
    'before training',
    'after fine-tuning',
    'between 2 and 4 bits',
    'in 2025-26',
    'slam 2025-11-based',
    'https://example.org/2025-11',
    'slam in 2025-13',
    'slam on 31 june 2025',
    'large language models today',
    'slam in the last few months',
    'readmission in the last 30 days of life',
    'the last 3 layers',
    'Incidence of sepsis has fallen from 2009 to 2014.',
  ])('%s', (query) => {
    expect(readDates(query, now)).toEqual({ rest: query, condition: null })
  })

  it('bounds that leave no day between them are no condition', () => {
    expect(readDates('slam before 2020 or after 2024', now)).toEqual({
      rest: 'slam before 2020 or after 2024',
      condition: null,
    })
    expect(bounds('slam from 2020 to 2010')).toBeNull()
  })
})

describe('the subject is what remains', () => {
  it.each([
    [
      'which papers announced before july 2025 use splatting?',
      'which papers use splatting?',
      'announced before july 2025',
    ],
    ['papers from 2024 on slam', 'on slam', 'papers from 2024'],
    ['what has appeared since november 2025 on slam', 'what on slam', 'has appeared since november 2025'],
    ['slam papers that were published in 2025', 'slam papers', 'that were published in 2025'],
    ['recent work from 2025 about slam', 'recent about slam', 'work from 2025'],
    ['remote work since 2020', 'remote work', 'since 2020'],
    ['slam (november 2025)', 'slam', 'november 2025'],
    ['slam, november 2025, drones', 'slam, drones', 'november 2025'],
    ['slam  since\n2024', 'slam', 'since 2024'],
    ['Since 2024, slam', 'slam', 'Since 2024'],
    ['since 2024, slam before june 2025', 'slam', 'since 2024 before june 2025'],
    ['since 2024, .net code', '.net code', 'since 2024'],
    ['papers from 2025?', '', 'papers from 2025'],
    ['last month', '', 'last month'],
  ])('%s', (query, rest, words) => {
    const read = readDates(query, now)
    expect(read.rest).toBe(rest)
    expect(read.condition?.words).toBe(words)
  })
})

describe('whatever is typed', () => {
  const word = fc.constantFrom(
    ...'slam in since before after between and to from of the papers published until last 3 weeks year'.split(' '),
    ...'2024 2025-11 2020-2024 november may q1 first half end early winter today ( ) , . ? -'.split(' '),
  )
  const query = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 14 }).map((words) => words.join(' ')),
  )
  const wordsIn = (text: string) => [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(String)
  const someDay = fc.integer({ min: 10_000, max: 40_000 }).map((days) => instant(days * dayMs))

  it('a condition has a bound, and its bounds are in order', () => {
    fc.assert(
      fc.property(query, someDay, (text, at) => {
        const { condition } = readDates(text, at)
        if (!condition) return
        expect(condition.since ?? condition.until).not.toBeNull()
        if (condition.since !== null && condition.until !== null) expect(condition.since).toBeLessThan(condition.until)
      }),
    )
  })

  it('nothing is added to the subject, and without a condition nothing is changed', () => {
    fc.assert(
      fc.property(query, someDay, (text, at) => {
        const { rest, condition } = readDates(text, at)
        if (condition) expect([...wordsIn(rest), ...wordsIn(condition.words)].sort()).toEqual(wordsIn(text).sort())
        else expect(rest).toBe(text)
      }),
    )
  })

  it.each([
    'between ',
    'the ',
    'end of ',
    'before 2020 x ',
    '2020 to ',
    'november ',
    'papers that were ',
    '((',
    ' ,',
    '2025-',
  ])('ten kilobytes of "%s" are read to their end', (part) => {
    const text = part.repeat(10_000 / part.length)
    expect(readDates(text, now).condition).toBeNull()
    expect(bounds(`${text} slam. Papers published in november 2025`)).toBe('2025-11-01..2025-11-30')
  })
})

describe('on real text (../shared/data)', () => {
  const data = fileURLToPath(new URL('../../../shared/data', import.meta.url))
  const linesOf = (bytes: Buffer) =>
    bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  it('at most one title of a thousand is taken for a condition', ({ skip }) => {
    const folder = `${data}corpus/arxiv-daily/`
    if (!existsSync(folder)) {
      console.info('skipped: ../shared/data/corpus/arxiv-daily is not here')
      return skip('../shared/data/corpus/arxiv-daily is not here')
    }
    const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'))
    const titles = files.flatMap((name) => linesOf(gunzipSync(readFileSync(folder + name))).map(({ title }) => title))
    const changed = titles.filter((title) => readDates(title, now).condition !== null)
    expect(titles.length).toBeGreaterThan(50_000)
    expect(changed.length / titles.length).toBeLessThanOrEqual(0.001)
  })

  it('every dated topic gives its bounds, and no other topic gives any', ({ skip }) => {
    const file = `${data}topics/topics.jsonl`
    if (!existsSync(file)) {
      console.info('skipped: ../shared/data/topics is not here')
      return skip('../shared/data/topics is not here')
    }
    for (const topic of linesOf(readFileSync(file))) {
      const at = parseInstant(topic.as_of)!
      const found = [bounds(topic.query, at), bounds(topic.long, at)]
      expect(bounds(topic.short, at), topic.id).toBeNull()
      if (topic.class !== 'dated') expect(found, topic.id).toEqual([null, null])
      else {
        // The topics leave `since` open where the corpus begins later than the condition does.
        const expected = `${topic.since ?? ''}..${topic.until ?? ''}`
        const open = (range: string | null) => (topic.since ? range : range?.replace(/^[\d-]+/, ''))
        expect(found.map(open), topic.id).toEqual([expected, expected])
      }
    }
  })
})
