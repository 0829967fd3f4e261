import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type ProgressBar, progressBar } from '../../indexer/progress.ts'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { BadSetting } from '../../src/domain/errors.ts'
import { dayMs, type Instant, instant, parseInstant } from '../../src/domain/instant.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import { importFormats } from '../../src/sources/files/formats.ts'
import { type Collection, type CollectionSpec, corpusFiles, openCollection } from '../collection.ts'
import { withKnown } from '../known-vectors.ts'
import { readStreamLine, writeStreamFile } from '../stream/records.ts'
import { readControl } from '../topics/beir.ts'
import { isDevelopment, judgedQueries, readJudged } from '../topics/judged.ts'
import { knownItems } from '../topics/known-item.ts'
import { demoPlan, generatedStream } from '../topics/stream.ts'
import { digestOf, openArchive } from './archive.ts'
import { codeIdentity } from './code.ts'
import { openReplayLive, type ReplayLive } from './live.ts'
import { holdsPrimary, type OpenReplay, openReplay } from './open-replay.ts'
import type { Study, StudyOptions } from './study.ts'
import { upkeepOf } from './upkeep.ts'
import { openWorld, startWorld, type World } from './world.ts'

export interface StudyParts {
  /** Where stores are kept from run to run, so that no text is embedded twice. */
  readonly stores: string
  readonly calibration: Calibration
  /** Digests (topics/judged.ts) of the topics that were looked at while building. */
  readonly developmentTopics: ReadonlySet<string>
  say(line: string): void
}

export interface OpenStudy extends Study {
  close(): Promise<void>
}

/** Later than any document of a collection without a time of its own. */
const afterAll = parseInstant('2030-01-01') ?? instant(0)

export async function openStudy(options: StudyOptions, parts: StudyParts): Promise<OpenStudy> {
  const judged = await readJudged(options.topics, options.qrels)
  const archive = openArchive(options.out)
  const shared = {
    archive,
    calibration: parts.calibration,
    code: codeIdentity(),
    seed: options.seed,
    progress: progressBar,
    upkeep: (whole: Collection) => upkeepOf(whole, join(parts.stores, 'upkeep'), parts.say),
  }
  const files = corpusFiles(options.corpora)
  const names = options.beir.map(nameOf)
  if (new Set(names).size < names.length) throw new BadSetting('two of the BEIR folders have the same name')
  const opened = new Map<string, Promise<OpenReplay>>()
  const closing: (() => Promise<void>)[] = []

  /** A collection under one encoder, opened once. */
  function replayOf(
    label: string,
    spec: Pick<CollectionSpec, 'files' | 'read' | 'model'>,
    live: () => Promise<ReplayLive | null>,
  ) {
    const known = opened.get(label)
    if (known) return known
    const open = (categories: readonly string[] | null, whole: Collection | null) =>
      withBar((onProgress) =>
        openCollection({ ...spec, folder: parts.stores, onProgress, ...limits(categories, whole) }),
      )
    const replay = openReplay({ ...shared, label, digests: spec.files.map(digestOfFile), open, live })
    opened.set(label, replay)
    return replay
  }

  async function liveBefore(opening: Promise<World>): Promise<ReplayLive> {
    const world = await opening
    const sources = openReplayLive(world, options.seed)
    closing.push(
      () => sources.close(),
      () => world.close(),
    )
    return sources
  }
  const live = once(() => liveBefore(startWorld(files)))

  function replay(model = options.embedder): Promise<OpenReplay> {
    if (files.length === 0) throw new BadSetting('name the papers with --corpus')
    const label = model === options.embedder ? '' : nameOf(model)
    const asked = options.format === 'arxiv-jsonl' ? live : async () => null
    return replayOf(label, { files, read: importFormats[options.format], model }, asked)
  }

  return {
    options,
    // Without a topic that was kept apart nothing is confirmed.
    standing:
      judged.topics.length === 0 || isDevelopment(judged.topics, parts.developmentTopics)
        ? 'development'
        : 'confirmatory',
    topics: async (form) => judgedQueries(judged, form),
    async knownItems() {
      const dated = [...(await replay()).papers()].flatMap((paper) =>
        paper.announced === null ? [] : { ...paper, announced: paper.announced },
      )
      const { knownItems: count, seed } = options
      return knownItems(dated, { count, seed, ...spanOf(dated.map((one) => one.announced)) })
    },
    controls: () => options.beir.map((folder) => ({ name: nameOf(folder), folder })),
    replay,
    async control(folder, model = options.embedder) {
      const { corpusFile, read, queries } = await readControl(folder, afterAll)
      const label = model === options.embedder ? nameOf(folder) : `${nameOf(folder)}-${nameOf(model)}`
      return { replay: await replayOf(label, { files: [corpusFile], read, model }, async () => null), queries }
    },
    async stream() {
      const { corpus, queries, records } = generatedStream({ ...demoPlan, seed: options.seed })
      const file = streamFile(parts.stores, records())
      const live = once(() => liveBefore(openWorld(corpus)))
      return {
        replay: await replayOf('stream', { files: [file], read: readStreamLine, model: options.embedder }, live),
        queries,
      }
    },
    say: parts.say,
    async close() {
      for (const one of opened.values()) await (await one).close()
      for (const close of closing) await close()
    },
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null
  return () => {
    opened ??= open()
    return opened
  }
}

/** Written once: another file, or the same one of another moment, would be another store. */
function streamFile(folder: string, records: readonly DocumentRecord[]): string {
  const file = join(folder, `stream-${digestOf(records).slice(0, 10)}.jsonl`)
  mkdirSync(folder, { recursive: true })
  if (!existsSync(file)) writeStreamFile(file, records)
  return file
}

/** Vectors are those of the whole store, which has them all. */
const limits = (categories: readonly string[] | null, whole: Collection | null) =>
  categories !== null &&
  whole !== null && {
    keep: { name: `primary ${categories.join(' ')}`, holds: holdsPrimary(categories) },
    embedder: withKnown(whole.embedder, whole.engine.embeddings),
  }

/** The oldest generation of any arm, behind a week of missed harvests, should hold something. */
const oldestReachMs = 60 * dayMs

/** Papers are in order of announcement. */
function spanOf(announced: readonly Instant[]): { readonly from: Instant; readonly to: Instant } {
  const [first, last] = [announced[0] ?? 0, announced.at(-1) ?? 0]
  return { from: instant(Math.min(first + oldestReachMs, (first + last) / 2)), to: instant(last + dayMs) }
}

const nameOf = (path: string): string => basename(resolve(path)).replace(/[^\w.-]/g, '_')

const digestOfFile = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

async function withBar<T>(work: (onProgress: NonNullable<CollectionSpec['onProgress']>) => Promise<T>): Promise<T> {
  const bars = new Map<string, ProgressBar>()
  try {
    return await work((label, done, of) => {
      const bar = bars.get(label) ?? progressBar(label)
      if (!bars.has(label)) for (const other of bars.values()) other.stop()
      bars.set(label, bar)
      bar.update(done, of)
    })
  } finally {
    for (const bar of bars.values()) bar.stop()
  }
}
