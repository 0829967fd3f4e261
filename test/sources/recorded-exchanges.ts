import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Headers } from 'undici'
import { SourceError } from '../../src/domain/errors.ts'
import type { JsonAnswer } from '../../src/sources/json-api.ts'

const folder = join(import.meta.dirname, '../../../shared/data/apis')
const absent = !existsSync(folder)

/** To be put behind the name of a suite that is skipped with `skipIf(recordingsAbsent)`. */
export const whyNoRecordings = absent ? ' (skipped: ../shared/data/apis is absent)' : ''
export const recordingsAbsent = absent

export interface Exchange {
  /** Where it was recorded, to be found again. */
  readonly name: string
  readonly path: string
  readonly query: URLSearchParams
  readonly status: number
  readonly answer: JsonAnswer
  /** The body as JSON; undefined where it is none. Typed loosely: tests read it by hand. */
  // biome-ignore lint/suspicious/noExplicitAny: an independent reading of whatever was recorded
  readonly json: any
}

/** Every answer recorded of a provider; a body that was kept alone is taken for a success of `loosePath`. */
export function exchangesOf(provider: string, loosePath: (file: string) => string): Exchange[] {
  if (absent) return []
  return readdirSync(join(folder, provider)).flatMap((file) => {
    const bytes = readFileSync(join(folder, provider, file))
    if (file.endsWith('.json')) return [exchange(file, loosePath(file), 200, {}, bytes.toString())]
    const lines = gunzipSync(bytes).toString().trim().split('\n')
    return lines.map((line, at) => {
      const { url, status, headers, body } = JSON.parse(line)
      return exchange(`${file}:${at + 1}`, url, status, headers, body)
    })
  })
}

function exchange(where: string, url: string, status: number, headers: Record<string, string>, body: string): Exchange {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  return {
    name: `${where} ${pathname.slice(0, 60)}`,
    path: pathname,
    query: searchParams,
    status,
    answer: { status, headers: new Headers(headers), body },
    json: jsonIn(body),
  }
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What reading threw, as its kind and its words; fails where nothing was thrown or something else. */
export function refusalOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof SourceError) return `${error.failure}: ${error.message}`
    throw error
  }
  return 'was read'
}
