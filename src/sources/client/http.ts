import { Agent, type Dispatcher, type Headers, request as send } from 'undici'
import { SourceError, type SourceFailure } from '../../domain/errors.ts'
import { type Instant, instant } from '../../domain/instant.ts'
import type { Clock, GateTurn, RateGate } from '../../ports.ts'
import { type AddressGuard, type AddressRules, guardAddresses } from './addresses.ts'
import { answerOf, headersOf } from './answer.ts'
import { acceptEncoding, isBinary, readBody } from './body.ts'
import { brokenBy, withoutData } from './broken.ts'
import { firstHop, type Hop, isArxivHost, nextHop, placeOf } from './hop.ts'
import { backoffMs, retryAfterMs, startTimer } from './timing.ts'

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
  /** The pause that a provider asks for in the headers of its answers, where it states its limit there. */
  readonly askedPauseMs?: (headers: Headers) => number
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
  /** Where the answer came from, after redirects; its query may hold a key. */
  readonly url: string
}

export interface PoliteClient {
  /**
   * Answers of any status but 429 and 5xx are handed back, 304 among them; those, and connections that fail, are tried
   * again and end as SourceError. Rejects with the signal's reason when the caller aborts.
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
  readonly addresses: AddressRules
  /** In [0, 1). */
  readonly random: () => number
  /** Told of every attempt that failed, while others may still follow; so never of an urgent one. */
  readonly onTrouble?: (error: SourceError) => void
}

type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'moved'; readonly to: Hop }
  /** Worth another attempt after the pause. */
  | { readonly kind: 'trouble'; readonly error: SourceError; readonly pauseMs: number }
  /** Not worth another; `failed` as in GateTurn.leave, null where it tells nothing of the provider. */
  | { readonly kind: 'ended'; readonly error: SourceError; readonly failed: boolean | null }

interface Job extends PoliteClientParts {
  readonly agent: Agent
  readonly guard: AddressGuard
  readonly request: GetRequest
  /** Aborts with the caller or at the deadline. */
  readonly signal: AbortSignal
  readonly giveUpAt: Instant
}

/** Beyond the longest attempt, so that only a dead holder loses its lease. */
const leaseSlackMs = 5_000
/** A turn that comes later before the deadline of a query is not worth taking: it would be spent in vain. */
const leastExchangeMs = 300
/** Who gives a provider less than this has been impatient, and says nothing about whether it works. */
const fairMs = 10_000

export function politeClient(parts: PoliteClientParts): PoliteClient {
  const guard = guardAddresses(parts.source, parts.addresses)
  const agent = new Agent({ connections: parts.policy.connections, pipelining: 1, connect: guard.connect })
  return {
    async get(url, request) {
      const hop = firstHop(parts.source, url, request)
      const deadline = startTimer(parts.clock, request.deadlineMs)
      const signal = AbortSignal.any([request.signal, deadline.signal])
      const giveUpAt = instant(parts.clock.now() + request.deadlineMs)
      try {
        return await attempts({ ...parts, agent, guard, request, signal, giveUpAt }, hop)
      } finally {
        deadline.cancel()
      }
    },
    close: () => agent.close(),
  }
}

/** A small loop and no library: the pause is left in the gate, and the next turn is the wait. See docs/adr/0011. */
async function attempts(job: Job, first: Hop): Promise<Answer> {
  const most = job.request.urgent ? 1 : job.policy.attempts
  let hop = first
  let trouble: SourceError | null = null
  for (let attempt = 1; ; ) {
    job.guard.check(hop.url)
    const outcome: Outcome = await oneTurn(job, hop, attempt, trouble)
    switch (outcome.kind) {
      case 'answer':
        return outcome.answer
      case 'moved':
        hop = outcome.to
        break
      case 'ended':
        throw outcome.error
      case 'trouble':
        trouble = outcome.error
        // Whoever asks for a query has but this attempt, and tells of it itself.
        if (!job.request.urgent) job.onTrouble?.(trouble)
        if (attempt >= most || job.clock.now() + outcome.pauseMs >= job.giveUpAt) throw trouble
        attempt += 1
    }
  }
}

async function oneTurn(job: Job, hop: Hop, attempt: number, earlier: SourceError | null): Promise<Outcome> {
  const turn = await enter(job, earlier)
  let outcome: Outcome | null = null
  try {
    outcome = await exchange(job, hop, attempt, earlier)
    return outcome
  } finally {
    const failed = outcome === null ? null : verdictOf(outcome)
    turn.leave({ pauseMs: pauseAfter(job, outcome), ...(failed === null ? {} : { failed }) })
  }
}

function pauseAfter({ policy }: Job, outcome: Outcome | null): number {
  switch (outcome?.kind) {
    case 'trouble':
      return outcome.pauseMs
    case 'answer':
      return policy.askedPauseMs?.(outcome.answer.headers) ?? 0
    default:
      return 0
  }
}

async function enter(job: Job, earlier: SourceError | null): Promise<GateTurn> {
  const { provider, spacingMs, burst, attemptMs } = job.policy
  const { urgent = false, deadlineMs } = job.request
  // By the wall, which may have jumped; the deadline's own timer has not.
  const leftMs = Math.min(deadlineMs, job.giveUpAt - job.clock.now())
  const patienceMs = Math.max(0, urgent ? leftMs - leastExchangeMs : leftMs)
  const policy = { spacingMs, burst, leaseMs: attemptMs + leaseSlackMs }
  try {
    return await job.gate.enter(provider, policy, job.signal, { urgent, patienceMs })
  } catch (cause) {
    job.request.signal.throwIfAborted()
    if (job.signal.aborted) throw earlier ?? failure(job, 'rate-limited', `no turn at ${provider} in ${deadlineMs} ms`)
    if (!(cause instanceof SourceError)) throw cause
    const { failure: kind, message, retryAfterMs } = cause
    throw earlier ?? failure(job, kind, message, retryAfterMs === null ? {} : { retryAfterMs })
  }
}

/** What the turn says about whether the provider works. Being told to slow down says nothing. */
function verdictOf(outcome: Outcome): boolean | null {
  switch (outcome.kind) {
    case 'answer':
    case 'moved':
      return false
    case 'trouble':
      return outcome.error.failure === 'rate-limited' ? null : true
    case 'ended':
      return outcome.failed
  }
}

async function exchange(job: Job, hop: Hop, attempt: number, earlier: SourceError | null): Promise<Outcome> {
  const timer = startTimer(job.clock, job.policy.attemptMs)
  const signal = AbortSignal.any([job.signal, timer.signal])
  const leftMs = job.giveUpAt - job.clock.now()
  try {
    const response = await send(hop.url, { ...messageOf(job, hop), signal })
    // Whoever reads it is told of its errors; where nobody does, they are of no interest and must not end the process.
    response.body.on('error', () => undefined)
    try {
      return await outcomeOf(job, hop, attempt, response)
    } finally {
      response.body.destroy()
    }
  } catch (cause) {
    job.request.signal.throwIfAborted()
    if (cause instanceof SourceError)
      return { kind: 'ended', error: cause, failed: cause.failure === 'unsafe' ? null : false }
    if (job.signal.aborted) {
      const error = failure(job, 'timeout', `no answer from ${placeOf(hop)} in ${job.request.deadlineMs} ms`)
      return { kind: 'ended', error: earlier ?? error, failed: leftMs >= fairMs ? true : null }
    }
    const error = timer.signal.aborted
      ? failure(job, 'timeout', `no answer from ${placeOf(hop)} in ${job.policy.attemptMs} ms`)
      : failure(job, 'unreachable', brokenBy(hop, cause), { cause: withoutData(cause) })
    return { kind: 'trouble', error, pauseMs: backoffMs(job.policy, attempt, job.random) }
  } finally {
    timer.cancel()
  }
}

/** Redirects are not followed by undici: each hop is a request of its own, is checked, and waits for its turn. */
function messageOf({ agent, userAgent, request }: Job, { headers, json }: Hop) {
  const ours = { 'user-agent': userAgent, accept: request.accept, 'accept-encoding': acceptEncoding }
  if (json === null) return { dispatcher: agent, method: 'GET' as const, headers: { ...headers, ...ours } }
  const asJson = { ...headers, ...ours, 'content-type': 'application/json' }
  return { dispatcher: agent, method: 'POST' as const, headers: asJson, body: json }
}

async function outcomeOf(job: Job, hop: Hop, attempt: number, response: Dispatcher.ResponseData): Promise<Outcome> {
  const { source } = job
  const { statusCode: status, body } = response
  const headers = headersOf(response.headers)
  if (status === 429 || status >= 500) return troubleOf(job, hop, attempt, status, headers.get('retry-after'))
  const to = nextHop(source, hop, status, headers.get('location'))
  if (to !== null && isArxivHost(to.url) && job.policy.provider !== arxivPolicy.provider) {
    const message = `${placeOf(hop)} redirects to arXiv, which is asked at its own address and in its own turn`
    return { kind: 'ended', error: failure(job, 'refused', message), failed: false }
  }
  if (to !== null) return { kind: 'moved', to }
  const bytes = await readBody({
    source,
    stream: body,
    encoding: headers.get('content-encoding'),
    maxBytes: job.request.maxBytes,
  })
  const succeeded = status >= 200 && status < 300
  if (job.policy.throttled?.(new TextDecoder().decode(bytes.subarray(0, 1_000)))) {
    return troubleOf(job, hop, attempt, 429, headers.get('retry-after'))
  }
  if (succeeded && isBinary(headers.get('content-type'), bytes)) {
    return { kind: 'ended', error: failure(job, 'unreadable', `${placeOf(hop)} sent no text`), failed: false }
  }
  return { kind: 'answer', answer: answerOf(source, status, headers, bytes, hop.url.href) }
}

function troubleOf(job: Job, hop: Hop, attempt: number, status: number, retryAfter: string | null): Outcome {
  const askedMs = retryAfter === null ? null : retryAfterMs(retryAfter, job.clock.now())
  // arXiv throttles with 503 too, and then says for how long; a 503 without that is a server in trouble.
  const kind: SourceFailure = status === 429 || (status === 503 && askedMs !== null) ? 'rate-limited' : 'server-error'
  const error = failure(job, kind, `${placeOf(hop)} answered with HTTP status ${status}`, {
    ...(askedMs === null ? {} : { retryAfterMs: askedMs }),
  })
  // `Retry-After: 0` is no permission to come back at once: the longer of what was asked and our own backoff.
  return { kind: 'trouble', error, pauseMs: Math.max(askedMs ?? 0, backoffMs(job.policy, attempt, job.random)) }
}

const failure = (
  { source }: { source: string },
  kind: SourceFailure,
  message: string,
  options?: ErrorOptions & { retryAfterMs?: number },
): SourceError => new SourceError(source, kind, `${source}: ${message}`, options)
