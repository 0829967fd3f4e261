import { LRUCache } from 'lru-cache'
import { SourceError } from '../domain/errors.ts'
import { liveHealthOf } from '../domain/health.ts'
import type { Instant } from '../domain/instant.ts'
import type { Clock, FindRequest, Found, Runtime, Source } from '../ports.ts'
import { Punctuality } from './punctuality.ts'

export type Askable = Source & Required<Pick<Source, 'find'>>

export interface Fetched extends Found {
  readonly at: Instant
}

export interface FlightParts {
  readonly runtime: Pick<Runtime, 'inbox' | 'succeeded' | 'failed'>
  readonly clock: Clock
  /** Told of what no source should do, and of bookkeeping that failed: neither may take an answer away. */
  onUnexpected(source: string, error: unknown): void
}

/** An answer that comes after every deadline is still worth having, up to here. */
const longestMs = 15_000
/** Requests of one source under way at once: more would only queue at its gate, and be sent when nobody waits any more. */
const mostFlights = 2
/** Characters of remembered answers. */
const mostRemembered = 32_000_000

/**
 * Requests to sources. Each outlives the query that began it: whoever asks the same meanwhile shares it, what it finds
 * goes to the inbox, and the answer is remembered.
 */
export class Flights {
  readonly #parts: FlightParts
  readonly #remembered = new LRUCache<string, Fetched>({ maxSize: mostRemembered, sizeCalculation: sizeOf })
  readonly #underWay = new Map<string, Map<string, Promise<Fetched>>>()
  readonly #punctuality = new Map<string, Punctuality>()
  readonly #closing = new AbortController()

  constructor(parts: FlightParts) {
    this.#parts = parts
  }

  /** The answer if it is remembered and young enough, or the flight that will bring it. */
  known(source: Askable, request: FindRequest, maxAgeMs: number): Fetched | Promise<Fetched> | null {
    const key = keyOf(source, request)
    const answer = this.#remembered.get(key)
    if (answer && this.#parts.clock.now() - answer.at <= maxAgeMs) return answer
    return this.#of(source).get(key) ?? null
  }

  /** Throws SourceError `rate-limited` where too many other queries wait for the source already. */
  fetch(source: Askable, request: FindRequest, maxAgeMs: number): Fetched | Promise<Fetched> {
    const known = this.known(source, request, maxAgeMs)
    if (known) return known
    const crowd = this.crowdAt(source)
    if (crowd !== null) throw crowd
    const key = keyOf(source, request)
    const flight = this.#fly(source, key, request)
    this.#of(source).set(key, flight)
    // Its query may be gone by then; the error was told to whoever keeps the health of sources.
    flight.catch(() => {}).finally(() => this.#of(source).delete(key))
    return flight
  }

  /** Why the source takes no further request; null when it does. */
  crowdAt(source: Askable): SourceError | null {
    const waiting = this.#of(source).size
    if (waiting < mostFlights) return null
    const says = `${waiting} other queries wait for ${source.name} already`
    return new SourceError(source.name, 'rate-limited', says, { retryAfterMs: 1_000 })
  }

  punctualityOf({ name }: Askable): Punctuality {
    const known = this.#punctuality.get(name) ?? new Punctuality()
    this.#punctuality.set(name, known)
    return known
  }

  close(): void {
    this.#closing.abort()
  }

  #of({ name }: Askable): Map<string, Promise<Fetched>> {
    const known = this.#underWay.get(name) ?? new Map<string, Promise<Fetched>>()
    this.#underWay.set(name, known)
    return known
  }

  async #fly(source: Askable, key: string, request: FindRequest): Promise<Fetched> {
    const { clock, runtime } = this.#parts
    const began = clock.now()
    try {
      const found = await source.find(request, longestMs, this.#closing.signal)
      const fetched = { ...found, at: clock.now() }
      this.#remembered.set(key, fetched)
      // A source that cannot understand the request was not asked.
      if (found.asked === '') return fetched
      this.punctualityOf(source).note(fetched.at, fetched.at - began)
      this.#note(source, () => runtime.inbox.put(source.name, found.records, fetched.at))
      this.#note(source, () => runtime.succeeded(liveHealthOf(source.name), fetched.at))
      return fetched
    } catch (error) {
      this.#failed(source, error)
      throw error
    }
  }

  #failed(source: Askable, error: unknown): void {
    const { clock, runtime } = this.#parts
    if (this.#closing.signal.aborted) return
    if (!(error instanceof SourceError)) {
      this.#parts.onUnexpected(source.name, error)
      return
    }
    // That it is not our turn says nothing of how the source is.
    if (error.failure === 'rate-limited' || error.failure === 'paused') return
    this.punctualityOf(source).note(clock.now(), null)
    this.#note(source, () => runtime.failed(liveHealthOf(source.name), clock.now(), error.message))
  }

  #note(source: Askable, write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#parts.onUnexpected(source.name, error)
    }
  }
}

const keyOf = (source: Source, request: FindRequest): string => JSON.stringify([source.name, request])

const sizeOf = ({ records }: Fetched): number =>
  records.reduce((sum, { title, abstract }) => sum + title.length + abstract.length + 500, 500)
