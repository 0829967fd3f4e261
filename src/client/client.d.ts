import type { Client } from 'openapi-fetch'
import type { components, paths } from './schema.d.ts'

type Schemas = components['schemas']
export type SearchRequest = Schemas['SearchRequest']
export type Answer = Schemas['Answer']
export type Hit = Schemas['Hit']
export type Document = Schemas['Document']
export type Similar = Schemas['Similar']
export type Status = Schemas['Status']
export type FeedbackRequest = Schemas['FeedbackRequest']

export interface FreshetOptions {
  /** Where the server is; in a page that the server sent it may be left out. */
  readonly url?: string | undefined
  /** An API key, where the server asks for one. */
  readonly key?: string | undefined
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** An answer as it is so far: first without the live sources, then `whole`. */
export interface Progress {
  readonly answer: Answer
  readonly whole: boolean
}

/** Everything that is refused or fails on the server is thrown as a FreshetProblem; a server out of reach as fetch throws it. */
export interface Freshet {
  search(request: SearchRequest, options?: CallOptions): Promise<Answer>
  /** What static and fresh know at once, then the same with the live sources. */
  stream(request: SearchRequest, options?: CallOptions): AsyncGenerator<Progress, void, undefined>
  /** The page that is asked for and those after it, each fetched when it is wanted. */
  pages(request: SearchRequest, options?: CallOptions): AsyncGenerator<Answer, void, undefined>
  document(id: string, options?: CallOptions): Promise<Document>
  /** Papers like a document; `limit` is 10 unless said otherwise. */
  similar(id: string, options?: CallOptions & { readonly limit?: number; readonly as_of?: string }): Promise<Similar>
  feedback(judgement: FeedbackRequest, options?: CallOptions): Promise<{ status?: 'kept' }>
  status(options?: CallOptions): Promise<Status>
  /** Every operation of the OpenAPI document, typed, by its path. */
  readonly http: Client<paths>
}

export function createFreshet(options?: FreshetOptions): Freshet

/** The fields of RFC 9457, and when to try again. */
export class FreshetProblem extends Error {
  constructor(
    facts: Pick<FreshetProblem, 'type' | 'title' | 'status' | 'detail'> &
      Partial<Pick<FreshetProblem, 'field' | 'instance' | 'requestId' | 'retryAfterMs'>>,
  )
  override readonly name: 'FreshetProblem'
  /** Such as urn:freshet:problem:invalid-parameter; stable. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The parameter to change. */
  readonly field: string | null
  readonly instance: string | null
  /** By which the server's log knows the request. */
  readonly requestId: string | null
  readonly retryAfterMs: number | null
}
