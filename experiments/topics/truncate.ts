import type { DocumentId, DocumentRecord } from '../../src/domain/document.ts'
import { dayMs, dayOf, type Instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import type { Grades } from '../measures.ts'
import { definitionsIn } from './acronyms.ts'
import type { JudgedQuery } from './query.ts'

/** The same need in its first words alone; a query that is as short already stays. */
export const cutTo = (queries: readonly JudgedQuery[], words: number): JudgedQuery[] =>
  queries.map((query) => {
    const text = query.text.trim().split(/\s+/).slice(0, words).join(' ')
    return { ...query, text, facts: { ...query.facts, words, terms: termsOf(text).length } }
  })

export type DefiningPaper = Pick<DocumentRecord, 'id' | 'title' | 'abstract' | 'announced'>

interface Mention {
  readonly id: DocumentId
  readonly announced: Instant
  readonly long: string
}

export interface AcronymQuestions {
  readonly asked: readonly Instant[]
  /** Papers that each of two senses must have by then. */
  readonly leastPapers: number
}

/**
 * Acronyms that papers define in two senses or more, each asked alone, once for each of its two commonest senses. Papers
 * that define it in the meant sense are right (grade 1), those of other senses wrong (0); nobody knows of the rest. The
 * acronym itself is what is resampled.
 */
export function acronymQueries(
  papers: readonly DefiningPaper[],
  { asked, leastPapers }: AcronymQuestions,
): JudgedQuery[] {
  const mentions = mentionsIn(papers)
  return asked.flatMap((at) =>
    [...mentions].flatMap(([short, all]) => {
      const known = all.filter(({ announced }) => announced <= at)
      const [first, second] = sensesOf(known)
      const ask = second !== undefined && areApart(first, second) && second.length >= leastOf(first, leastPapers)
      return ask ? questionsOf(short, at, known, [first, second]) : []
    }),
  )
}

/** Where a thousand papers mean one thing, the five that mean another are rather a slip of the rule that found them. */
const leastOf = (commonest: readonly Mention[], leastPapers: number): number =>
  Math.max(leastPapers, commonest.length / 50)

/** By short form, in order of the alphabet; the oldest paper first. */
function mentionsIn(papers: readonly DefiningPaper[]): ReadonlyMap<string, readonly Mention[]> {
  const mentions = new Map<string, Mention[]>()
  for (const { id, announced, title, abstract } of papers) {
    if (announced === null) continue
    for (const { short, long } of definitionsIn(`${title}. ${abstract}`)) {
      const all = mentions.get(short) ?? []
      mentions.set(short, all)
      all.push({ id, announced, long: long.toLowerCase() })
    }
  }
  for (const all of mentions.values()) all.sort((a, b) => a.announced - b.announced || (a.id < b.id ? -1 : 1))
  return new Map([...mentions].sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Sense = readonly Mention[]

/** Long forms that are much alike mean the same, and so does what is linked by them. Commonest first. */
function sensesOf(mentions: readonly Mention[]): readonly Sense[] {
  const byForm = grouped(mentions, joined)
  let senses: { forms: readonly string[]; mentions: Sense }[] = []
  for (const [form, those] of byForm) {
    const near = senses.filter(({ forms }) => forms.some((one) => likeness(one, form) >= 0.5))
    const merged = {
      forms: [...near.flatMap((one) => one.forms), form],
      mentions: [...near.flatMap((one) => one.mentions), ...those],
    }
    senses = [...senses.filter((sense) => !near.includes(sense)), merged]
  }
  return senses.map((sense) => sense.mentions).sort((a, b) => b.length - a.length || a[0].announced - b[0].announced)
}

function grouped(mentions: Sense, nameOf: (long: string) => string): [string, Mention[]][] {
  const groups = new Map<string, Mention[]>()
  for (const mention of mentions) {
    const group = groups.get(nameOf(mention.long)) ?? []
    groups.set(nameOf(mention.long), group)
    group.push(mention)
  }
  return [...groups]
}

/** Long forms of one idea in other words share something: where two senses do, nobody can say who is wrong. */
function areApart(one: Sense, other: Sense): boolean {
  const [forms, others] = [one, other].map((sense) => [...new Set(sense.map(({ long }) => joined(long)))])
  return forms.every((form) => others.every((another) => likeness(form, another) <= 0.25))
}

/** Hyphens, spaces and the plural are nothing. */
const joined = (long: string): string => long.replace(/[^\p{L}\p{N}]+/gu, '').replace(/s$/, '')

/** Dice's coefficient over runs of three letters. */
function likeness(one: string, other: string): number {
  const [runs, others] = [one, other].map(runsOf)
  const shared = [...runs].filter((run) => others.has(run)).length
  return (2 * shared) / (runs.size + others.size)
}

const runsOf = (text: string): ReadonlySet<string> =>
  new Set(Array.from({ length: Math.max(1, text.length - 2) }, (_, at) => text.slice(at, at + 3)))

function questionsOf(short: string, asked: Instant, known: Sense, senses: readonly Sense[]): JudgedQuery[] {
  return senses.map((meant, place) => {
    const right = new Set(meant.map(({ id }) => id))
    const grades: Grades = new Map(known.map(({ id }) => [id, right.has(id) ? 1 : 0]))
    return {
      id: `${short}-${place + 1}@${dayOf(asked)}`,
      text: short,
      asked,
      plain: true,
      unit: short,
      class: 'ambiguous',
      grades,
      since: null,
      until: null,
      facts: {
        terms: termsOf(short).length,
        sense: commonest(meant),
        termAge: daysBetween(known, asked),
        senseAge: daysBetween(meant, asked),
      },
    }
  })
}

/** Since the first paper of the sense. */
const daysBetween = (sense: Sense, asked: Instant): number =>
  Math.floor((asked - Math.min(...sense.map(({ announced }) => announced))) / dayMs)

function commonest(meant: Sense): string {
  const forms = grouped(meant, (long) => long)
  return forms.sort(([a, those], [b, others]) => others.length - those.length || (a < b ? -1 : 1))[0][0]
}
