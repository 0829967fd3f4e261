import { join } from 'node:path'
import { z } from 'zod'
import { UnreadableRecord } from '../../domain/errors.ts'
import { type Day, parseDay } from '../../domain/instant.ts'
import { plainText } from '../record.ts'
import { readEach } from './lines.ts'
import { type Judgement, type Qrels, readQrels } from './qrels.ts'
import { parseLine, text } from './record.ts'

export const topicClasses = ['recent', 'atemporal', 'foundation', 'dated', 'ambiguous'] as const
export type TopicClass = (typeof topicClasses)[number]

export interface Topic {
  readonly id: string
  /** As it was typed. */
  readonly query: string
  readonly need: string
  /** How it was assessed. */
  readonly narrative: string
  readonly class: TopicClass
  readonly niche: boolean
  readonly field: string
  /** The day the person asks: only papers announced on or before it exist. */
  readonly asOf: Day
  readonly short: string
  readonly long: string
  /** Of an ambiguous topic; the first is meant. */
  readonly senses: readonly string[]
  /** What the words of a dated topic mean; inclusive. */
  readonly since: Day | null
  readonly until: Day | null
}

export interface JudgedTopics {
  readonly topics: readonly Topic[]
  readonly qrels: Qrels
}

const dayField = z.string().transform((raw, context) => {
  const day = parseDay(raw)
  if (day) return day
  context.addIssue('must be a day like 2025-03-18')
  return z.NEVER
})

const wordsField = z.string().refine((words) => plainText(words) !== '', 'is empty')

const topicLine = z.object({
  id: z.string().regex(/^\S{1,200}$/, 'must be 1 to 200 characters without spaces'),
  query: wordsField,
  need: text,
  narrative: text,
  class: z.enum(topicClasses),
  niche: z.boolean(),
  field: text,
  as_of: dayField,
  short: wordsField,
  long: wordsField,
  senses: z.array(text).nullish(),
  since: dayField.nullish(),
  until: dayField.nullish(),
})

/** Reads `topics.jsonl` and `qrels.txt` (TREC) of a folder. Throws UnreadableRecord naming file and line. */
export async function readTopics(folder: string): Promise<JudgedTopics> {
  return {
    topics: await readTopicFile(join(folder, 'topics.jsonl')),
    qrels: await readTrecQrels(join(folder, 'qrels.txt')),
  }
}

/** A topic a line, each once. Throws UnreadableRecord naming file and line. */
export async function readTopicFile(path: string): Promise<readonly Topic[]> {
  const ids = new Set<string>()
  return readEach(path, (line) => {
    const topic = readTopicLine(line)
    if (ids.has(topic.id)) throw new UnreadableRecord(`the topic ${topic.id} stands here a second time`)
    ids.add(topic.id)
    return topic
  })
}

/** Judgements in TREC's format. Throws UnreadableRecord naming file and line. */
export const readTrecQrels = (path: string): Promise<Qrels> => readQrels(path, trecJudgement)

function readTopicLine(line: string): Topic {
  const { as_of: asOf, senses, since, until, ...rest } = parseLine(topicLine, line)
  return { ...rest, asOf, senses: senses ?? [], since: since ?? null, until: until ?? null }
}

/** `topic iteration document grade`; nobody uses the iteration. */
function trecJudgement(line: string): Judgement {
  const fields = line.trim().split(/\s+/)
  if (fields.length !== 4) throw new UnreadableRecord(`has ${fields.length} fields where TREC qrels have 4`)
  return { query: fields[0], document: fields[2], grade: fields[3] }
}
