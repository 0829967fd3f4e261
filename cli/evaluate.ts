import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { type Collection, type CollectionSpec, corpusFiles, openCollection } from '../experiments/collection.ts'
import { type Arm, plainQuery, rankBy } from '../experiments/evaluate.ts'
import { type Grades, judged, mean, ndcg, recall, within } from '../experiments/measures.ts'
import { type RankedId, runLines } from '../experiments/trec.ts'
import { progressBar } from '../indexer/progress.ts'
import { systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import type { DocumentId } from '../src/domain/document.ts'
import { BadSetting } from '../src/domain/errors.ts'
import { endOfDay, startOfDay } from '../src/domain/instant.ts'
import type { Query } from '../src/domain/query.ts'
import { typedQuery } from '../src/domain/understanding.ts'
import { beirLineReader, readBeirFolder } from '../src/sources/files/beir.ts'
import { importFormats } from '../src/sources/files/formats.ts'
import { readTopics, type Topic } from '../src/sources/files/topics.ts'

interface Options {
  readonly corpus?: string[]
  readonly run?: string
  readonly embedder?: string
  readonly exact?: true
}

export const evaluateCommand = (): Command =>
  new Command('evaluate')
    .description('measure the ranking on a BEIR folder or on judged topics')
    .argument('<folder>', 'corpus.jsonl, queries.jsonl and qrels; or topics.jsonl and qrels.txt')
    .option('--corpus <path...>', 'topics: folders or files of the papers; may be repeated')
    .option('--run <file>', 'write the rankings as a TREC run')
    .option('--embedder <model>', 'a model name, a folder, or a model of the hub; @fp32 behind it for full precision')
    .option('--exact', 'exact vector search instead of the graph')
    .action(async (folder: string, options: Options) => {
      const config = readConfig(process.env)
      const place = { model: options.embedder ?? config.model, folder: join(config.dataFolder, 'evaluate') }
      if (options.run) writeFileSync(options.run, '')
      if (existsSync(join(folder, 'topics.jsonl'))) await evaluateTopics(folder, options, place)
      else await evaluateBeir(folder, options, place)
    })

type Place = Pick<CollectionSpec, 'model' | 'folder'>

async function opened(spec: Place & Pick<CollectionSpec, 'files' | 'read'>): Promise<Collection> {
  let bar = progressBar('')
  let label = ''
  const onProgress = (what: string, done: number, of: number) => {
    if (what !== label) {
      bar.stop()
      bar = progressBar(what)
      label = what
    }
    bar.update(done, of)
  }
  try {
    return await openCollection({ ...spec, onProgress })
  } finally {
    bar.stop()
  }
}

interface Judged {
  readonly topic: string
  readonly query: Query
  readonly grades: Grades
}

/** Ranks every topic by one arm, writes the run, and returns the ranked ids by topic. */
async function runArm(arm: Arm, topics: readonly Judged[], collection: Collection, options: Options) {
  const rankings = new Map<string, readonly RankedId[]>()
  for (const { topic, query } of topics) {
    const ranked = await rankBy(arm, query, collection, options.exact ?? false)
    rankings.set(topic, ranked)
    if (options.run && ranked.length > 0) appendFileSync(options.run, `${runLines(topic, ranked, arm).join('\n')}\n`)
  }
  return (topic: string): DocumentId[] => (rankings.get(topic) ?? []).map((one) => one.id)
}

async function evaluateBeir(folder: string, options: Options, place: Place): Promise<void> {
  if (options.corpus) throw new BadSetting('--corpus is for judged topics; a BEIR folder brings its own')
  const { name, corpusFile, queries, qrels, split } = await readBeirFolder(folder)
  const collection = await opened({ ...place, files: [corpusFile], read: beirLineReader(name) })
  const now = systemClock.now()
  const topics = queries.flatMap(({ id, text }): Judged[] => {
    const grades = qrels.get(id)
    return grades ? [{ topic: id, query: plainQuery(text, now), grades }] : []
  })
  console.log(
    `${name} (${split}): ${collection.engine.documents.count()} documents, ${topics.length} judged queries, ${collection.embedder.fingerprint}`,
  )
  for (const arm of ['lexical', 'dense', 'hybrid', 'rrf'] as const) {
    const ranked = await runArm(arm, topics, collection, options)
    const figure = (of: (one: Judged) => number) => mean(topics.map(of)).toFixed(4)
    const nDcg = figure(({ topic, grades }) => ndcg(ranked(topic), grades))
    const found = figure(({ topic, grades }) => recall(ranked(topic), grades))
    console.log(`${arm.padEnd(8)}  nDCG@10 ${nDcg}  recall@100 ${found}`)
  }
  await collection.close()
}

/** Rows of the table: what is ranked, over which classes, and how the words of the query are taken. */
async function evaluateTopics(folder: string, options: Options, place: Place): Promise<void> {
  if (!options.corpus) throw new BadSetting('judged topics need --corpus, the papers they were judged over')
  const { topics, qrels } = await readTopics(folder)
  const collection = await opened({ ...place, files: corpusFiles(options.corpus), read: importFormats['arxiv-jsonl'] })
  console.log(
    `${topics.length} topics over ${collection.engine.documents.count()} papers, each as of its day, ${collection.embedder.fingerprint}`,
  )
  const judgedTopics = topics.map((topic) => ({
    ...judgedAsAsked(topic, qrels.get(topic.id) ?? new Map(), collection),
    topic,
  }))
  const classes = [...new Set(topics.map((topic) => topic.class))].filter((name) => name !== 'dated')
  console.log(
    `${'nDCG@10'.padEnd(22)}${[...classes, 'all undated', 'dated', 'judged@10'].map((name) => name.padStart(12)).join('')}`,
  )
  for (const [arm, label] of rows) {
    const asJudged = judgedTopics.map((one) => ({ topic: one.topic.id, query: one.query, grades: one.grades }))
    const ranked = await runArm(arm, asJudged, collection, options)
    const of = (wanted: (topic: Topic) => boolean, measure = ndcg) =>
      mean(judgedTopics.filter((one) => wanted(one.topic)).map((one) => measure(ranked(one.topic.id), one.grades)))
    const cells = [
      ...classes.map((name) => of((topic) => topic.class === name)),
      of((topic) => topic.class !== 'dated'),
      of((topic) => topic.class === 'dated'),
      of(() => true, judged),
    ]
    console.log(`${label.padEnd(22)}${cells.map((cell) => cell.toFixed(4).padStart(12)).join('')}`)
  }
  await collection.close()
}

const rows = [
  ['lexical', 'lexical'],
  ['dense', 'dense'],
  ['rrf', 'hybrid, rrf'],
  ['hybrid', 'hybrid, freshness off'],
  ['shipped', 'shipped mode'],
] as const

/** Asked at the end of the topic's day; grades outside the time that a dated topic asks for are 0. */
function judgedAsAsked(topic: Topic, grades: Grades, { engine }: Collection): { query: Query; grades: Grades } {
  const now = endOfDay(topic.asOf)
  const query = typedQuery(topic.query, now)
  const since = topic.since ? startOfDay(topic.since) : Number.NEGATIVE_INFINITY
  const until = topic.until ? endOfDay(topic.until) : Number.POSITIVE_INFINITY
  const inside = (id: DocumentId) => {
    const at = engine.documents.byId(id)?.announced ?? null
    return at !== null && at >= since && at <= until
  }
  return { query, grades: topic.class === 'dated' ? within(grades, inside) : grades }
}
