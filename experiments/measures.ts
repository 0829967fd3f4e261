import type { DocumentId } from '../src/domain/document.ts'

/** Grades of one topic. What is not in it was not judged and counts as 0. */
export type Grades = ReadonlyMap<DocumentId, number>

export type Gain = (grade: number) => number
/** The subject measure of the judged topics. */
export const exponentialGain: Gain = (grade) => 2 ** grade - 1
/** As trec_eval has it. */
export const linearGain: Gain = (grade) => grade

/** What each document is worth to whoever asks; what is not in it is worth nothing. */
export type Gains = ReadonlyMap<DocumentId, number>

/** A grade below 0, which some qrels have for spam, is worth nothing. */
export const gainsOf = (grades: Grades, gain: Gain = exponentialGain): Gains =>
  new Map([...grades].map(([id, grade]) => [id, Math.max(0, gain(grade))]))

export const discounted = (gains: readonly number[]): number =>
  gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0)

/** The best that any order of all documents of worth can have. */
export const idealOf = (gains: Iterable<number>, depth: number): number =>
  discounted([...gains].sort((one, other) => other - one).slice(0, depth))

/** Jarvelin and Kekalainen (2002), discount log2(rank + 1), ideal over all documents of worth. 0 where there is none. */
export function ndcgOf(ranked: readonly DocumentId[], gains: Gains, depth = 10): number {
  const best = idealOf(gains.values(), depth)
  return best === 0 ? 0 : discounted(ranked.slice(0, depth).map((id) => gains.get(id) ?? 0)) / best
}

export const ndcg = (ranked: readonly DocumentId[], grades: Grades, depth = 10, gain: Gain = exponentialGain): number =>
  ndcgOf(ranked, gainsOf(grades, gain), depth)

/** Share of the documents of grade `relevant` or more that stand in the first `depth`. */
export function recall(ranked: readonly DocumentId[], grades: Grades, depth = 100, relevant = 1): number {
  const wanted = [...grades].filter(([, grade]) => grade >= relevant)
  const shown = new Set(ranked.slice(0, depth))
  return wanted.length === 0 ? 0 : wanted.filter(([id]) => shown.has(id)).length / wanted.length
}

/** Relevant ones among the first `depth`, over `depth` also where fewer are shown. */
export const precision = (ranked: readonly DocumentId[], grades: Grades, depth = 5, relevant = 1): number =>
  ranked.slice(0, depth).filter((id) => (grades.get(id) ?? 0) >= relevant).length / depth

/** One over the rank of the first relevant one; 0 where none is shown. */
export function reciprocalRank(ranked: readonly DocumentId[], grades: Grades, relevant = 1): number {
  const at = ranked.findIndex((id) => (grades.get(id) ?? 0) >= relevant)
  return at < 0 ? 0 : 1 / (at + 1)
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
