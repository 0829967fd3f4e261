import type { DocumentId } from '../src/domain/document.ts'
import { UnreadableRecord } from '../src/domain/errors.ts'
import { exponentialGain, type Gains, type Grades, gainsOf } from './measures.ts'

/**
 * Runs and qrels as trec_eval and ir-measures read them. Written in the order of their topics' and documents' ids, so that
 * the same figures are the same bytes.
 */
export interface RankedId {
  readonly id: DocumentId
  readonly score: number
}

/**
 * `topic Q0 document rank score tag`. trec_eval ignores the rank and sorts by score, in some versions in single precision,
 * and equals by id: so a score that would not come out below the one before it is lowered until it does. Throws
 * UnreadableRecord for what the format cannot hold: white space in a name, a document twice, a score that is no number.
 */
export function runLines(topic: string, ranked: readonly RankedId[], tag: string): string[] {
  const shown = new Set<DocumentId>()
  let ceiling = Number.POSITIVE_INFINITY
  return ranked.map(({ id, score }, i) => {
    if (shown.has(id)) throw new UnreadableRecord(`${topic} ranks ${id} twice`)
    if (!Number.isFinite(score)) throw new UnreadableRecord(`${topic} gives ${id} the score ${score}`)
    shown.add(id)
    const written = Number(Math.min(score, ceiling).toFixed(6))
    ceiling = written - Math.max(1e-6, Math.abs(written) * 2 ** -22)
    return `${word(topic)} Q0 ${word(id)} ${i + 1} ${written.toFixed(6)} ${word(tag)}`
  })
}

/** A whole run; a topic of which nothing was found has no line, which trec_eval -c and ir-measures score as 0. */
export const runText = (rankings: ReadonlyMap<string, readonly RankedId[]>, tag: string): string =>
  textOf(byName(rankings).flatMap(([topic, ranked]) => runLines(topic, ranked, tag)))

/** Qrels of whole-numbered grades, or of gains made whole by `exponentialQrels` or `scaledQrels`. */
export const qrelsText = (judgements: ReadonlyMap<string, Gains>): string =>
  textOf(
    byName(judgements).flatMap(([topic, gains]) =>
      byName(gains).map(([id, gain]) => {
        if (!Number.isInteger(gain)) throw new UnreadableRecord(`${topic} judges ${id} by ${gain}, not a whole number`)
        return `${word(topic)} 0 ${word(id)} ${gain}`
      }),
    ),
  )

/** 2^grade - 1: what takes gains for linear then computes our subject nDCG. */
export const exponentialQrels = (grades: Grades): Gains => gainsOf(grades, exponentialGain)

/** The largest gain of a topic becomes this. trec_eval counts grades in an array up to the largest: 8 MB. */
export const scaledTop = 1_000_000

/**
 * Gains in whole numbers, millionths of the topic's largest one: nDCG does not see the scale, and gains of a year ago do not
 * all vanish. Rounding moves an nDCG@10 by less than 5e-6: it moves a gain by at most half a millionth, the discounted sum of
 * ten by at most 2.3 of them, and the ideal, at least a million of them, likewise.
 */
export function scaledQrels(gains: Gains): Gains {
  const largest = Math.max(0, ...gains.values())
  return new Map([...gains].map(([id, gain]) => [id, largest === 0 ? 0 : Math.round((gain / largest) * scaledTop)]))
}

/** As trec_eval reads a run: by score, equals by id in falling order, whatever rank is written. */
export function readRun(text: string): Map<string, RankedId[]> {
  const rankings = new Map<string, RankedId[]>()
  for (const [topic, , id, , score] of fieldsOf(text, 6)) {
    const ranked = rankings.get(topic) ?? []
    ranked.push({ id: documentId(id), score: numberOf(score) })
    rankings.set(topic, ranked)
  }
  for (const ranked of rankings.values()) {
    ranked.sort((one, other) => other.score - one.score || (one.id < other.id ? 1 : -1))
  }
  return rankings
}

export function readQrels(text: string): Map<string, Map<DocumentId, number>> {
  const judgements = new Map<string, Map<DocumentId, number>>()
  for (const [topic, , id, grade] of fieldsOf(text, 4)) {
    const grades = judgements.get(topic) ?? new Map<DocumentId, number>()
    grades.set(documentId(id), numberOf(grade))
    judgements.set(topic, grades)
  }
  return judgements
}

function fieldsOf(text: string, count: number): string[][] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const fields = line.trim().split(/\s+/)
    if (fields.length === count) return fields
    throw new UnreadableRecord(`"${line.slice(0, 60)}" has ${fields.length} fields where TREC has ${count}`)
  })
}

/** The one place where an id of such a file becomes one of ours: it has no white space, which is all that an id must not have. */
const documentId = (field: string): DocumentId => field as DocumentId

function numberOf(field: string): number {
  const value = Number(field)
  if (Number.isFinite(value)) return value
  throw new UnreadableRecord(`"${field.slice(0, 60)}" is not a number`)
}

function word(name: string): string {
  if (/^\S+$/.test(name)) return name
  throw new UnreadableRecord(`"${name.slice(0, 60)}" holds white space, which TREC formats cannot`)
}

/** By code units, not by the rules of a language, which differ between machines. */
const byName = <Name extends string, Value>(entries: ReadonlyMap<Name, Value>): [Name, Value][] =>
  [...entries].sort(([one], [other]) => (one < other ? -1 : 1))

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
