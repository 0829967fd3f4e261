import { type Hop, placeOf } from './hop.ts'

/** Says what became of a connection. */
export function brokenBy(hop: Hop, cause: unknown): string {
  const code = codeOf(cause)
  if (code === 'ENOTFOUND' || code.startsWith('EAI_'))
    return `the name ${hop.url.hostname} cannot be looked up (${code})`
  return `the connection to ${placeOf(hop)} failed${code === '' ? '' : ` (${code})`}`
}

export const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '')

/** An error of the HTTP parser quotes what the server sent, which may quote our key. */
export const withoutData = (cause: unknown): unknown =>
  cause instanceof Error && 'data' in cause ? new Error(cause.message) : cause
