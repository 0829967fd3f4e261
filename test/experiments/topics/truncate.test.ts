import { describe, expect, it } from 'vitest'
import { definitionsIn } from '../../../experiments/topics/acronyms.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import { acronymQueries, cutTo, type DefiningPaper } from '../../../experiments/topics/truncate.ts'
import type { DocumentId } from '../../../src/domain/document.ts'
import { dayMs, instant } from '../../../src/domain/instant.ts'

describe('definitions of short forms', () => {
  it.each([
    ['We study tidal gauge networks (TGN) here.', 'TGN', 'tidal gauge networks'],
    ['With storm-aware routing (SAR), boats', 'SAR', 'storm-aware routing'],
    ['All lighthouse keeping models (LKMs) fail.', 'LKM', 'lighthouse keeping models'],
    ['The TGN (tidal gauge network) is old.', 'TGN', 'tidal gauge network'],
    ['A hybrid of extracted depths (HED; see below)', 'HED', 'hybrid of extracted depths'],
    ['Boats sink. Xylem transport (XT) does not.', 'XT', 'Xylem transport'],
  ])('%s', (text, short, long) => {
    expect(definitionsIn(text)).toEqual([{ short, long }])
  })

  it.each([
    ['a count (12)'],
    ['an aside (see Section)'],
    ['letters that are not there (QZX)'],
    ['a variable (n) and a word (boats)'],
    ['Nothing crosses a sentence: boats sail. The rest (BTR) is not defined'],
  ])('are not found in: %s', (text) => {
    expect(definitionsIn(text)).toEqual([])
  })

  it('are those that a text gives first', () => {
    expect(definitionsIn('old sea ports (OSP) and open salt pans (OSP)').map((one) => one.long)).toEqual([
      'old sea ports',
    ])
  })
})

const day = (n: number) => instant(Date.UTC(2026, 0, 1) + n * dayMs)
const defining = (at: number, ...longs: readonly string[]): DefiningPaper[] =>
  longs.map((long, n) => ({
    id: `${long.replace(/\W/g, '')}-${at}-${n}` as DocumentId,
    title: `On ${long}`,
    abstract: `We think of ${long} (${long
      .match(/(?<!\p{L})\p{L}/gu)
      ?.join('')
      .toUpperCase()}) again.`,
    announced: day(at),
  }))

describe('acronyms with two senses', () => {
  const papers = [
    ...defining(0, 'tidal gauges', 'tidal gauge', 'tidal-gauges'),
    ...defining(10, 'timber grading', 'timber grading'),
    ...defining(20, 'taxonomy growth', 'sea urchin', 'sea urchins'),
  ]

  it('are asked alone in each sense, and papers of the other sense are wrong', () => {
    const queries = acronymQueries(papers, { asked: [day(30)], leastPapers: 2 })
    expect(queries.map(({ id, text, unit, facts }) => [id, text, unit, facts])).toEqual([
      ['TG-1@2026-01-31', 'TG', 'TG', { terms: 1, sense: 'tidal gauge', termAge: 30, senseAge: 30 }],
      ['TG-2@2026-01-31', 'TG', 'TG', { terms: 1, sense: 'timber grading', termAge: 30, senseAge: 20 }],
    ])
    const [first, second] = queries
    const right = (query: JudgedQuery) => [...query.grades].filter(([, grade]) => grade === 1).map(([id]) => id)
    expect(right(first)).toHaveLength(3)
    expect(right(second)).toHaveLength(2)
    expect(first.grades.size).toBe(6)
    expect(right(first).every((id) => second.grades.get(id) === 0)).toBe(true)
  })

  it('are not asked before the second sense has come up', () => {
    expect(acronymQueries(papers, { asked: [day(5)], leastPapers: 2 })).toEqual([])
  })

  it('are not made of two spellings of one sense', () => {
    const spelled = [
      ...defining(0, 'tide generators', 'tide generators'),
      ...defining(1, 'tidal generation', 'tidal generation'),
    ]
    expect(acronymQueries(spelled, { asked: [day(30)], leastPapers: 2 })).toEqual([])
  })
})

describe('a query cut to its first words', () => {
  const query: JudgedQuery = {
    id: 'q',
    text: 'how do  tidal-gauge networks fail',
    asked: day(0),
    plain: false,
    unit: 'q',
    class: 'atemporal',
    grades: new Map(),
    since: null,
    until: null,
    facts: { terms: 6, niche: true },
  }

  it('keeps what it is asked for, and says how long it is', () => {
    expect(cutTo([query], 3)).toEqual([
      { ...query, text: 'how do tidal-gauge', facts: { words: 3, terms: 4, niche: true } },
    ])
    expect(cutTo([query], 9)[0].text).toBe('how do tidal-gauge networks fail')
  })
})
