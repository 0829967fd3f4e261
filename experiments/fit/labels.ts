import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { UnreadableRecord } from '../../src/domain/errors.ts'
import { type Day, endOfDay, type Instant, parseDay } from '../../src/domain/instant.ts'
import { type Intent, intents } from '../../src/domain/route.ts'
import type { Topic, TopicClass } from '../../src/sources/files/topics.ts'

/** A query of which is known what age of paper it wants. */
export interface Labelled {
  readonly id: string
  /** Never in two folds: the forms of one topic are one need. */
  readonly unit: string
  readonly text: string
  readonly asked: Instant
  readonly day: Day
  readonly intent: Intent
  /** For slices. */
  readonly stratum: string
}

const line = z.object({
  id: z.string(),
  query: z.string().min(1),
  intent: z.enum(intents),
  stratum: z.string().default('all'),
  as_of: z.string(),
})

/** `data/labels/intents.jsonl`. Throws UnreadableRecord naming file and line. */
export function readLabels(file: string): readonly Labelled[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((text, i) => {
    if (text.trim() === '') return []
    const read = line.safeParse(jsonOf(text))
    const day = read.success ? parseDay(read.data.as_of) : null
    if (!read.success || !day) throw new UnreadableRecord(`${file}, line ${i + 1}, is no labelled query with its day`)
    const { id, query, intent, stratum } = read.data
    return [{ id, unit: id, text: query, asked: endOfDay(day), day, intent, stratum }]
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * Of a foundation topic an older paper may be the right one, and of an ambiguous one nobody knows: neither asks for
 * recent papers, and that is what the gate is to learn.
 */
const intentOf: Readonly<Record<TopicClass, Intent>> = {
  recent: 'recent',
  atemporal: 'atemporal',
  foundation: 'atemporal',
  ambiguous: 'atemporal',
  dated: 'dated',
}

/** Judged topics as labelled queries: as typed, and as a sentence. */
export const labelledTopics = (topics: readonly Topic[]): readonly Labelled[] =>
  topics.flatMap((topic) =>
    (['query', 'long'] as const).map((form) => ({
      id: `${topic.id}-${form}`,
      unit: topic.id,
      text: topic[form],
      asked: endOfDay(topic.asOf),
      day: topic.asOf,
      intent: intentOf[topic.class],
      stratum: `topic-${topic.class}`,
    })),
  )
