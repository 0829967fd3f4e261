import type { IncomingMessage } from 'node:http'
import { type Instant, parseInstant } from '../../src/domain/instant.ts'
import { noFilters } from '../../src/domain/query.ts'
import type { FindRequest, HarvestPage, HarvestWindow, Source } from '../../src/ports.ts'
import { answer, type Reply } from './scripted-server.ts'

export const json = (body: unknown, status = 200): Reply =>
  answer(status, JSON.stringify(body), { 'content-type': 'application/json' })

/** Hands the body of a request on before it answers. */
export const readingBody =
  (told: (body: string) => void, reply: Reply): Reply =>
  (response, request) => {
    void bodyOf(request).then((body) => {
      told(body)
      reply(response, request)
    })
  }

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

export const at = (text: string): Instant => parseInstant(text)!

export const windowOf = (after: string, upTo: string, resume: string | null = null): HarvestWindow => ({
  after: at(after),
  upTo: at(upTo),
  state: null,
  resume,
})

export const askFor = (parts: Partial<FindRequest>): FindRequest => ({
  subject: '',
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
  filters: noFilters,
  limit: 20,
  ...parts,
})

/** All pages of a harvest, and what ended it when it was not the end. */
export async function harvested(source: Source, window: HarvestWindow) {
  const pages: HarvestPage[] = []
  let error: unknown = null
  try {
    for await (const page of source.changes(window, new AbortController().signal)) pages.push(page)
  } catch (caught) {
    error = caught
  }
  const ids = pages.flatMap((page) => page.records.map((record) => record.id))
  return { pages, ids, error }
}
