import type { DocumentRecord } from '../../../src/domain/document.ts'
import { type Instant, instant } from '../../../src/domain/instant.ts'
import { openEmbeddedEngine } from '../../../src/engines/embedded/engine.ts'
import type { Embedder, Engine, Snapshot } from '../../../src/ports.ts'
import { build, put, record, tempFolder } from '../../engines/fixtures.ts'
import { at } from '../../sources/api-stage.ts'
import { VirtualClock } from '../../sources/virtual-clock.ts'
import type { Corpus } from '../../upstream/corpus.ts'
import { generatedCorpus } from '../../upstream/generated.ts'
import { wordEmbedder } from '../../word-embedder.ts'

/** Two months of papers of our own making, in their first versions. */
export const corpus: Corpus = generatedCorpus({
  seed: 11,
  count: 260,
  from: at('2026-01-01'),
  to: at('2026-03-01'),
  percent: { replaced: 0, withdrawn: 0, crossListed: 0, published: 0 },
})

export const papers: readonly DocumentRecord[] = corpus.papers.map(({ id, versions: [first], authors, categories }) =>
  record(id, {
    title: first.title,
    abstract: first.abstract,
    comment: first.comment,
    authors,
    categories,
    announced: first.announced,
  }),
)

export interface Opened {
  readonly engine: Engine
  readonly snapshot: Snapshot
  readonly embedder: Embedder
  close(): Promise<void>
}

/** A store with these in a generation, and with those that came after it. */
export async function opened(early: readonly DocumentRecord[], late: readonly DocumentRecord[] = []): Promise<Opened> {
  const folder = tempFolder()
  const clock = new VirtualClock()
  const engine = await openEmbeddedEngine(folder.path, clock)
  const embedder = wordEmbedder()
  if (early.length > 0) {
    await put(engine, early, { embedder })
    await build(engine, clock, embedder)
  }
  if (late.length > 0) await put(engine, late, { embedder })
  const reader = await engine.openReader()
  return {
    engine,
    embedder,
    snapshot: reader.snapshot(),
    async close() {
      await engine.close()
      folder.remove()
    },
  }
}

export const announcedIn = (
  records: readonly DocumentRecord[],
  after: Instant,
  upTo: Instant,
): readonly DocumentRecord[] =>
  records.filter(({ announced }) => announced !== null && announced > after && announced <= upTo)

export const always = instant(0)
