import { DateTime } from 'luxon'
import type { Instant } from '../../domain/instant.ts'
import type { Clock } from '../../ports.ts'

/** What a Retry-After may ask for at most: a typing error of the server must not close a source for years. */
const longestMs = 86_400_000

/** Reads a Retry-After in seconds or as an HTTP date; 0 for a date that has passed, null for anything else. */
export function retryAfterMs(header: string, now: Instant): number | null {
  const text = header.trim()
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(longestMs, Number(text) * 1000)
  const date = DateTime.fromHTTP(text, { zone: 'utc' })
  return date.isValid ? Math.min(longestMs, Math.max(0, date.toMillis() - now)) : null
}

/**
 * Exponential with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015), on top of the spacing: a jitter
 * that happens to be nothing still leaves the provider its usual pause.
 */
export function backoffMs(
  policy: { readonly spacingMs: number; readonly backoff: { readonly baseMs: number; readonly capMs: number } },
  attempt: number,
  random: () => number,
): number {
  const { baseMs, capMs } = policy.backoff
  return policy.spacingMs + random() * Math.min(capMs, baseMs * 2 ** (attempt - 1))
}

/** A timeout on the injected clock. */
export function startTimer(clock: Clock, ms: number): { readonly signal: AbortSignal; cancel(): void } {
  const over = new AbortController()
  const cancelled = new AbortController()
  clock.sleep(ms, cancelled.signal).then(
    () => over.abort(),
    () => undefined,
  )
  return { signal: over.signal, cancel: () => cancelled.abort() }
}
