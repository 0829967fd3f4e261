import type { z } from 'zod'
import { SourceError } from '../domain/errors.ts'

/** Tokens with which an interrupted harvest goes on, where the source itself has none: JSON in the words of its reader. */

export const resumeToken = (place: unknown): string => JSON.stringify(place)

/**
 * What `resumeToken` was given. Throws SourceError `expired` for what the schema does not take, for then the token is of
 * an earlier build or of other settings, and the window is to be begun again.
 */
export function readResumeToken<T>(source: string, token: string, schema: z.ZodType<T>): T {
  const fit = schema.safeParse(jsonOf(token))
  if (fit.success) return fit.data
  throw new SourceError(source, 'expired', `${source}: the place to go on from is of another harvest`)
}

function jsonOf(token: string): unknown {
  try {
    const json: unknown = JSON.parse(token)
    return json
  } catch {
    return null
  }
}
