import { type Seq, type StoredDocument, textOf } from '../src/domain/document.ts'
import type { Manifest, Verification } from '../src/domain/generation.ts'
import { isoOf } from '../src/domain/instant.ts'
import type { Clock, Embedder, Engine, IndexWriter } from '../src/ports.ts'
import { embedMissing } from './ingest.ts'

export type BuildResult =
  | { readonly outcome: 'published'; readonly manifest: Manifest; readonly verification: Verification }
  | { readonly outcome: 'nothing-new' }

export interface BuildOptions {
  readonly clock: Clock
  onProgress?(done: number, of: number): void
}

const pageSize = 256

/**
 * Builds, verifies and publishes the next generation. Marks are read first, then documents, so what lands in between
 * belongs to the fresh tier. The caller holds the writer lock. Dying anywhere before `publish` changes nothing.
 */
export async function buildGeneration(engine: Engine, embedder: Embedder, options: BuildOptions): Promise<BuildResult> {
  const mark = engine.documents.lastSeq()
  const watermarks = Object.fromEntries(engine.documents.watermarks().map((one) => [one.source, isoOf(one.through)]))
  const current = engine.catalog.current()
  if (current && current.mark === mark && current.fingerprint === embedder.fingerprint) {
    return { outcome: 'nothing-new' }
  }
  const writer = await engine.openWriter(embedder.dimension)
  try {
    await addAll(engine, embedder, writer, mark, options)
    const manifest = await writer.seal({
      createdAt: options.clock.now(),
      mark,
      fingerprint: embedder.fingerprint,
      model: embedder.model,
      dimension: embedder.dimension,
      watermarks,
    })
    const verification = await writer.verify()
    engine.catalog.publish(manifest, options.clock.now())
    return { outcome: 'published', manifest, verification }
  } catch (error) {
    await writer.discard()
    throw error
  }
}

async function addAll(
  engine: Engine,
  embedder: Embedder,
  writer: IndexWriter,
  mark: Seq,
  options: BuildOptions,
): Promise<void> {
  const of = engine.documents.count()
  let done = 0
  for (const page of pages(engine.forBuild(mark))) {
    const texts = new Map(page.map((document) => [document.contentHash, textOf(document)]))
    const embeddings = await embedMissing(engine, embedder, texts)
    if (embeddings.length > 0) engine.documents.write({ writes: [], embeddings, harvested: options.clock.now() })
    const vectors = engine.embeddings.load(embedder.fingerprint, [...texts.keys()])
    for (const document of page) writer.add(document, vectors.get(document.contentHash) ?? null)
    done += page.length
    options.onProgress?.(done, of)
    // The graph is built in native code on this thread; signals and timers get their turn between pages.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function* pages(documents: Iterable<StoredDocument>): Iterable<StoredDocument[]> {
  let page: StoredDocument[] = []
  for (const document of documents) {
    page.push(document)
    if (page.length === pageSize) {
      yield page
      page = []
    }
  }
  if (page.length > 0) yield page
}
