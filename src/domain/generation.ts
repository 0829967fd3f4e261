import type { Seq } from './document.ts'
import type { Instant } from './instant.ts'

export type GenerationId = number & { readonly __brand: 'GenerationId' }

/** What a published generation says of itself; sealed with it and checked against it. */
export interface Manifest {
  readonly format: 1
  readonly id: GenerationId
  readonly createdAt: Instant
  /** Every change up to and including this one is in the generation; what came later is the fresh tier's. */
  readonly mark: Seq
  /** Incarnation of the store that the mark counts in. */
  readonly store: string
  readonly documents: number
  /** Documents that have a vector; a text of unknown words has none. */
  readonly vectors: number
  readonly dimension: number
  /** Fingerprint of the embedder, and how to have that embedder again. */
  readonly fingerprint: string
  readonly model: string
  readonly hnsw: { readonly m: number; readonly efConstruction: number; readonly ef: number }
  readonly terms: number
  readonly postings: number
  readonly tokens: number
  /** How far each source had been harvested when the generation was cut. */
  readonly watermarks: Readonly<Record<string, string>>
  /** Bytes and SHA-256 of each file beside the manifest. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

export interface Generation {
  readonly id: GenerationId
  readonly state: 'building' | 'published' | 'retired'
  readonly createdAt: Instant
  readonly publishedAt: Instant | null
  readonly mark: Seq
  readonly documents: number
  readonly fingerprint: string
  readonly model: string
}

/** What verification measured before a generation was allowed out. */
export interface Verification {
  readonly sampled: number
  readonly recallAt10: number
}

export const recallFloor = 0.95
