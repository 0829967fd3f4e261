import type { Claim } from '../claims/claim.ts'

/** A file or folder that a run read. */
export interface Input {
  /** As it was named. */
  readonly path: string
  /** sha256 of the file; of the digests of its files for a folder. */
  readonly sha256: string
  /** Of a corpus: how many papers, and the days of the first and last announcement. */
  readonly papers: { readonly count: number; readonly first: string; readonly last: string } | null
}

/** Where findings come from: all that is needed to get them again, and nothing that differs from run to run. */
export interface Provenance {
  readonly claim: Pick<Claim, 'name' | 'says' | 'hypothesis' | 'falsifier' | 'primaries'>
  /** To be typed in the checkout. */
  readonly command: string
  /** Null outside of a checkout. */
  readonly commit: string | null
  readonly seed: number
  /** Of the encoders that were used. */
  readonly fingerprints: readonly string[]
  readonly inputs: readonly Input[]
  /** What is not as in `experiments/registered.json`; empty when all is. */
  readonly unregistered: readonly string[]
}
