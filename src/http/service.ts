import type { RequestHandler, Router } from 'express'
import type { RankedAnswer } from '../domain/answer.ts'
import type { StoredDocument } from '../domain/document.ts'
import { type Instant, instant } from '../domain/instant.ts'
import type { Query } from '../domain/query.ts'
import type { Clock, DocumentStore, IndexReader, Snapshot } from '../ports.ts'
import type { SimilarPapers, SimilarWish } from '../retrieval/similar.ts'
import type { Said, Unsaid, WireAnswer, WireDocument } from './answers.ts'
import { type CitationFormat, citationOf } from './citations.ts'
import { type CoverageParts, coverageOf, type WireCoverage } from './coverage.ts'
import { nextCursor, snapshotAt } from './cursor.ts'
import { findRequested, withdrawnNamed } from './documents.ts'
import { describeExperiment, listExperiments, type WireExperiment, type WireExperiments } from './experiments.ts'
import { type Feedback, shownBy, takeFeedback } from './feedback.ts'
import { coveredBy } from './grounds.ts'
import type { Caller, Role } from './keys.ts'
import { parseSearch } from './params.ts'
import type { RunFile, Shelves } from './run-folders.ts'
import { parseSimilar, toWireSimilar, type WireSimilar } from './similar.ts'
import { type Status, toWireStatus, type WireStatus } from './status.ts'
import { oneAtATime } from './turns.ts'
import { toTiming, toWireAnswer, toWireDocument } from './wire.ts'

export interface ServiceParts {
  /** `onFirst` is told the answer of static and fresh where live sources are waited for beside it. */
  search(
    query: Query,
    snapshot: Snapshot,
    options: {
      readonly caller: Caller
      readonly signal: AbortSignal
      readonly onFirst?: (first: RankedAnswer) => void
    },
  ): Promise<RankedAnswer>
  readonly reader: Pick<IndexReader, 'snapshot' | 'snapshotOf'>
  /** Null where the document did not exist at that moment. */
  similar(asked: StoredDocument, wish: SimilarWish, snapshot: Snapshot): Promise<SimilarPapers | null>
  readonly documents: Pick<DocumentStore, 'byId' | 'byDoi' | 'versionsOf' | 'announcedByDay'>
  readonly harvestedThrough: CoverageParts['harvestedThrough']
  status(): Status | Promise<Status>
  readonly clock: Pick<Clock, 'now'>
  /** Null where what answers show is not remembered. */
  readonly feedback: Feedback | null
  /** Where runs of experiments lie. */
  readonly shelves: Shelves
}

/** An answer that has not been sent yet. */
export interface Spoken {
  readonly said: Said
  readonly unsaid: Unsaid
  /** To be called by whoever has shown it to somebody. */
  shown(): void
}

export interface SearchCall {
  readonly caller: Caller
  readonly signal: AbortSignal
  readonly onFirst?: (first: Spoken) => void
}

/**
 * What Freshet can be asked, in the words of the wire, whatever the door: JSON, page, feed or protocol. Inputs are checked
 * here; what is wrong with them is thrown as errors of the domain or as a Refusal.
 */
export interface Service {
  /** `input` is the body of a POST to /v1/search. */
  search(input: unknown, call: SearchCall): Promise<Spoken>
  /** By an id in any way of writing it; throws Refusal where there is none. */
  document(name: string): WireDocument
  citation(name: string, format: CitationFormat): Promise<string>
  /** `input` holds the parameters of /v1/documents/{id}/similar. */
  similar(name: string, input: unknown): Promise<WireSimilar>
  status(): Promise<WireStatus>
  /** `input` is the body of a POST to /v1/feedback. */
  judge(input: unknown): void
  /** `input` holds the parameters of /v1/coverage. */
  coverage(input: unknown): WireCoverage
  experiments(): Promise<WireExperiments>
  /** By the name that the list gives it; throws Refusal where there is none. */
  experiment(run: string): Promise<WireExperiment>
  /** A file of a run, one of those that its description names. */
  experimentFile(run: string, path: string): Promise<RunFile>
}

/** Another way in than JSON: what it needs to answer at addresses of its own. */
export interface Doorway {
  readonly service: Service
  readonly keysNeeded: boolean
  /** Lets through what carries a key of this role or a higher one; without keys, everything. */
  guard(role: Role): RequestHandler
}

export type Door = (doorway: Doorway) => Router

export const wholeAnswer = ({ said, unsaid }: Spoken): WireAnswer => ({ ...said, ...unsaid })

/** A past moment may be one that nobody asked for yet, and then every former state is looked at: such searches take turns. */
const mostPastWaiting = 8

export function openService(parts: ServiceParts): Service {
  const inTurn = oneAtATime(mostPastWaiting)
  const covered = (asOf: Instant, past: boolean) => coveredBy(parts.harvestedThrough(), { asOf, past })
  return {
    async search(input, { caller, signal, onFirst }) {
      const { query, cursor } = parseSearch(input, wholeMinute(parts.clock.now()))
      const snapshot = cursor ? snapshotAt(cursor, parts.reader) : parts.reader.snapshot()
      // What people make of a past moment says nothing of whether age matters to them.
      const id = query.past ? null : (parts.feedback?.newId() ?? null)
      const spoken = (answer: RankedAnswer): Spoken => ({
        said: toWireAnswer(answer, {
          nextCursor: nextCursor(query, answer, snapshot),
          covered: covered(answer.asOf, query.past),
          withdrawn: withdrawnNamed(parts.documents, query),
        }),
        unsaid: { answerId: id, ...toTiming(answer) },
        shown() {
          if (id !== null) parts.feedback?.note(shownBy(answer, id, parts.clock.now()))
        },
      })
      const first = onFirst && ((answer: RankedAnswer) => onFirst(spoken(answer)))
      const find = () => parts.search(query, snapshot, { caller, signal, ...(first && { onFirst: first }) })
      return spoken(await (query.past ? inTurn(find) : find()))
    },
    document(name) {
      const found = findRequested(parts.documents, name)
      return toWireDocument(found, parts.documents.versionsOf(found.document.id))
    },
    citation: async (name, format) => citationOf(findRequested(parts.documents, name).document, format),
    async similar(name, input) {
      const wish = parseSimilar(input, wholeMinute(parts.clock.now()))
      const { document } = findRequested(parts.documents, name)
      const snapshot = parts.reader.snapshot()
      const find = () => parts.similar(document, wish, snapshot)
      const found = await (wish.past ? inTurn(find) : find())
      return toWireSimilar(document, found, wish, snapshot, covered(wish.now, wish.past))
    },
    status: async () => toWireStatus(await parts.status()),
    judge: (input) => takeFeedback(parts.feedback, input, parts.clock.now()),
    coverage: (input) => coverageOf(parts, input, parts.clock.now()),
    experiments: () => listExperiments(parts.shelves),
    experiment: (run) => describeExperiment(parts.shelves, run),
    experimentFile: (run, path) => parts.shelves.file(run, path),
  }
}

/**
 * Searches are of the end of the minute they are asked in: within it an unchanged store gives an unchanged answer, and
 * so the same ETag, and a document announced this very second is already there.
 */
const wholeMinute = (at: Instant): Instant => instant(Math.ceil(at / 60_000) * 60_000)
