import { BadSetting, SourceError } from '../domain/errors.ts'
import type { HarvestPage, HarvestWindow, Source } from '../ports.ts'
import { type OaiPage, oaiSource, parseOaiPage } from './arxiv-oai-page.ts'
import { readAnswer } from './arxiv-xml.ts'
import type { PoliteClient } from './http.ts'

export const arxivOaiAddress = 'https://oaipmh.arxiv.org/oai'

export interface ArxivOaiSettings {
  readonly client: PoliteClient
  /** `cs.IR`, `hep-th`, or a whole archive or group such as `cs`. */
  readonly categories: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

/** A page of 1,000 records with abstracts is about 3 MB. */
const maxBytes = 64 * 1024 * 1024
/** Long enough for a server that asks for a few minutes' patience; a harvest has the night. */
const deadlineMs = 15 * 60_000

/**
 * arXiv's feed of record: revisions, withdrawals and papers that moderation held back all appear in it, each dated by
 * its last modification. A paper of two harvested categories comes twice. The window's end is not sent: `until` would
 * cut off what is modified while the harvest runs, and arXiv advises against it.
 *
 * Pages are handed out as they come, so an error after some of them means that the window was not covered: the caller
 * may keep the records but must not move the watermark.
 */
export function arxivOai(settings: ArxivOaiSettings): Source {
  const sets = settings.categories.map(oaiSetOf)
  return {
    name: oaiSource,
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    async *changes(window, signal) {
      for (const set of sets) yield* harvestSet(settings, set, sets.length === 1, window, signal)
    },
  }
}

async function* harvestSet(
  settings: ArxivOaiSettings,
  set: string,
  only: boolean,
  window: HarvestWindow,
  signal: AbortSignal,
): AsyncGenerator<HarvestPage> {
  const first = { verb: 'ListRecords', metadataPrefix: 'arXivRaw', set, from: window.from }
  let page = await fetchPage(settings, first, signal)
  const used = new Set<string>()
  let received = 0
  let listSize: number | null = null
  while (page) {
    received += page.records.length + page.rejected.length
    listSize = page.listSize ?? listSize
    // The size is of one set; over several sets no page can know the whole.
    yield { records: page.records, rejected: page.rejected, total: only ? listSize : null }
    if (page.token === null) break
    if (used.has(page.token)) throw contradictory(set, 'gave the same resumption token twice')
    used.add(page.token)
    page = await fetchPage(settings, { verb: 'ListRecords', resumptionToken: page.token }, signal)
    if (!page) throw contradictory(set, 'promised more records and then had none')
  }
  if (listSize !== null && received < listSize) {
    throw contradictory(set, `stated ${listSize} records and ended after ${received}`)
  }
}

async function fetchPage(
  settings: ArxivOaiSettings,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<OaiPage | null> {
  const url = `${settings.baseUrl ?? arxivOaiAddress}?${new URLSearchParams(parameters)}`
  const answer = await settings.client.get(url, { signal, deadlineMs, maxBytes, accept: 'text/xml, application/xml' })
  const page = readAnswer(oaiSource, answer, parseOaiPage)
  // The protocol has an error for "nothing"; a list without records is a server that lost its answer.
  if (page && page.records.length + page.rejected.length === 0) {
    throw contradictory(parameters.set ?? 'a resumed set', 'gave a list without a record')
  }
  return page
}

const contradictory = (set: string, what: string): SourceError =>
  new SourceError(oaiSource, 'contradictory', `arXiv's OAI-PMH server ${what} (${set})`)

const archivesOfPhysics = new Set([
  'astro-ph',
  'cond-mat',
  'gr-qc',
  'hep-ex',
  'hep-lat',
  'hep-ph',
  'hep-th',
  'math-ph',
  'nlin',
  'nucl-ex',
  'nucl-th',
  'physics',
  'quant-ph',
])
const groups = new Set(['cs', 'econ', 'eess', 'math', 'q-bio', 'q-fin', 'stat'])

/**
 * The OAI set of a category: group, archive and subject. `cs.AI` is `cs:cs:AI`, `astro-ph.CO` is `physics:astro-ph:CO`,
 * `hep-th` is `physics:hep-th`, `cs` is the whole group. Throws BadSetting for what is no arXiv category.
 */
export function oaiSetOf(category: string): string {
  const match = /^([a-z-]+)(?:\.([A-Za-z-]+))?$/.exec(category.trim())
  const archive = match?.[1] ?? ''
  const subject = match?.[2]
  if (archivesOfPhysics.has(archive)) return ['physics', archive, ...(subject ? [subject] : [])].join(':')
  if (groups.has(archive)) return subject ? `${archive}:${archive}:${subject}` : archive
  throw new BadSetting(`"${category}" is no arXiv category; write one like cs.IR, math.CO or hep-th`)
}
