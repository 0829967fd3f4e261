import type { DocumentId } from '../../src/domain/document.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import type { Corpus } from '../../test/upstream/corpus.ts'
import { seeded } from '../seeded.ts'
import { castOf } from '../stream/cast.ts'
import { type Draft, paperOf } from '../stream/paper.ts'
import { questionsOf } from '../stream/questions.ts'
import { corpusOfStream, recordsOf } from '../stream/records.ts'
import { placeIn, type Source, sources } from '../stream/sources.ts'
import { liveliness, type Span, type StreamTopic } from '../stream/topic.ts'
import { type IdentifiedPaper, truthOf } from '../stream/truth.ts'
import type { JudgedQuery } from './query.ts'

export interface StreamPlan {
  readonly seed: number
  readonly papers: number
  readonly queries: number
  /** First versions are handed in from here on, for so many days. */
  readonly from: Instant
  readonly days: number
}

export const demoPlan: StreamPlan = {
  seed: 1,
  papers: 900,
  queries: 120,
  from: instant(Date.UTC(2025, 0, 6)),
  days: 90,
}

/** Papers of our own making, and what is true of them: who is right at which instant is known, not judged. */
export interface Stream {
  readonly plan: StreamPlan
  readonly papers: readonly IdentifiedPaper[]
  readonly topics: readonly StreamTopic[]
  readonly queries: readonly JudgedQuery[]
  readonly sources: readonly Source[]
  /** What the local upstream shows: the papers of arXiv. */
  readonly corpus: Corpus
  /** Whether a record serves those who read it: by its source's precision, and by nothing that can be read in it. */
  isUseful(id: DocumentId): boolean
  /** For import: all that every source had said by then, versions and withdrawals among it; left out, all. */
  records(upTo?: Instant): ReturnType<typeof recordsOf>
}

const papersPerTopic = 15
/** Of papers that are about nothing that is asked for. */
const strangers = 0.12
const burstWeight = 2.5
/** Days after which somebody sums up what burst. */
const surveyAfterDays = 14

export function generatedStream(plan: StreamPlan): Stream {
  const random = seeded(plan.seed)
  const span: Span = { from: plan.from, to: instant(plan.from + plan.days * dayMs) }
  const topics = castOf(Math.max(20, Math.round(plan.papers / papersPerTopic)), span, plan.seed, random)
  const byId = new Map(topics.map((topic) => [topic.id, topic]))
  const drafts = draftsOf(plan.papers, topics, span, random)
  const papers = identified(drafts.map((draft) => paperOf(draft, { span, seed: plan.seed, topics: byId, random })))
  const useful = new Map(papers.map(({ id, useful }) => [id, useful]))
  return {
    plan,
    papers,
    topics,
    queries: questionsOf(plan.queries, topics, truthOf(papers), span, random),
    sources,
    corpus: corpusOfStream(papers),
    isUseful: (id) => useful.get(id) ?? false,
    records: (upTo = instant(Number.MAX_SAFE_INTEGER)) => recordsOf(papers, upTo),
  }
}

/** In the order in which they are handed in. */
function draftsOf(count: number, topics: readonly StreamTopic[], span: Span, random: () => number): Draft[] {
  const drafts = Array.from({ length: count }, (_, number): Draft => {
    const source = sourceFor(random())
    const place = placeIn(source, random())
    const submitted = instant(Math.floor((span.from + place * (span.to - span.from)) / 1_000) * 1_000)
    const topic = random() < strangers ? null : topicFor(topics, submitted, random())
    return { number, source, topic, submitted, kind: 'plain' }
  })
  drafts.sort((a, b) => a.submitted - b.submitted || a.number - b.number)
  return withFoundations(drafts)
}

const sourceFor = (drawn: number): Source =>
  byWeight(
    sources,
    sources.map(({ share }) => share),
    drawn,
  ) ?? sources[0]

/** The livelier a topic, the more is written of it. */
function topicFor(topics: readonly StreamTopic[], at: Instant, drawn: number): StreamTopic | null {
  const weights = topics.map((topic) => liveliness(topic, at) * (topic.kind === 'burst' ? burstWeight : 1))
  return byWeight(topics, weights, drawn)
}

function byWeight<T>(all: readonly T[], weights: readonly number[], drawn: number): T | null {
  let left = drawn * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [at, one] of all.entries()) {
    left -= weights[at]
    if (left < 0) return one
  }
  return null
}

/** Of what bursts, the first paper is its origin, and the first after a fortnight sums it up. */
function withFoundations(drafts: readonly Draft[]): Draft[] {
  const told = new Map<StreamTopic, 'origin' | 'survey'>()
  return drafts.map((draft) => {
    const { topic, submitted } = draft
    if (topic?.kind !== 'burst') return draft
    const before = told.get(topic)
    const kind =
      before === undefined
        ? 'origin'
        : before === 'origin' && submitted >= topic.begins + surveyAfterDays * dayMs
          ? 'survey'
          : 'plain'
    if (kind !== 'plain') told.set(topic, kind)
    return { ...draft, kind }
  })
}

/** arXiv numbers by the month of submission; other sources count their own. */
function identified(papers: readonly Omit<IdentifiedPaper, 'id'>[]): IdentifiedPaper[] {
  const counts = new Map<string, number>()
  return papers.map((paper) => {
    const { source, versions } = paper
    const month = new Date(versions[0].submitted).toISOString().slice(2, 7).replace('-', '')
    const series = source.isArxiv ? month : source.name
    const number = (counts.get(series) ?? 0) + 1
    counts.set(series, number)
    const id = source.isArxiv ? `${month}.${String(number).padStart(5, '0')}` : `${series}:${number}`
    return { ...paper, id: id as DocumentId }
  })
}
