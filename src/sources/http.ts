import { Agent, fetch, type Headers, type Response } from 'undici'
import { SourceError, type SourceFailure } from '../domain/errors.ts'
import type { Clock, RateGate } from '../ports.ts'
import { backoffMs, retryAfterMs, startTimer } from './http-timing.ts'

/** How a provider wants to be asked. One provider may stand behind several sources; the gate counts them together. */
export interface RequestPolicy {
  /** Name of the provider's gate. */
  readonly provider: string
  /** From the start of one request to the start of the next. */
  readonly spacingMs: number
  /** Requests that may follow each other without the spacing after a time of quiet. */
  readonly burst: number
  readonly connections: number
  /** Requests in all for one `get`, redirects not counted. */
  readonly attempts: number
  /** One attempt that takes longer counts as a failed connection. */
  readonly attemptMs: number
  readonly backoff: { readonly baseMs: number; readonly capMs: number }
  /** Recognises a refusal to serve that comes with a status of success. */
  readonly throttled?: (body: string) => boolean
}

/** One request per 3 s over one connection, for the API, OAI-PMH and RSS together: info.arxiv.org/help/api/tou. */
export const arxivPolicy: RequestPolicy = {
  provider: 'arxiv',
  spacingMs: 3_000,
  burst: 1,
  connections: 1,
  attempts: 5,
  attemptMs: 90_000,
  backoff: { baseMs: 5_000, capMs: 120_000 },
  throttled: (body) => /^\s*rate exceeded\b/i.test(body),
}

export interface GetRequest {
  readonly signal: AbortSignal
  /** For everything together: waiting for a turn, every attempt, every pause. */
  readonly deadlineMs: number
  /** Of the body after decompression. */
  readonly maxBytes: number
  readonly accept: string
  /** Sent beside our own. Their values may be keys and are in no message. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, which makes the request a POST. */
  readonly json?: unknown
  /** A query waits: one attempt, before whoever is not urgent, and `rate-limited` at once when no turn can come in time. */
  readonly urgent?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** `bytes` as UTF-8; reading it throws SourceError `unreadable` where a success is not UTF-8. */
  readonly body: string
  /** Where the answer came from, after redirects. */
  readonly url: string
}

export interface PoliteClient {
  /**
   * Answers of any status but 429 and 5xx are handed back; those, and connections that fail, are tried again and end
   * as SourceError. Rejects with the signal's reason when the caller aborts.
   */
  get(url: string, request: GetRequest): Promise<Answer>
  close(): Promise<void>
}

export interface PoliteClientParts {
  /** Named in errors. */
  readonly source: string
  /** Product and contact. */
  readonly userAgent: string
  readonly clock: Clock
  readonly gate: RateGate
  readonly policy: RequestPolicy
  /** In [0, 1). */
  readonly random: () => number
  /** Told of every attempt that failed, while others may still follow. */
  readonly onTrouble?: (error: SourceError) => void
}

type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'moved'; readonly to: URL }
  /** Worth another attempt after the pause. */
  | { readonly kind: 'trouble'; readonly error: SourceError; readonly pauseMs: number }

interface Job extends PoliteClientParts {
  readonly agent: Agent
  readonly request: GetRequest
  /** Aborts with the caller or at the deadline. */
  readonly signal: AbortSignal
}

const mostRedirects = 5
/** Beyond the longest attempt, so that only a dead holder loses its lease. */
const leaseSlackMs = 5_000

export function politeClient(parts: PoliteClientParts): PoliteClient {
  const agent = new Agent({ connections: parts.policy.connections, pipelining: 1 })
  return {
    async get(url, request) {
      const target = safeUrl(parts.source, url)
      const deadline = startTimer(parts.clock, request.deadlineMs)
      const signal = AbortSignal.any([request.signal, deadline.signal])
      try {
        return await attempts({ ...parts, agent, request, signal }, target)
      } finally {
        deadline.cancel()
      }
    },
    close: () => agent.close(),
  }
}

/**
 * A small loop and not cockatiel's retry: that one sleeps on the process's own timer, does not wake when it is aborted,
 * and would hold back only its caller. Here the pause is left in the gate, so that it binds every process that asks
 * the same provider, and the next turn is the wait.
 */
async function attempts(job: Job, first: URL): Promise<Answer> {
  const giveUpAt = job.clock.now() + job.request.deadlineMs
  let target = first
  let redirects = 0
  let trouble: SourceError | null = null
  for (let attempt = 1; ; ) {
    const outcome: Outcome = await oneTurn(job, target, attempt, trouble)
    switch (outcome.kind) {
      case 'answer':
        return outcome.answer
      case 'moved':
        target = outcome.to
        redirects += 1
        if (redirects > mostRedirects) throw failure(job, 'refused', `redirects without end at ${placeOf(target)}`)
        break
      case 'trouble':
        trouble = outcome.error
        job.onTrouble?.(trouble)
        if (attempt >= job.policy.attempts || job.clock.now() + outcome.pauseMs >= giveUpAt) throw trouble
        attempt += 1
    }
  }
}

async function oneTurn(job: Job, target: URL, attempt: number, earlier: SourceError | null): Promise<Outcome> {
  const { provider, spacingMs, attemptMs } = job.policy
  const lease = { spacingMs, burst: job.policy.burst, leaseMs: attemptMs + leaseSlackMs }
  const turn = await job.gate.enter(provider, lease, job.signal).catch((cause: unknown) => {
    job.request.signal.throwIfAborted()
    if (!job.signal.aborted) throw cause
    throw earlier ?? failure(job, 'rate-limited', `no turn at ${provider} within ${job.request.deadlineMs} ms`)
  })
  let pauseMs = 0
  try {
    const outcome = await exchange(job, target, attempt, earlier)
    if (outcome.kind === 'trouble') pauseMs = outcome.pauseMs
    return outcome
  } finally {
    turn.leave({ pauseMs })
  }
}

async function exchange(job: Job, target: URL, attempt: number, earlier: SourceError | null): Promise<Outcome> {
  const timer = startTimer(job.clock, job.policy.attemptMs)
  const signal = AbortSignal.any([job.signal, timer.signal])
  const headers = { 'user-agent': job.userAgent, accept: job.request.accept }
  try {
    // Redirects by hand: each hop is a request of its own and waits for its turn.
    const response = await fetch(target, { dispatcher: job.agent, redirect: 'manual', signal, headers })
    return await outcomeOf(job, target, attempt, response)
  } catch (cause) {
    job.request.signal.throwIfAborted()
    if (cause instanceof SourceError) throw cause
    const place = placeOf(target)
    if (job.signal.aborted) {
      throw earlier ?? failure(job, 'timeout', `no answer from ${place} in ${job.request.deadlineMs} ms`, { cause })
    }
    const error = timer.signal.aborted
      ? failure(job, 'timeout', `no answer from ${place} in ${job.policy.attemptMs} ms`, { cause })
      : failure(job, 'unreachable', `the connection to ${place} failed`, { cause })
    return { kind: 'trouble', error, pauseMs: backoffMs(job.policy, attempt, job.random) }
  } finally {
    timer.cancel()
  }
}

async function outcomeOf(job: Job, target: URL, attempt: number, response: Response): Promise<Outcome> {
  const { status, headers } = response
  const location = headers.get('location')
  if (status >= 300 && status < 400 && location !== null) {
    await response.body?.cancel()
    return { kind: 'moved', to: redirected(job, target, location) }
  }
  if (status === 429 || status >= 500) {
    await response.body?.cancel()
    return troubleOf(job, target, attempt, status, headers.get('retry-after'))
  }
  const { bytes, body } = await readBody(job, response)
  if (job.policy.throttled?.(body)) return troubleOf(job, target, attempt, 429, headers.get('retry-after'))
  return { kind: 'answer', answer: { status, headers, bytes, body, url: target.href } }
}

function troubleOf(job: Job, target: URL, attempt: number, status: number, retryAfter: string | null): Outcome {
  const askedMs = retryAfter === null ? null : retryAfterMs(retryAfter, job.clock.now())
  // arXiv throttles with 503 too, and then says for how long; a 503 without that is a server in trouble.
  const kind: SourceFailure = status === 429 || (status === 503 && askedMs !== null) ? 'rate-limited' : 'server-error'
  const error = failure(job, kind, `${placeOf(target)} answered with HTTP status ${status}`, {
    ...(askedMs === null ? {} : { retryAfterMs: askedMs }),
  })
  // `Retry-After: 0` is no permission to come back at once: the longer of what was asked and our own backoff.
  return { kind: 'trouble', error, pauseMs: Math.max(askedMs ?? 0, backoffMs(job.policy, attempt, job.random)) }
}

async function readBody(job: Job, response: Response): Promise<Pick<Answer, 'bytes' | 'body'>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Decompressed already, so a small body that unpacks without end is stopped as well.
  for await (const chunk of response.body ?? []) {
    const part: Uint8Array = chunk
    bytes += part.byteLength
    if (bytes > job.request.maxBytes) throw failure(job, 'too-large', `more than ${job.request.maxBytes} bytes`)
    chunks.push(part)
  }
  try {
    // An error page may be in any encoding and is only looked at; data must be what it claims.
    const bytes = Buffer.concat(chunks)
    return { bytes, body: new TextDecoder('utf-8', { fatal: response.ok }).decode(bytes) }
  } catch (cause) {
    throw failure(job, 'unreadable', 'the body is not UTF-8', { cause })
  }
}

function redirected(job: Job, from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? safeUrl(job.source, new URL(location, from).href) : null
  if (to === null || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw failure(job, 'refused', `${placeOf(from)} redirects to an address that cannot be followed`)
  }
  return to
}

/** Errors of the URL parser and of fetch quote the whole address, so what they would refuse is refused here. */
function safeUrl(source: string, url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '') return parsed
  throw new SourceError(source, 'refused', `${source}: an address that is not plain http or https`)
}

/** Without the query, which may hold a key or an e-mail. */
const placeOf = (url: URL): string => url.origin + url.pathname

const failure = (
  { source }: { source: string },
  kind: SourceFailure,
  message: string,
  options?: ErrorOptions & { retryAfterMs?: number },
): SourceError => new SourceError(source, kind, `${source}: ${message}`, options)
