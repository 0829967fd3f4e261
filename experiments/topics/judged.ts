import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { DocumentId } from '../../src/domain/document.ts'
import { UnreadableRecord } from '../../src/domain/errors.ts'
import { endOfDay, startOfDay } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import type { Qrels } from '../../src/sources/files/qrels.ts'
import { readTopicFile, readTrecQrels, type Topic } from '../../src/sources/files/topics.ts'
import type { JudgedQuery } from './query.ts'

/** What is typed for a topic: the query itself, one or two words of it, or a sentence. */
export type TopicForm = 'query' | 'short' | 'long'

export interface JudgedSet {
  /** With judgements, each once, in the order of the files. */
  readonly topics: readonly Topic[]
  readonly qrels: Qrels
  /** Topics without any judgement, which are left out: to be said to whoever runs them. */
  readonly unjudged: readonly string[]
  /** sha256 of what was read, whatever the order of lines and files. */
  readonly digests: { readonly topics: string; readonly qrels: string }
}

/**
 * Reads topics and judgements from files and folders; a folder brings topics.jsonl and, where it has one, qrels.txt. A
 * topic may stand in several files if it is the same in all of them. Throws UnreadableRecord.
 */
export async function readJudged(topicPaths: readonly string[], qrelPaths: readonly string[]): Promise<JudgedSet> {
  const folders = topicPaths.filter(isFolder)
  const qrelFiles = [...folders.map((folder) => join(folder, 'qrels.txt')).filter(existsSync), ...qrelPaths]
  const topics = await topicsOf(topicPaths.map((path) => (isFolder(path) ? join(path, 'topics.jsonl') : path)))
  const qrels = await qrelsOf(qrelFiles)
  const stranger = [...qrels.keys()].find((id) => !topics.has(id))
  if (stranger !== undefined) throw new UnreadableRecord(`the topic ${stranger} is judged, and no topic file has it`)
  return {
    topics: [...topics.values()].filter(({ id }) => qrels.has(id)),
    qrels,
    unjudged: [...topics.keys()].filter((id) => !qrels.has(id)),
    digests: {
      topics: digest([...topics.values()].map((topic) => JSON.stringify(Object.entries(topic).sort()))),
      qrels: digest(
        [...qrels].flatMap(([id, grades]) => [...grades].map(([paper, grade]) => `${id} ${paper} ${grade}`)),
      ),
    },
  }
}

/** Each topic in one form, asked at the end of its day. */
export const judgedQueries = ({ topics, qrels }: JudgedSet, form: TopicForm = 'query'): JudgedQuery[] =>
  topics.map((topic) => ({
    id: topic.id,
    text: topic[form],
    asked: endOfDay(topic.asOf),
    plain: false,
    unit: topic.id,
    class: topic.class,
    grades: qrels.get(topic.id) ?? new Map<DocumentId, number>(),
    since: topic.since ? startOfDay(topic.since) : null,
    until: topic.until ? endOfDay(topic.until) : null,
    facts: {
      form,
      field: topic.field,
      niche: topic.niche,
      terms: termsOf(topic[form]).length,
      ...(topic.senses.length > 0 && { sense: topic.senses[0] }),
    },
  }))

/**
 * Names a topic without telling it, so that a list of those that were looked at can be registered. Case and spaces are
 * nothing: a topic typed anew is the same topic.
 */
export const topicDigest = ({ id, query }: Pick<Topic, 'id' | 'query'>): string =>
  digest([`${id}\n${query.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()}`])

/** Whether any of the topics was among those that were looked at while building. */
export const isDevelopment = (topics: readonly Topic[], registered: ReadonlySet<string>): boolean =>
  topics.some((topic) => registered.has(topicDigest(topic)))

/** Throws UnreadableRecord where there is nothing of that name. */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new UnreadableRecord(`${path} does not exist`)
  return found.isDirectory()
}

async function topicsOf(files: readonly string[]): Promise<ReadonlyMap<string, Topic>> {
  const topics = new Map<string, Topic>()
  for (const file of files) {
    for (const topic of await readTopicFile(file)) {
      const before = topics.get(topic.id)
      if (before && !isDeepStrictEqual(before, topic)) {
        throw new UnreadableRecord(`${file}: the topic ${topic.id} is another one in an earlier file`)
      }
      topics.set(topic.id, topic)
    }
  }
  return topics
}

async function qrelsOf(files: readonly string[]): Promise<Qrels> {
  const qrels = new Map<string, Map<DocumentId, number>>()
  for (const file of files) {
    for (const [id, grades] of await readTrecQrels(file)) {
      const judged = qrels.get(id) ?? new Map<DocumentId, number>()
      qrels.set(id, judged)
      for (const [paper, grade] of grades) {
        const before = judged.get(paper)
        if (before !== undefined && before !== grade) {
          throw new UnreadableRecord(`${file}: ${id} judges ${paper} ${grade}, and an earlier file ${before}`)
        }
        judged.set(paper, grade)
      }
    }
  }
  return qrels
}

const digest = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.toSorted().join('\n')).digest('hex')
