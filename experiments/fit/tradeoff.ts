import type { DocumentId } from '../../src/domain/document.ts'
import { dayMs } from '../../src/domain/instant.ts'
import type { FreshnessWeights } from '../../src/retrieval/calibration.ts'
import { aboveFloor, rank } from '../../src/retrieval/score.ts'
import type { Collection } from '../collection.ts'
import { type Gains, type Grades, gainsOf, mean, ndcgOf } from '../measures.ts'
import type { Observed } from './observe.ts'

/** What one judged topic's order is worth under any weight of recency. */
export interface Judged {
  readonly kind: string
  readonly pRecent: number
  readonly observed: Observed
  readonly ids: ReadonlyMap<number, DocumentId>
  readonly subject: Gains
  /** Halved with every 30 days of age. */
  readonly decayed: Gains
}

export function judgedTopic(
  observed: Observed,
  pRecent: number,
  grades: Grades,
  { engine }: Pick<Collection, 'engine'>,
): Judged {
  const { decided, labelled } = observed
  const held = engine.documents.byKeys(decided.deep.map((one) => one.candidate.key))
  const subject = gainsOf(grades)
  const decayed = [...subject].map(([id, gain]): [DocumentId, number] => {
    const announced = engine.documents.byId(id)?.announced ?? null
    const days = announced === null ? Number.POSITIVE_INFINITY : (labelled.asked - announced) / dayMs
    return [id, gain * 2 ** (-Math.max(0, days) / 30)]
  })
  return {
    kind: labelled.stratum,
    pRecent,
    observed,
    ids: new Map([...held].map(([key, document]) => [key, document.id])),
    subject,
    decayed: new Map(decayed),
  }
}

export interface TradeOff {
  readonly weights: FreshnessWeights
  /** Mean nDCG@10 of the topics that want recent work, gains halved every 30 days. */
  readonly recentDecayed: number
  /** What the subject loses against no recency, by kind of topic; negative is a loss. */
  readonly subject: Readonly<Record<string, number>>
}

const off: FreshnessWeights = { gamma: 0, halfLifeShare: 1, floor: 0 }
const choices: readonly FreshnessWeights[] = [0, 0.2, 0.4, 0.5].flatMap((floor) =>
  [1, 0.5].flatMap((halfLifeShare) => [0.2, 0.4, 0.6, 0.7, 0.8, 0.9].map((gamma) => ({ gamma, halfLifeShare, floor }))),
)
const recentKind = 'topic-recent'
const isRecent = ({ kind }: Judged): boolean => kind === recentKind

/** What recent work gains, and what the subject pays, under each choice of weights. */
export function tradeOffs(topics: readonly Judged[]): readonly TradeOff[] {
  const kinds = [...new Set(topics.map((one) => one.kind))].sort()
  return [off, ...choices].map((weights) => ({
    weights,
    recentDecayed: mean(topics.filter(isRecent).map((one) => worth(one, weights, one.decayed))),
    subject: Object.fromEntries(
      kinds.map((kind) => {
        const some = topics.filter((one) => one.kind === kind)
        return [kind, mean(some.map((one) => worth(one, weights, one.subject) - worth(one, off, one.subject)))]
      }),
    ),
  }))
}

function worth({ observed: { decided }, pRecent, ids }: Judged, weights: FreshnessWeights, gains: Gains): number {
  const { floor, ...scale } = weights
  const recency = { ...scale, pRecent: aboveFloor(pRecent, floor), now: decided.query.now }
  const { scored } = rank(decided.deep, decided.calibration.abstainBelow, recency)
  return ndcgOf(
    scored.flatMap((one) => ids.get(one.candidate.key) ?? []),
    gains,
  )
}

/** What the subject of any kind of topic may lose that does not want recent work. */
const tolerated = 0.01

/** The weights that give recent work most while no other kind of topic loses more than is tolerated. */
export const bestWeights = (topics: readonly Judged[]): FreshnessWeights =>
  tradeOffs(topics)
    .filter(({ subject }) =>
      Object.entries(subject).every(([kind, change]) => kind === recentKind || change >= -tolerated),
    )
    .reduce((best, one) => (one.recentDecayed > best.recentDecayed ? one : best)).weights
