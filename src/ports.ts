import type {
  Change,
  DocumentId,
  DocumentKey,
  DocumentKind,
  DocumentRecord,
  DocumentVersion,
  Seq,
  Sighting,
  StoredDocument,
  Traits,
} from './domain/document.ts'
import type { Candidate, Evidence } from './domain/evidence.ts'
import type { JudgedAnswer, Judgement, ShownAnswer } from './domain/feedback.ts'
import type { EndedState } from './domain/former.ts'
import type { Generation, GenerationId, Manifest, Verification } from './domain/generation.ts'
import type { Day, Instant } from './domain/instant.ts'
import type { LoggedQuery } from './domain/logged-query.ts'
import type { Filters } from './domain/query.ts'
import type {
  Delivery,
  DeliveryId,
  Match,
  MatchMark,
  NewDelivery,
  NewSearch,
  SavedSearch,
  SearchId,
  SeenMatch,
} from './domain/saved-search.ts'
import type { Cadence, VisitRecord } from './domain/visits.ts'
import type { Checkpoint, Watermark } from './domain/watermark.ts'

/** Every seam of Freshet. Adapters are named in compose.ts and nowhere else. */

export interface Clock {
  now(): Instant
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export type TextRole = 'query' | 'document'

export interface Embedder {
  /** Model, revision, quantisation, pooling and prefixes in one string; vectors of different fingerprints never meet. */
  readonly fingerprint: string
  /** How to open this embedder again. */
  readonly model: string
  readonly dimension: number
  /** Unit-length vectors in the order of the texts; null where a text has none (empty, or no known word). */
  embed(texts: readonly string[], role: TextRole, signal?: AbortSignal): Promise<(Float32Array | null)[]>
  close(): Promise<void>
}

/**
 * What to harvest: everything that changed in (`after`, `upTo`]. The overlap that the source asks for is already in it.
 * A source that knows only days takes the days of both ends, inclusive.
 */
export interface HarvestWindow {
  readonly after: Instant
  readonly upTo: Instant
  /** What the source left with its watermark; null at the first visit. */
  readonly state: string | null
  /** Where an interrupted harvest of this very window goes on; null at its beginning. */
  readonly resume: string | null
}

/** One page of a harvest. `rejected` names records that could not be read; they are counted, never dropped in silence. */
export interface HarvestPage {
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly { readonly id: string; readonly reason: string }[]
  /** What the source says it has in all for this window; null when it does not say. */
  readonly total: number | null
  /** Where the window can be gone on with once this page is stored; null where it can only be begun again. */
  readonly resume: string | null
  /** On the last page: what the source wants to be told at its next visit. Left out, what it was told stays. */
  readonly state?: string
  /** Nothing is wrong, and something is odd all the same. */
  readonly warning?: string
}

/** What a source is asked for while a query waits; it translates what its API understands and leaves out the rest. */
export interface FindRequest {
  /** Free text without operators. */
  readonly subject: string
  readonly phrases: readonly string[]
  readonly excludedTerms: readonly string[]
  readonly excludedPhrases: readonly string[]
  readonly filters: Filters
  readonly limit: number
}

export interface Found {
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly { readonly id: string; readonly reason: string }[]
  /** The query as it was sent, in the source's own syntax, without keys. */
  readonly asked: string
}

export interface Source {
  /** Stable, for watermarks and settings. */
  readonly name: string
  /** Whose rate gate its requests pass: several sources may stand before one provider. */
  readonly provider: string
  /** What its records carry as `source`. */
  readonly origin: string
  readonly cadence: Cadence
  /** What its records are; papers unless it says so. */
  readonly kinds?: readonly DocumentKind[]
  /** What of the source is harvested (categories, topics), so that a wider wish begins anew; compose.ts says it. */
  readonly scope?: string
  /** How many days before the first watermark the first harvest reaches. */
  readonly firstHarvestDays: number
  /** How far behind its watermark a window begins: what may still arrive under a date that has been harvested. */
  readonly overlapMs: number
  /**
   * Pages of everything that changed in the window; throws SourceError when the source fails, `contradictory` when what
   * it says cannot be the whole, `expired` when it does not know `resume` any more.
   */
  changes(window: HarvestWindow, signal: AbortSignal): AsyncIterable<HarvestPage>
  /**
   * Best matches by the source's own ranking, asked while a query waits: one attempt, and no longer than `deadlineMs`
   * for everything, the turn at the gate included. Throws SourceError, `rate-limited` at once when no turn can come in time.
   */
  find?(request: FindRequest, deadlineMs: number, signal: AbortSignal): Promise<Found>
  /** Documents by their ids, where the API has a look-up. */
  lookUp?(ids: readonly DocumentId[], signal: AbortSignal): Promise<readonly DocumentRecord[]>
}

export interface Write {
  readonly record: DocumentRecord
  readonly contentHash: string
}

/** A document of several sources counts for each of them, a withdrawn one too. */
export interface DayCount {
  readonly day: Day
  readonly source: string
  readonly documents: number
}

export type WriteCounts = Readonly<Record<Change, number>>

export interface DocumentStore {
  /** Also by an id that it had before, and by any id that a source gave it. */
  byId(id: DocumentId): StoredDocument | null
  byDoi(doi: string): StoredDocument | null
  /** Documents whose titleKey equals this one's; newest announcement first. */
  byTitleKey(key: string): readonly StoredDocument[]
  byKeys(keys: readonly DocumentKey[]): Map<DocumentKey, StoredDocument>
  /** Of those that are held; without their texts, and so cheaper than byKeys. */
  traitsOf(keys: readonly DocumentKey[]): ReadonlyMap<DocumentKey, Traits>
  /** Every document that has this titleKey or had it in a former state. */
  everTitled(key: string): readonly DocumentKey[]
  /** As its leading source counts them. */
  versionsOf(id: DocumentId): readonly DocumentVersion[]
  /** Former states of documents, those of the leading source, in order of change; none for most. */
  formerStates(keys: readonly DocumentKey[]): ReadonlyMap<DocumentKey, readonly EndedState[]>
  /** Documents that have former states. */
  changedOnce(): readonly DocumentKey[]
  /** When the last of all former states ended; null where there is none. As of then and later, all is as it is now. */
  lastEnd(): Instant | null
  /** What each source says of it, the leading one first; empty when it is not held. */
  sightingsOf(id: DocumentId): readonly Sighting[]
  /** The held document that this record would become part of; null when it would be a document of its own. */
  identify(record: DocumentRecord): StoredDocument | null
  /** Changes after `after`, oldest first, at most `limit`; a purged document is a null record. */
  changesAfter(after: Seq, limit: number): readonly { seq: Seq; key: DocumentKey; document: StoredDocument | null }[]
  count(): number
  /** A document of several sources counts for each of them. */
  counts(): { documents: number; withdrawn: number; bySource: Readonly<Record<string, number>> }
  /** Documents announced on the UTC days from `first` to `last`, by day and source; days without any are left out. */
  announcedByDay(first: Day, last: Day): readonly DayCount[]
  lastSeq(): Seq
  /** Keys of documents that hold the phrase, words adjacent and in order. */
  withPhrase(phrase: string): ReadonlySet<DocumentKey>
  /** Documents, their embeddings and the watermark in one transaction: all or nothing. Needs the writer lock. */
  write(batch: {
    writes: readonly Write[]
    embeddings: readonly { fingerprint: string; contentHash: string; vector: Float32Array | null }[]
    harvested: Instant
    /** Ends the harvest that is under way for its source. */
    watermark?: Watermark
    checkpoint?: Checkpoint
    progress?: ImportProgress
  }): WriteCounts
  /** Removes documents and every version of them; returns how many existed. Needs the writer lock. */
  purge(ids: readonly DocumentId[], at: Instant): number
  /**
   * Takes what one source says out of a document and keeps it apart from now on, whatever its identifiers say; the ids of
   * all documents that hold what the one held. Null: there is no such document, nothing of that source is in it, or nothing
   * else is. Needs the writer lock.
   */
  split(id: DocumentId, source: string, at: Instant): readonly DocumentId[] | null
  /** Takes a split back; null when there was none. Needs the writer lock. */
  rejoin(id: DocumentId, source: string, at: Instant): readonly DocumentId[] | null
  watermarks(): readonly Watermark[]
  checkpoint(source: string): Checkpoint | null
  importProgress(file: string): ImportProgress | null
}

/** How far into a file an import came; moves with the documents. */
export interface ImportProgress {
  /** Path, size and modification time of the file. */
  readonly file: string
  readonly lines: number
  readonly done: boolean
}

export interface EmbeddingStore {
  /** Those of the hashes that have an embedding; a text known to have no vector maps to null. */
  load(fingerprint: string, hashes: readonly string[]): Map<string, Float32Array | null>
  has(fingerprint: string, hashes: readonly string[]): Set<string>
  count(fingerprint: string): number
  /** The fingerprint that was embedded with last, and its dimension; null when nothing is embedded. */
  latest(): { readonly fingerprint: string; readonly dimension: number } | null
}

export interface GatherRequest {
  readonly terms: readonly string[]
  readonly vector: Float32Array | null
  readonly filters: Filters
  readonly phrases: readonly string[]
  readonly excludedTerms: readonly string[]
  readonly excludedPhrases: readonly string[]
  readonly tiers: { readonly static: boolean; readonly fresh: boolean }
  /** Ages and the week before are counted from it. */
  readonly now: Instant
  /** Nothing announced later is held: not in statistics, not as an answer. At most `now`, and equal to it in the product. */
  readonly horizon: Instant
  /** How many candidates each ranker brings from each tier. */
  readonly depth: number
  /** Exact vector search instead of the graph: to measure what the graph costs. */
  readonly exact?: boolean
}

/** One generation and the changes since, as they were at one moment. Nothing that happens later shows in it. */
export interface Snapshot {
  readonly generation: Manifest | null
  readonly fingerprint: string | null
  /** The last change that is visible. */
  readonly mark: Seq
  gather(request: GatherRequest): Promise<Evidence>
  /**
   * Scores records that are in no tier by the encoder's vectors and the snapshot's statistics as of the horizon, which
   * they do not change; the records themselves may be as young as `now`. In their order; null for one that the request's conditions keep out. Their keys are negative and count down from
   * -1, for they have none in the store.
   */
  scoreRecords(
    records: readonly { readonly record: DocumentRecord; readonly vector: Float32Array | null }[],
    request: GatherRequest,
  ): Promise<readonly (Candidate | null)[]>
  /** Adds the candidates for documents that were named, where the snapshot holds them and the filters let them through. */
  scoreOf(keys: readonly DocumentKey[], request: GatherRequest): Promise<Evidence['candidates']>
  /** The same with an earlier fresh mark, for a cursor. */
  pinnedAt(mark: Seq): Snapshot
}

export interface IndexReader {
  snapshot(): Snapshot
  /** The snapshot of a generation that was current before; null when it is no longer held. */
  snapshotOf(generation: GenerationId | null): Snapshot | null
  /** Takes in what was committed or published since; true when anything changed. Does its work in small slices. */
  refresh(): Promise<boolean>
  readonly counts: { readonly static: number; readonly fresh: number }
  close(): Promise<void>
}

/** Builds one generation aside. Nothing is visible before `Catalog.publish`. */
export interface IndexWriter {
  add(document: StoredDocument, vector: Float32Array | null): void
  /** Writes, syncs and closes the files. */
  seal(
    facts: Pick<Manifest, 'createdAt' | 'mark' | 'fingerprint' | 'model' | 'dimension' | 'watermarks'>,
  ): Promise<Manifest>
  /** Reads back what was sealed and measures it against exact search; throws VerificationFailed. */
  verify(): Promise<Verification>
  discard(): Promise<void>
}

export interface Catalog {
  current(): Generation | null
  list(): readonly Generation[]
  /** The one step that makes a sealed generation current; retires all but the last two. */
  publish(manifest: Manifest, at: Instant): void
  /** Makes the generation before the current one current again; throws when there is none. */
  rollback(at: Instant): Generation
  /** Removes what a dead night left staged and what is retired; returns the names removed. */
  sweep(): Promise<readonly string[]>
}

/** Held by the one process that may write. */
export interface WriterLock {
  release(): void
}

export interface Engine {
  readonly name: string
  readonly documents: DocumentStore
  readonly embeddings: EmbeddingStore
  readonly catalog: Catalog
  /** Random, new at every creation and restore: marks of another incarnation mean nothing. */
  incarnation(): string
  /** Waits up to `waitMs` for the single-writer lock; throws StoreLocked. */
  lock(purpose: string, waitMs: number): Promise<WriterLock>
  openReader(): Promise<IndexReader>
  /** Documents of the generation to be, in the order in which the writer wants them. */
  forBuild(mark: Seq): IterableIterator<StoredDocument>
  openWriter(dimension: number): Promise<IndexWriter>
  /** Looks for what is broken; changes nothing. Findings come as they are made. */
  diagnose(): AsyncIterable<Finding>
  /** Writes all documents, embeddings and marks into one file, while others read and write. */
  backup(file: string): Promise<void>
  /** Replaces everything by a backup's content in one step; generations are to be built anew. Needs the writer lock. */
  restore(file: string): Promise<void>
  close(): Promise<void>
}

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly says: string
}

/** Liveness of a source, as whoever asked it last saw it. */
export interface SourceHealth {
  readonly source: string
  readonly state: 'ok' | 'unreachable' | 'never-visited'
  readonly lastVisit: Instant | null
  readonly lastSuccess: Instant | null
  readonly failingSince: Instant | null
  readonly error: string | null
  /** The visit succeeded and something about it is odd all the same: nothing new on a day of announcements, say. */
  readonly warning: string | null
}

/** All that is known of one source that is set up. */
export interface SourceStatus extends SourceHealth {
  /** Visited by the schedule. */
  readonly harvested: boolean
  /** Can be asked while a query waits. */
  readonly live: boolean
  /** Why it could not be asked the last time a query wanted it; null since it could. */
  readonly liveError: string | null
  /** Everything up to then has been harvested; null before the first harvest. */
  readonly watermark: Instant | null
  /** Since then; what the source published later we cannot know. */
  readonly lagMs: number | null
  readonly nextVisit: Instant | null
  /** Why then, in a sentence. */
  readonly visitReason: string | null
  readonly lastChange: Instant | null
  /** Until its provider may be asked again; 0 when it may be asked now. */
  readonly waitMs: number
  readonly pausedUntil: Instant | null
}

export interface VisitBook {
  load(source: string): VisitRecord | null
  save(record: VisitRecord): void
  /** Counts hits of the source that were shown: how much it is in demand. */
  demanded(source: string, hits: number, at: Instant): void
  /** Hits shown since `since`, by source. */
  demand(since: Instant): Readonly<Record<string, number>>
}

/** Records that live search found, on their way to the indexer. A record put twice waits once. */
export interface Inbox {
  put(source: string, records: readonly DocumentRecord[], at: Instant): void
  /** The oldest of what waits. */
  peek(limit: number): readonly { readonly source: string; readonly record: DocumentRecord; readonly at: Instant }[]
  /** After they were stored. A newer record that was put under the same id meanwhile stays. */
  remove(taken: readonly { readonly source: string; readonly record: DocumentRecord; readonly at: Instant }[]): void
  count(): number
}

/** What answers showed, for a while, and what was said of it. */
export interface FeedbackBook {
  /** An answer that is remembered again has shown what is new in it as well. */
  remember(answers: readonly ShownAnswer[]): void
  /** The same judgement twice counts once; another one of the same document replaces it. */
  judge(judgement: Judgement): 'kept' | 'unknown-answer' | 'not-shown'
  /** Answers of which something was said, oldest first. */
  judged(): readonly JudgedAnswer[]
}

/** What searches matched, and when each match was first seen. Membership sticks: what matched once stays a match. */
export interface MatchBook {
  /** Newest first; none where the search is not known. */
  of(search: SearchId): readonly SeenMatch[]
  /** Adds those that it does not hold. The oldest fall off beyond `mostMatches`; what is older than those is not added. */
  add(search: SearchId, matches: readonly Match[], at: Instant): void
}

/** Feeds that somebody reads, each with its matches. */
export interface FeedBook extends MatchBook {
  /** Notes that somebody reads it; since when somebody does. Of very many feeds those that nobody reads are forgotten. */
  read(feed: SearchId, at: Instant): Instant
}

/** Searches that their owners saved, each with its matches. */
export interface SavedSearches extends MatchBook {
  /** What it matches by now counts as looked at. Null where its owner has as many as one may have. */
  save(search: NewSearch, matches: readonly Match[], at: Instant): SavedSearch | null
  find(id: SearchId): SavedSearch | null
  /** Oldest first; of one owner, or of all. */
  list(owner: string | null): readonly SavedSearch[]
  /** With its matches and its webhook; false where there was none. */
  remove(id: SearchId): boolean
  /** Its owner looked at every match up to here. It never goes back. */
  lookedAt(id: SearchId, mark: MatchMark): void
}

/** What webhooks are to be told. At most one delivery a search is under way; what matches meanwhile goes with the next. */
export interface Outbox {
  /** Matches of a search that nobody was told of, newest first; none while a delivery is under way or the webhook is off. */
  untold(search: SearchId): readonly SeenMatch[]
  /** Puts a delivery under way, unless there is one. */
  put(search: SearchId, delivery: NewDelivery, at: Instant): void
  /**
   * Deliveries whose time has come. The attempt is counted before it is made, and `pauseMs` sets when the next is due
   * if nobody says how this one ended.
   */
  claim(limit: number, at: Instant, pauseMs: (attempts: number) => number): readonly Delivery[]
  succeeded(id: DeliveryId, at: Instant): void
  /** `retryAt`: not before then; `given-up` and `gone` end the delivery, and `gone` the webhook. */
  failed(id: DeliveryId, error: string, outcome: { readonly retryAt: Instant | null } | 'given-up' | 'gone'): void
}

/** What was searched, for as long as the settings say. */
export interface QueryLog {
  add(queries: readonly LoggedQuery[]): void
  /** Forgets what was searched before then. */
  forget(before: Instant): void
  newest(limit: number): readonly LoggedQuery[]
}

/** Small facts that several processes share and that may be lost without harm to any document. */
export interface Runtime {
  health(): readonly SourceHealth[]
  succeeded(source: string, at: Instant, warning?: string | null): void
  failed(source: string, at: Instant, error: string): void
  readonly gate: RateGate
  readonly visits: VisitBook
  readonly inbox: Inbox
  readonly feedback: FeedbackBook
  readonly queries: QueryLog
  readonly feeds: FeedBook
  readonly searches: SavedSearches
  readonly outbox: Outbox
  close(): void
}

/** How a provider wants to be asked. */
export interface GatePolicy {
  /** From the start of one turn to the start of the next, in the long run. */
  readonly spacingMs: number
  /** Turns that may follow each other without a pause after a time of quiet; 1 where every turn keeps its distance. */
  readonly burst: number
  /** The turn ends by itself after this long if its holder dies. */
  readonly leaseMs: number
}

/**
 * One turn at a time and a pause between turns, over all processes of this machine. A provider that fails time and again
 * is left alone for a while: the gate opens for one trial, and wider once that succeeds.
 */
export interface RateGate {
  /**
   * Waits for the turn. `urgent` goes before whoever is not: a query waits for it. Throws SourceError `paused` at once
   * while the provider is left alone for longer than `patienceMs`, and `rate-limited` when no turn can come within it.
   */
  enter(
    provider: string,
    policy: GatePolicy,
    signal: AbortSignal,
    options?: { readonly urgent?: boolean; readonly patienceMs?: number },
  ): Promise<GateTurn>
  state(provider: string): GateState
}

export interface GateState {
  /** Until a turn can begin, as far as is known; 0 when it could begin now. */
  readonly waitMs: number
  /** Until when the provider is left alone after failures; null when it is not. */
  readonly pausedUntil: Instant | null
  readonly failures: number
}

export interface GateTurn {
  /**
   * Ends the turn; `pauseMs` asks for a longer pause than the spacing (a source's Retry-After). `failed: true` counts
   * towards leaving the provider alone, `false` ends the count; left out, the turn says nothing of the provider.
   */
  leave(outcome?: { readonly pauseMs?: number; readonly failed?: boolean }): void
}

/** What is sent to an address that a stranger named. */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

export interface Posted {
  readonly status: number
  readonly retryAfterMs: number | null
}

export interface Poster {
  /** Throws SourceError for an address that is inside a private network as it stands, or none that can be asked. */
  check(url: string): void
  /**
   * One attempt. Redirects are not followed, and of the answer nothing but its head is read. Throws SourceError, or the
   * signal's reason when the caller aborts.
   */
  post(post: Post): Promise<Posted>
  close(): Promise<void>
}
