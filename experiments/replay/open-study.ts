import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type ProgressBar, progressBar } from '../../indexer/progress.ts'
import { BadSetting } from '../../src/domain/errors.ts'
import { dayMs, type Instant, instant, parseInstant } from '../../src/domain/instant.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import { importFormats } from '../../src/sources/files/formats.ts'
import { type Collection, type CollectionSpec, corpusFiles, openCollection } from '../collection.ts'
import { withKnown } from '../known-vectors.ts'
import { readControl } from '../topics/beir.ts'
import { isDevelopment, judgedQueries, readJudged } from '../topics/judged.ts'
import { knownItems } from '../topics/known-item.ts'
import { openArchive } from './archive.ts'
import { codeIdentity } from './code.ts'
import { openReplayLive, type ReplayLive } from './live.ts'
import { holdsPrimary, type OpenReplay, openReplay } from './open-replay.ts'
import type { Study, StudyOptions } from './study.ts'
import { startWorld } from './world.ts'

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
  }
  const files = corpusFiles(options.corpora)
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

  let asking: Promise<ReplayLive> | null = null
  function live(): Promise<ReplayLive> {
    asking ??= (async () => {
      const world = await startWorld(files)
      const sources = openReplayLive(world, options.seed)
      closing.push(
        () => sources.close(),
        () => world.close(),
      )
      return sources
    })()
    return asking
  }

  function replay(model = options.embedder): Promise<OpenReplay> {
    if (files.length === 0) throw new BadSetting('name the papers with --corpus')
    const label = model === options.embedder ? '' : nameOf(model)
    return replayOf(label, { files, read: importFormats['arxiv-jsonl'], model }, live)
  }

  return {
    options,
    standing: isDevelopment(judged.topics, parts.developmentTopics) ? 'development' : 'confirmatory',
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
    stream() {
      throw new BadSetting('there is no generated stream yet')
    },
    say: parts.say,
    async close() {
      for (const one of opened.values()) await (await one).close()
      for (const close of closing) await close()
    },
  }
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
