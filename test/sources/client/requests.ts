import { expect } from 'vitest'
import { SourceError } from '../../../src/domain/errors.ts'
import type { GetRequest, PoliteClient } from '../../../src/sources/client/http.ts'

export const request = (changes: Partial<GetRequest> = {}): GetRequest => ({
  signal: new AbortController().signal,
  deadlineMs: 600_000,
  maxBytes: 10_000,
  accept: 'text/xml',
  ...changes,
})

/** The SourceError that the request ends with. */
export async function failureOf(
  client: PoliteClient,
  url: string,
  changes: Partial<GetRequest> = {},
): Promise<SourceError> {
  const error = await client.get(url, request(changes)).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SourceError)
  return error as SourceError
}

/** From each time to the next. */
export const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, at) => time - times[at])
