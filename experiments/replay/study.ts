import type { DocumentId, DocumentRecord, StoredDocument } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import type { ImportFormat } from '../../src/sources/files/formats.ts'
import type { Arm } from '../arms.ts'
import type { JudgedQuery } from '../topics/query.ts'
import type { Keeping } from './holding.ts'
import type { AnswerRecord, Timing } from './records.ts'
import type { Upkeep } from './upkeep.ts'

/** What was asked for on the command line. */
export interface StudyOptions {
  /** Files or folders of papers. */
  readonly corpora: readonly string[]
  /** Of their lines. Only daily listings of arXiv can also be asked live. */
  readonly format: ImportFormat
  /** Files or folders of topics; qrels of a folder are read with it. */
  readonly topics: readonly string[]
  readonly qrels: readonly string[]
  /** BEIR folders, the atemporal controls. */
  readonly beir: readonly string[]
  /** The main encoder: of all arms unless a claim compares encoders. */
  readonly embedder: string
  /** Others that claims on encoders compare it with, by what they stand for; those left out are not run. */
  readonly rivals: { readonly static: string; readonly int8: string | null; readonly fp32: string | null }
  readonly knownItems: number
  readonly seed: number
  readonly out: string
}

/** Answers of one arm under one keeping, by query. */
export interface ArmRun {
  readonly arm: Arm
  readonly keeping: Keeping
  readonly answers: ReadonlyMap<string, AnswerRecord>
  readonly timings: readonly Timing[]
}

/** A dated collection with the product's code over it, as of any instant. */
export interface Replay {
  readonly fingerprint: string
  /** What keeping the store of everything costs; null where the system does not tell. */
  readonly upkeep: Upkeep | null
  /** Facts of a paper that slices and gains need; null where the collection does not hold it. */
  paper(
    id: DocumentId,
  ): Pick<DocumentRecord, 'announced' | 'categories' | 'title' | 'abstract' | 'countries' | 'fields'> | null
  /** Everything that the store holds, by announcement. */
  papers(): Iterable<Pick<StoredDocument, 'id' | 'title' | 'abstract' | 'announced'>>
  /** How a paper stood at an instant, by what had been announced of it; null where it was not there. */
  standing(id: DocumentId, at: Instant): Pick<DocumentRecord, 'version' | 'withdrawn'> | null
  /** Documents that hold each term of the text as of then: for slices by rarity. */
  termFrequencies(
    text: string,
    asOf: Instant,
  ): Promise<readonly { readonly term: string; readonly documents: number }[]>
  /** The primary categories that held most papers as of then, largest first. */
  largestCategories(count: number, asOf: Instant): readonly string[]
  /**
   * Each arm's answer to each query, in order; what an earlier run left in the folder is not asked again. `name` tells
   * sets of queries apart in it.
   */
  run(name: string, arms: readonly Arm[], queries: readonly JudgedQuery[], keeping: Keeping): Promise<readonly ArmRun[]>
}

/** What a claim is run with. */
export interface Study {
  readonly options: StudyOptions
  /** 'development' where any of the topics was among those looked at while building. */
  readonly standing: 'development' | 'confirmatory'
  /** Judged topics as typed, at the end of their day. */
  topics(form?: 'query' | 'short' | 'long'): Promise<readonly JudgedQuery[]>
  /** Known items drawn from the corpus, with the natural mix of ages. */
  knownItems(): Promise<readonly JudgedQuery[]>
  /** Judged queries of each BEIR folder that was named. */
  controls(): readonly { readonly name: string; readonly folder: string }[]
  /** The corpus under an encoder; opened once. */
  replay(embedder?: string): Promise<Replay>
  /** A BEIR folder under an encoder. */
  control(
    folder: string,
    embedder?: string,
  ): Promise<{ readonly replay: Replay; readonly queries: readonly JudgedQuery[] }>
  /** The generated stream with known truth. */
  stream(): Promise<{ readonly replay: Replay; readonly queries: readonly JudgedQuery[] }>
  say(line: string): void
}
