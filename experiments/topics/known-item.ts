import { DateTime } from 'luxon'
import type { DocumentId } from '../../src/domain/document.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import { mean } from '../measures.ts'
import { quantile, seeded } from '../seeded.ts'
import { type DatedPaper, lexiconOf } from './lexicon.ts'
import { paraphrasedWords } from './paraphrase.ts'
import type { JudgedQuery } from './query.ts'

export interface KnownItemPlan {
  readonly count: number
  readonly seed: number
  /** Queries are asked in (`from`, `to`]. Begin late enough for the oldest generation of any arm to hold something. */
  readonly from: Instant
  readonly to: Instant
  /** Only papers that are no older when asked; left out, the natural mix of ages. */
  readonly mostDaysOld?: number
}

/**
 * Searches for a paper that somebody remembers, by words of theirs. The natural mix of ages: instants are spread evenly
 * over the weeks and at random within each, and the paper is any of those announced by then, each as likely as another.
 * So ages are what they are in the corpus, growing with it, and few are of a day: rather that than a curve of reading
 * habits, which no log here could vouch for. What `mostDaysOld` draws instead is a slice, not a share of any traffic.
 *
 * One right answer; other papers that would serve as well count as wrong, for every arm alike. Never a primary result.
 */
export function knownItems(papers: Iterable<DatedPaper>, plan: KnownItemPlan): JudgedQuery[] {
  const dated = [...papers].sort((a, b) => a.announced - b.announced || (a.id < b.id ? -1 : 1))
  const lexicon = lexiconOf(dated)
  const isUsable = (paper: DatedPaper) => !paper.withdrawn && canBeParaphrased(paper, lexicon.contentWords)
  const random = seeded(plan.seed)
  const weeks = weeksOf(plan)
  return Array.from({ length: plan.count }, (_, number) => number).flatMap((number): JudgedQuery[] => {
    const week = weeks[number % weeks.length]
    const asked = instant(Math.ceil(week.from + random() * (week.to - week.from)))
    const held = heldBy(dated, asked, plan.mostDaysOld ?? Number.POSITIVE_INFINITY)
    const paper = drawn(held, isUsable, random)
    if (!paper) return []
    const text = paraphrasedWords(paper, asked, lexicon, random).join(' ')
    return [knownItem(`k${String(number + 1).padStart(5, '0')}`, text, asked, week.name, paper)]
  })
}

function knownItem(id: string, text: string, asked: Instant, unit: string, paper: DatedPaper): JudgedQuery {
  return {
    id,
    text,
    asked,
    plain: true,
    unit,
    class: 'known-item',
    grades: new Map<DocumentId, number>([[paper.id, 1]]),
    since: null,
    until: null,
    facts: {
      age: ageBin(asked - paper.announced),
      terms: termsOf(text).length,
      titleOverlap: shareIn(text, paper.title),
      overlap: shareIn(text, `${paper.title} ${paper.abstract}`),
    },
  }
}

export const ageBins = ['0-1', '2-7', '8-30', '>30'] as const

/** In days, the running one counted as 0. */
function ageBin(ageMs: number): (typeof ageBins)[number] {
  const days = Math.floor(ageMs / dayMs)
  return days <= 1 ? '0-1' : days <= 7 ? '2-7' : days <= 30 ? '8-30' : '>30'
}

/** Share of the terms of the query that the text has. */
function shareIn(query: string, text: string): number {
  const terms = [...new Set(termsOf(query))]
  const held = new Set(termsOf(text))
  return terms.filter((term) => held.has(term)).length / terms.length
}

export interface Overlap {
  readonly mean: number
  readonly p10: number
  readonly p50: number
  readonly p90: number
}

/** How many of the queries' terms their right answer has, in its title and at all: how far the paraphrase goes. */
export const overlapOf = (queries: readonly JudgedQuery[]): { readonly title: Overlap; readonly text: Overlap } => ({
  title: spreadOf(queries.map(({ facts }) => Number(facts.titleOverlap))),
  text: spreadOf(queries.map(({ facts }) => Number(facts.overlap))),
})

function spreadOf(values: readonly number[]): Overlap {
  const weighed = values.map((value) => ({ value, weight: 1 }))
  const at = (share: number) => quantile(weighed, share)
  return { mean: mean(values), p10: at(0.1), p50: at(0.5), p90: at(0.9) }
}

interface Week {
  /** ISO 8601, `2025-W07`. */
  readonly name: string
  readonly from: Instant
  readonly to: Instant
}

function weeksOf({ from, to }: KnownItemPlan): readonly Week[] {
  const weeks: Week[] = []
  for (let start = DateTime.fromMillis(from, { zone: 'utc' }).startOf('week'); start.toMillis() < to; ) {
    const end = start.plus({ weeks: 1 })
    const week = { from: Math.max(from, start.toMillis()), to: Math.min(to, end.toMillis()) }
    weeks.push({ name: start.toFormat("kkkk-'W'WW"), from: instant(week.from), to: instant(week.to) })
    start = end
  }
  return weeks
}

const leastWords = 12

/** A query takes words that the title does not have; papers with a line for an abstract cannot lend them. */
function canBeParaphrased({ title, abstract }: DatedPaper, contentWords: (text: string) => readonly string[]): boolean {
  const inTitle = new Set(contentWords(title))
  return new Set(contentWords(abstract).filter((word) => !inTitle.has(word))).size >= leastWords
}

function heldBy(papers: readonly DatedPaper[], asked: Instant, mostDaysOld: number): readonly DatedPaper[] {
  return papers.slice(firstAfter(papers, asked - mostDaysOld * dayMs), firstAfter(papers, asked))
}

const mostDraws = 50

/** Each as likely as another; null where hardly any is usable. */
function drawn(
  papers: readonly DatedPaper[],
  isUsable: (paper: DatedPaper) => boolean,
  random: () => number,
): DatedPaper | null {
  for (let draw = 0; draw < mostDraws && papers.length > 0; draw++) {
    const paper = papers[Math.floor(random() * papers.length)]
    if (isUsable(paper)) return paper
  }
  return null
}

function firstAfter(papers: readonly DatedPaper[], at: number): number {
  let [low, high] = [0, papers.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (papers[middle].announced > at) high = middle
    else low = middle + 1
  }
  return low
}
