import type { Study } from '../replay/study.ts'
import type { QuerySet } from './compared.ts'

/** What a reviewer should hold against whatever was measured on judged topics, or on the stream in their stead. */
export function threatsOfTopics({ standing, queries }: QuerySet): readonly string[] {
  if (standing === 'simulation') return [generated]
  return [
    ...(standing === 'development' ? [lookedAt] : []),
    `There are ${queries.length} topics: intervals are wide, and classes of a handful decide nothing.`,
    'The pools of the judged topics were made without aged, live, RRF or strongly decayed arms: what these alone find is unjudged and counts as wrong.',
    'One assessor, a language model, read title and abstract; its agreement with itself shows consistency, not truth.',
    'Subjects fade in and out of the corpus, so that its curve of dates is partly that of whoever collected it.',
    exactSearch,
  ]
}

export const threatsOfKnownItems: readonly string[] = [
  'Known items are synthetic: one right answer each, words exchanged by rule, and other papers that would serve count as wrong.',
]

/** Beside arms under the small encoder. */
export const trainedOnCorpus =
  'The training text of freshet-static covers 35,020 of the 54,002 papers of the shared corpus: it knows their words better than it will know those of any paper to come.'

export const threatOfEncoder = ({ options }: Study): readonly string[] =>
  options.embedder === options.rivals.static ? [trainedOnCorpus] : []

const generated =
  'Nothing here was written by people: texts, queries and right answers come from a generator with known truth. It shows that the machinery works, and says nothing of real papers.'
const lookedAt = 'The topics were looked at while building: every figure on them is one of development.'
const exactSearch =
  'Vectors are searched exactly, as of the instant: what a graph loses is measured apart, and builds and harvests are simulated from the announcements.'
