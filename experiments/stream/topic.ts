import { dayMs, type Instant } from '../../src/domain/instant.ts'
import type { Concept, Field } from './words.ts'

/**
 * `steady`: asked and written about all the time. `burst`: comes up at an instant under a name that nobody used before,
 * swells and fades. `drift`: its words change. `fork`: one name, in another field, means something else from an instant
 * on. `revised`: later versions of its papers are about another topic. `withdrawn`: many of its papers are taken back.
 * `acronym`: its short form stands for something else in another field.
 */
export const topicKinds = ['steady', 'burst', 'drift', 'fork', 'revised', 'withdrawn', 'acronym'] as const
export type TopicKind = (typeof topicKinds)[number]

export interface Wording {
  readonly subject: Concept
  readonly process: Concept
  readonly setting: Concept
}

export interface StreamTopic {
  readonly id: string
  readonly kind: TopicKind
  readonly field: Field
  readonly wording: Wording
  /** What it is called in the end, where its words drift. */
  readonly later: Wording | null
  /** An invented word for it. */
  readonly name: string | null
  readonly acronym: { readonly short: string; readonly long: string } | null
  /** No paper is handed in before. */
  readonly begins: Instant
  /** Of a fork and of an acronym: the other sense; of a revised topic: what its papers become. */
  readonly partner: string | null
}

/** Time in which the papers of a stream are handed in. */
export interface Span {
  readonly from: Instant
  readonly to: Instant
}

const swellDays = 8
const fadeHalfLifeDays = 15

/** How lively a topic is at an instant, between 0 and 1. */
export function liveliness({ kind, begins }: StreamTopic, at: Instant): number {
  const days = (at - begins) / dayMs
  if (days < 0) return 0
  if (kind !== 'burst') return 1
  return days < swellDays ? days / swellDays : 2 ** (-(days - swellDays) / fadeHalfLifeDays)
}

/** How far the words of a drifting topic have changed: slowly, quickly in the middle, slowly again. */
export function drifted({ later }: StreamTopic, at: Instant, { from, to }: Span): number {
  if (later === null) return 0
  return 1 / (1 + Math.exp(-12 * ((at - from) / (to - from) - 0.5)))
}
