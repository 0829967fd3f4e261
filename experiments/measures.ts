import type { DocumentId } from '../src/domain/document.ts'

/** Grades of one topic. What is not in it was not judged and counts as 0. */
export type Grades = ReadonlyMap<DocumentId, number>

export type Gain = (grade: number) => number
/** The subject measure of the judged topics. */
export const exponentialGain: Gain = (grade) => 2 ** grade - 1
/** As trec_eval has it. */
export const linearGain: Gain = (grade) => grade

const discounted = (gains: readonly number[]): number =>
  gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0)

/** Jarvelin and Kekalainen (2002), discount log2(rank + 1), ideal over all judged documents. 0 where nothing is relevant. */
export function ndcg(ranked: readonly DocumentId[], grades: Grades, depth = 10, gain: Gain = exponentialGain): number {
  const ideal = [...grades.values()].map(gain).sort((one, other) => other - one)
  const best = discounted(ideal.slice(0, depth))
  return best === 0 ? 0 : discounted(ranked.slice(0, depth).map((id) => gain(grades.get(id) ?? 0))) / best
}

/** Share of the documents of grade `relevant` or more that stand in the first `depth`. */
export function recall(ranked: readonly DocumentId[], grades: Grades, depth = 100, relevant = 1): number {
  const wanted = [...grades].filter(([, grade]) => grade >= relevant)
  const shown = new Set(ranked.slice(0, depth))
  return wanted.length === 0 ? 0 : wanted.filter(([id]) => shown.has(id)).length / wanted.length
}

/** Share of the first `depth` that was judged at all: how much of a figure is known. */
export function judged(ranked: readonly DocumentId[], grades: Grades, depth = 10): number {
  const shown = ranked.slice(0, depth)
  return shown.length === 0 ? 0 : shown.filter((id) => grades.has(id)).length / shown.length
}

/** Grades of documents outside the time that a topic asks for are 0. */
export const within = (grades: Grades, inside: (id: DocumentId) => boolean): Grades =>
  new Map([...grades].map(([id, grade]) => [id, inside(id) ? grade : 0]))

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
