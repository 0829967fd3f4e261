import type { IncomingHttpHeaders } from 'node:http'
import type { Instant } from '../../src/domain/instant.ts'
import type { Corpus } from './corpus.ts'
import type { Provider, Reply } from './exchange.ts'
import type { ContentFault } from './faults.ts'

/** A request as a provider answers it. */
export interface Asked {
  readonly provider: Provider
  readonly method: string
  /** Unescaped nowhere: `/works/10.1000%2Fx` keeps its `%2F`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly corpus: Corpus
  /** As of when the world is seen. */
  readonly now: Instant
  /** When the request came, by the clock that passes while nothing changes in the world. */
  readonly at: Instant
  /** Scheme, host and port that were asked. */
  readonly origin: string
  /** What the answer is to be wrong about; null for the truth. */
  readonly fault: ContentFault | null
}

/** Answers of one provider; it may remember things from one to the next. */
export type Answerer = (asked: Asked) => Reply
