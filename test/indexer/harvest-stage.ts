import { join } from 'node:path'
import { harvest } from '../../indexer/harvest.ts'
import type { DocumentRecord, Seq } from '../../src/domain/document.ts'
import type { Watermark } from '../../src/domain/watermark.ts'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { Clock, Engine, HarvestPage, HarvestWindow, Source } from '../../src/ports.ts'
import { type OpenedEngine, record, tempFolder } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { wordEmbedder } from '../word-embedder.ts'

export const never = new AbortController().signal

/** A store, a runtime and a clock, and harvests between them. */
export async function harvestStage(open: (clock: Clock) => Promise<OpenedEngine>, start = '2026-03-02T03:45:00Z') {
  const clock = new VirtualClock(start)
  const folder = tempFolder()
  const { engine, close } = await open(clock)
  const runtime = openRuntime(join(folder.path, 'runtime.db'), clock)
  const embedder = wordEmbedder()
  const parts = { engine, embedder, runtime, clock }
  return {
    ...parts,
    run: (source: Source, odd: string | null = null, signal = never) => harvest(parts, source, signal, odd),
    markOf: (source: Source): Watermark | null =>
      engine.documents.watermarks().find((one) => one.source === source.name) ?? null,
    ids: () => idsIn(engine),
    async close() {
      runtime.close()
      await close()
      folder.remove()
    },
  }
}

export type HarvestStage = Awaited<ReturnType<typeof harvestStage>>

export const paper = (id: string, facts: Partial<DocumentRecord> = {}): DocumentRecord =>
  record(id, { title: `Paper ${id}`, ...facts })

export interface Shelf extends Source {
  overlapMs: number
  scope: string
  /** What was asked for, in order. */
  readonly windows: HarvestWindow[]
  /** What the next harvests give. A page that says nothing of its place can be gone on after. */
  pages: readonly Partial<HarvestPage>[]
  /** Before the page of this number is given, and once more behind the last: throws what is to go wrong. */
  before: (page: number, window: HarvestWindow) => void
}

/** A source of one's own pages, whose token is the number of the next page. */
export function shelf(name = 'fake', facts: Partial<Source> = {}): Shelf {
  const made: Shelf = {
    name,
    provider: name,
    origin: name,
    cadence: { kind: 'estimated', leastMs: 1, mostMs: 1 },
    firstHarvestDays: 30,
    scope: '',
    windows: [],
    pages: [],
    before: () => undefined,
    async *changes(window, signal) {
      made.windows.push(window)
      for (let at = Number(window.resume ?? 0); ; at++) {
        made.before(at, window)
        signal.throwIfAborted()
        if (at >= made.pages.length) return
        yield { records: [], rejected: [], total: null, resume: String(at + 1), ...made.pages[at] }
      }
    },
    ...facts,
    overlapMs: facts.overlapMs ?? 0,
  }
  return made
}

export const page = (...ids: readonly string[]): Partial<HarvestPage> => ({ records: ids.map((id) => paper(id)) })

export const idsIn = (engine: Engine): string[] =>
  engine.documents.changesAfter(0 as Seq, 100_000).flatMap(({ document }) => document?.id ?? [])
