import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arxivAnnouncement, derivedArxivAnnouncement, isArxivListingDay } from '../../src/domain/calendar.ts'
import { titleKey } from '../../src/domain/identifiers.ts'
import { dayOf, type Instant, instant, parseDay } from '../../src/domain/instant.ts'
import { at } from '../sources/api-stage.ts'
import { arxivDailyFiles, corpusOfArxivDaily } from './arxiv-daily.ts'
import { corpusOf, epochAt, modifiedSince, paperOf, papersAt, stateAt, type UpstreamVersion } from './corpus.ts'
import { smallCorpus } from './stage.ts'

const version = (announced: string, title: string): UpstreamVersion => ({
  submitted: instant(at(announced) - 3_600_000),
  announced: at(announced),
  title,
  abstract: `About ${title}.`,
  comment: null,
})

describe('a paper', () => {
  const paper = paperOf({
    id: '2603.00001',
    versions: [version('2026-03-03T01:00Z', 'Brooks'), version('2026-03-10T00:00Z', 'Rivers')],
    categories: ['cs.IR'],
    crossListed: [{ category: 'cs.CL', at: at('2026-03-05T01:00Z') }],
    withdrawn: { submitted: at('2026-03-20'), at: at('2026-03-21'), comment: 'withdrawn' },
    journal: { doi: '10.5555/x', name: 'Letters', published: at('2026-03-15') },
  })

  test('does not exist before its announcement', () => {
    expect(stateAt(paper, at('2026-03-03T00:59Z'))).toBeNull()
    expect(stateAt(paper, at('2026-03-03T01:00Z'))).toMatchObject({ title: 'Brooks', withdrawn: false, doi: null })
  })

  test('is seen in the version, the categories and with the DOI of then', () => {
    expect(stateAt(paper, at('2026-03-04'))!.categories).toEqual(['cs.IR'])
    expect(stateAt(paper, at('2026-03-06'))!.categories).toEqual(['cs.IR', 'cs.CL'])
    expect(stateAt(paper, at('2026-03-11'))).toMatchObject({ title: 'Rivers', doi: null })
    expect(stateAt(paper, at('2026-03-16'))!.doi).toBe('10.5555/x')
  })

  test('keeps its text when it is withdrawn, and gains a version', () => {
    const state = stateAt(paper, at('2026-03-22'))!
    expect(state).toMatchObject({ title: 'Rivers', withdrawn: true, comment: 'withdrawn', modified: at('2026-03-21') })
    expect(state.versions).toHaveLength(3)
  })

  test('stands in the list of modifications only where it was modified last, as of then', () => {
    const corpus = corpusOf([paper])
    const days = (now: string) =>
      [...modifiedSince(corpus, null, at(now))].map(({ modified }) => dayOf(modified as Instant))
    expect(days('2026-03-03T00:00Z')).toEqual([])
    expect(days('2026-03-04')).toEqual(['2026-03-03'])
    expect(days('2026-03-05T02:00Z')).toEqual(['2026-03-05'])
    expect(days('2026-03-30')).toEqual(['2026-03-21'])
    expect([...modifiedSince(corpus, at('2026-03-22'), at('2026-03-30'))]).toEqual([])
  })

  test('is refused beside another of the same id', () => {
    expect(() => corpusOf([paper, paper])).toThrow(/share an id/)
  })
})

describe('a generated corpus', () => {
  const corpus = smallCorpus()

  test('is the same for the same seed', () => {
    expect(smallCorpus().papers).toEqual(corpus.papers)
  })

  test('has papers that no folding of duplicates could take for one another', () => {
    const owners = new Map<string, string>()
    for (const { id, versions } of corpus.papers) {
      for (const key of versions.map((one) => titleKey(one.title))) {
        expect(owners.get(key) ?? id).toBe(id)
        owners.set(key, id)
      }
    }
  })

  test("announces by arXiv's calendar, weekends and holidays too", () => {
    for (const paper of corpus.papers) {
      for (const { submitted, announced } of paper.versions) {
        const day = parseDay(dayOf(announced))!
        expect(isArxivListingDay(day)).toBe(true)
        expect(announced).toBe(arxivAnnouncement(day))
        expect(announced).toBeGreaterThanOrEqual(derivedArxivAnnouncement(submitted))
      }
    }
  })

  test('has replacements, withdrawals, cross-lists, journals and papers that were held back', () => {
    const count = (holds: (paper: (typeof corpus.papers)[number]) => boolean) => corpus.papers.filter(holds).length
    expect(count((paper) => paper.versions.length > 1)).toBeGreaterThan(60)
    expect(count((paper) => paper.withdrawn !== null)).toBeGreaterThan(3)
    expect(count((paper) => paper.crossListed.length > 0)).toBeGreaterThan(10)
    expect(count((paper) => paper.journal !== null)).toBeGreaterThan(100)
    const held = ({ versions: [first] }: (typeof corpus.papers)[number]) =>
      first.announced > derivedArxivAnnouncement(first.submitted)
    expect(count(held)).toBeGreaterThan(5)
  })

  test('as of any instant, is what was announced by then, in one place each', () => {
    const span = { min: at('2026-01-01'), max: at('2026-08-01') }
    fc.assert(
      fc.property(fc.integer(span), (ms) => {
        const now = instant(ms)
        const known = corpus.papers.filter((paper) => paper.versions[0].announced <= now)
        expect(papersAt(corpus, now)).toEqual(known)
        const listed = [...modifiedSince(corpus, null, now)]
        expect(listed.map(({ paper }) => paper.id).sort()).toEqual(known.map((paper) => paper.id).sort())
        const places = listed.map(({ paper, modified }) => `${dayOf(modified)} ${paper.id}`)
        expect(places).toEqual(places.toSorted())
        for (const { paper, modified } of listed) expect(stateAt(paper, now)!.modified).toBe(modified)
        expect(epochAt(corpus, now)).toBe(corpus.instants.filter((one) => one <= now).length)
      }),
      { numRuns: 40 },
    )
  })
})

const daily = join(import.meta.dirname, '../../../shared/data/corpus/arxiv-daily')
const absent = !existsSync(daily)

describe.skipIf(absent)(`the daily listings${absent ? ' (skipped: ../shared/data/corpus is absent)' : ''}`, () => {
  const corpus = absent ? corpusOf([]) : corpusOfArxivDaily(arxivDailyFiles(daily).slice(0, 2))

  test('load, each paper on the day that first listed it', () => {
    const days: { date: string; new_ids: number }[] = JSON.parse(readFileSync(join(daily, 'days.json'), 'utf8'))
    const listed = new Map<string, number>()
    for (const { versions } of corpus.papers) {
      const day = dayOf(versions[0].announced)
      expect(versions[0].announced).toBe(arxivAnnouncement(day))
      listed.set(day, (listed.get(day) ?? 0) + 1)
    }
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries(
        days.filter((one) => one.date < '2025-05' && one.new_ids > 0).map((one) => [one.date, one.new_ids]),
      ),
    )
  })

  test('have submissions for which arXiv announces on that day, where the calendar knows the day', () => {
    const onCalendar = corpus.papers.filter((paper) => isArxivListingDay(dayOf(paper.versions[0].announced)))
    expect(onCalendar.length).toBeGreaterThan(corpus.papers.length * 0.9)
    for (const { versions } of onCalendar)
      expect(derivedArxivAnnouncement(versions[0].submitted)).toBe(versions[0].announced)
  })
})
