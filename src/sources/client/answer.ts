import { type Dispatcher, Headers } from 'undici'
import { SourceError } from '../../domain/errors.ts'

/** Text is decoded when it is asked for: feeds may be in any encoding, and their reader looks at the bytes. */
export function answerOf(source: string, status: number, headers: Headers, bytes: Uint8Array, url: string) {
  let text: string | null = null
  return {
    status,
    headers,
    bytes,
    url,
    get body(): string {
      try {
        // An error page may be in any encoding and is only looked at; data must be what it claims.
        text ??= new TextDecoder('utf-8', { fatal: status >= 200 && status < 300 }).decode(bytes)
        return text
      } catch (cause) {
        throw new SourceError(source, 'unreadable', `${source}: the body is not UTF-8`, { cause })
      }
    },
  }
}

export function headersOf(raw: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}
