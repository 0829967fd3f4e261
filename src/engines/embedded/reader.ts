import type { DocumentKey, Seq } from '../../domain/document.ts'
import type { GenerationId } from '../../domain/generation.ts'
import type { Instant } from '../../domain/instant.ts'
import type { Catalog, DocumentStore, EmbeddingStore, GatherRequest, IndexReader, Snapshot } from '../../ports.ts'
import { type FreshTier, freshTier } from './fresh.ts'
import { gather, scoreNamed, scoreRecords } from './gather.ts'
import { type Past, pastOf } from './past.ts'
import { loadSegment, type Segment } from './segment.ts'
import { type Standing, standingOf, type VisibleTier } from './standing.ts'

/** Changes taken in before other work gets its turn: about 5 ms of it. */
const sliceSize = 32

export interface ReaderParts {
  readonly documents: DocumentStore
  readonly embeddings: EmbeddingStore
  readonly catalog: Catalog
  incarnation(): string
  folderOf(id: GenerationId): string
}

/** One generation with everything since, growing as changes come in. */
interface Held {
  readonly segment: Segment | null
  readonly fresh: FreshTier
  readonly fingerprint: string | null
  readonly incarnation: string
  readonly past: Past
  mark: Seq
  /** As of then and later, every document was as it is now. */
  lastEnd: Instant | null
}

export async function openEmbeddedReader(parts: ReaderParts): Promise<IndexReader> {
  return new EmbeddedReader(parts, await load(parts))
}

class EmbeddedReader implements IndexReader {
  readonly #parts: ReaderParts
  #held: Held
  /** What served before the last swap, so that cursors into it still work. */
  #previous: Held | null = null
  #refreshing: Promise<boolean> | null = null

  constructor(parts: ReaderParts, held: Held) {
    this.#parts = parts
    this.#held = held
  }

  snapshot(): Snapshot {
    return snapshotOf(this.#parts.documents, this.#held, this.#held.mark)
  }

  snapshotOf(generation: GenerationId | null): Snapshot | null {
    const held = [this.#held, this.#previous].find((one) => one && (one.segment?.manifest.id ?? null) === generation)
    return held ? snapshotOf(this.#parts.documents, held, held.mark) : null
  }

  get counts() {
    return { static: this.#held.segment?.postings.count ?? 0, fresh: this.#held.fresh.postings.count }
  }

  /** Calls that come while one runs share it. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  async #refresh(): Promise<boolean> {
    const current = this.#parts.catalog.current()
    const sameGeneration = (current?.id ?? null) === (this.#held.segment?.manifest.id ?? null)
    const sameStore = this.#parts.incarnation() === this.#held.incarnation
    // An empty store had no fingerprint to take; now it may.
    const sameVectors = this.#held.fingerprint !== null || this.#parts.embeddings.latest() === null
    if (sameGeneration && sameStore && sameVectors) return absorb(this.#parts, this.#held)
    const next = await load(this.#parts)
    this.#previous = sameStore ? this.#held : null
    this.#held = next
    return true
  }

  async close(): Promise<void> {
    await this.#refreshing?.catch(() => {})
  }
}

async function load(parts: ReaderParts): Promise<Held> {
  const incarnation = parts.incarnation()
  const generation = parts.catalog.current()
  const segment = generation ? await loadSegment(parts.folderOf(generation.id)) : null
  const held: Held = { segment, incarnation, lastEnd: parts.documents.lastEnd(), ...tiersFor(parts, segment) }
  await absorb(parts, held)
  return held
}

/** The fresh tier speaks the generation's fingerprint; before there is one, what the store was embedded with last. */
function tiersFor(parts: ReaderParts, segment: Segment | null) {
  const latest = parts.embeddings.latest()
  const dimension = segment?.manifest.dimension ?? latest?.dimension ?? 1
  const fingerprint = segment?.manifest.fingerprint ?? latest?.fingerprint ?? null
  const past = pastOf(parts, fingerprint, dimension)
  return { fresh: freshTier(dimension), past, fingerprint, mark: segment?.manifest.mark ?? (0 as Seq) }
}

/** Takes in what was committed since, in slices, so that no search waits long behind a large import. */
async function absorb(parts: ReaderParts, held: Held): Promise<boolean> {
  let any = false
  for (;;) {
    const changes = parts.documents.changesAfter(held.mark, sliceSize)
    if (changes.length === 0) return any
    any = true
    const hashes = changes.flatMap(({ document }) => (document ? [document.contentHash] : []))
    const vectors = held.fingerprint ? parts.embeddings.load(held.fingerprint, hashes) : new Map<string, Float32Array>()
    for (const { seq, key, document } of changes) {
      held.segment?.kill(key, seq)
      held.fresh.kill(key, seq)
      if (document && !document.withdrawn) held.fresh.add(document, vectors.get(document.contentHash) ?? null)
      held.mark = seq
    }
    held.past.learn(
      changes.map(({ key }) => key),
      held.mark,
    )
    // Snapshots from before a purge go on seeing what was purged.
    held.lastEnd = later(held.lastEnd, parts.documents.lastEnd())
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** The same at every search. */
const nobody: readonly DocumentKey[] = []

const later = (one: Instant | null, other: Instant | null): Instant | null =>
  one !== null && (other === null || one > other) ? one : other

function snapshotOf(documents: DocumentStore, held: Held, mark: Seq): Snapshot {
  const tiers: VisibleTier[] = [{ tier: held.fresh, high: held.fresh.highAt(mark), mark }]
  if (held.segment) tiers.unshift({ tier: held.segment, high: held.segment.postings.count, mark })
  const phrasesOf = (request: GatherRequest) => ({
    required: request.phrases.map((phrase) => documents.withPhrase(phrase)),
    excluded: request.excludedPhrases.map((phrase) => documents.withPhrase(phrase)),
  })
  const cut = held.segment?.manifest.mark ?? null
  const standings = async (request: GatherRequest): Promise<Standing[]> => {
    const { horizon } = request
    const phrases = phrasesOf(request)
    const now = (displaced: readonly DocumentKey[]) =>
      tiers.map((visible) => standingOf(visible, horizon, phrases, displaced))
    if (held.lastEnd === null || horizon >= held.lastEnd) return now(nobody)
    await held.past.load()
    const past = held.past.at(request, mark, cut)
    return [...now(past.displaced), ...past.standings]
  }
  return {
    generation: held.segment?.manifest ?? null,
    fingerprint: held.fingerprint,
    mark,
    gather: async (request) => gather(await standings(request), request),
    scoreRecords: async (records, request) => scoreRecords(await standings(request), records, request),
    scoreOf: async (keys, request) => scoreNamed(await standings(request), keys, request),
    pinnedAt: (earlier) => snapshotOf(documents, held, earlier < mark ? earlier : mark),
  }
}
