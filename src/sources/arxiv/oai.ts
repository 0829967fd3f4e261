import { z } from 'zod'
import { BadSetting, SourceError } from '../../domain/errors.ts'
import { dayMs, dayOf } from '../../domain/instant.ts'
import type { HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient } from '../client/http.ts'
import { readResumeToken, resumeToken } from '../resume.ts'
import { type OaiPage, oaiSource, parseOaiPage } from './oai-page.ts'
import { readAnswer } from './xml.ts'

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
/** Announcements are at 20:00 in New York and their metadata is out about 22:30. */
const readyAfterMs = 2.75 * 3_600_000

/**
 * arXiv's feed of record: revisions, withdrawals and papers that moderation held back all appear in it, each dated by
 * its last modification. A paper of two harvested categories comes twice. The window's end is not sent: `until` would
 * cut off what is modified while the harvest runs, and arXiv advises against it. Its days are UTC's, and a day that was
 * harvested may still get records, hence a day of overlap.
 *
 * Pages are handed out as they come, so an error after some of them means that the window was not covered: the caller
 * may keep the records but must not move the watermark. Throws SourceError: `expired` for a resumption token that the
 * server refuses (arXiv's live until midnight UTC), `contradictory` for a list that cannot be the whole.
 */
export function arxivOai(settings: ArxivOaiSettings): Source {
  const sets = [...new Set(settings.categories.map(oaiSetOf))]
  return {
    name: oaiSource,
    provider: 'arxiv',
    origin: 'arxiv',
    cadence: { kind: 'announcements', readyAfterMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs: dayMs,
    async *changes(window, signal) {
      const begun = window.resume === null ? beginning : readResumeToken(oaiSource, window.resume, progress)
      const done = new Set(begun.done)
      // A set that the settings no longer name is left where it stands.
      const open = begun.open !== null && sets.includes(begun.open.set) ? begun.open : null
      const rest = sets.filter((set) => !done.has(set) && set !== open?.set)
      if (open) yield* harvestSet({ settings, window, signal, only: sets.length === 1, done: [...done], open })
      if (open) done.add(open.set)
      for (const set of rest) {
        const fresh = { set, token: null, received: 0, listSize: null }
        yield* harvestSet({ settings, window, signal, only: sets.length === 1, done: [...done], open: fresh })
        done.add(set)
      }
    },
  }
}

/** One set on its way. `received` counts distinct papers; `listSize` is the largest that any page stated. */
const openSet = z.object({
  set: z.string(),
  /** Null at the beginning of the set. */
  token: z.string().nullable(),
  received: z.number(),
  listSize: z.number().nullable(),
})
type OpenSet = z.infer<typeof openSet>

/** What the resume of a page says: which sets are done, and where the one stands that is not. */
const progress = z.object({ done: z.array(z.string()), open: openSet.nullable() })
type Progress = z.infer<typeof progress>

const beginning: Progress = { done: [], open: null }

interface SetHarvest {
  readonly settings: ArxivOaiSettings
  readonly window: HarvestWindow
  readonly signal: AbortSignal
  /** There is no other set. */
  readonly only: boolean
  readonly done: readonly string[]
  readonly open: OpenSet
}

async function* harvestSet(harvest: SetHarvest): AsyncGenerator<HarvestPage> {
  const { set } = harvest.open
  const used = new Set<string>()
  const ids = new Set<string>()
  const pages = new Set<string>()
  let open = harvest.open
  for (;;) {
    if (open.token !== null) used.add(open.token)
    const page = await fetchPage(harvest, open)
    if (!page) {
      if (open.token === null) return await askAgain(harvest, open)
      throw contradictory(set, 'promised more records and then had none')
    }
    const given = [...page.records, ...page.rejected].map(({ id }) => id)
    for (const id of given) ids.add(id)
    const repeated = pages.has(given.join(' '))
    pages.add(given.join(' '))
    open = {
      set,
      token: page.token,
      received: harvest.open.received + ids.size,
      listSize: page.listSize === null ? open.listSize : Math.max(open.listSize ?? 0, page.listSize),
    }
    const trouble = troubleOf(open, used, repeated)
    const { records, rejected, listSize } = page
    // The size is of one set; over several sets no page can know the whole. A list that turned out not to be the whole
    // is begun again, whatever its tokens say.
    const resume = resumeOf(harvest, trouble === null ? open : null)
    yield { records, rejected, total: harvest.only ? listSize : null, resume }
    if (trouble !== null) throw contradictory(set, trouble)
    if (open.token === null) return
  }
}

/**
 * Sizes are held against distinct papers, since a page that comes twice must not make up for one that never came, and
 * the largest counts: a list without an end does not lose papers while it is read. Where no size is stated, a page that comes
 * twice is itself the sign of one that never came. What came before an interruption is known by its number alone, so a
 * repetition across it goes unnoticed.
 */
function troubleOf(
  { token, received, listSize }: OpenSet,
  used: ReadonlySet<string>,
  repeated: boolean,
): string | null {
  if (repeated && listSize === null) return 'gave the same page twice'
  if (token !== null) return used.has(token) ? 'gave the same resumption token twice' : null
  return listSize !== null && received < listSize ? `stated ${listSize} records and ended after ${received}` : null
}

/**
 * Nothing at all is believed only when it is said twice. The second question has an end, lest a cache between us give its
 * first answer again.
 */
async function askAgain(harvest: SetHarvest, { set }: OpenSet): Promise<void> {
  const until = dayOf(harvest.window.upTo)
  if ((await ask(harvest, { ...firstOf(harvest, set), until })) !== null) {
    throw contradictory(set, 'had no records and then had some')
  }
}

/** Where the window goes on after a page; after the last page of all, with nothing. */
function resumeOf({ done }: SetHarvest, next: OpenSet | null): string {
  const place: Progress =
    next?.token === null ? { done: [...done, next.set], open: null } : { done: [...done], open: next }
  return resumeToken(place)
}

async function fetchPage(harvest: SetHarvest, { set, token }: OpenSet): Promise<OaiPage | null> {
  const page = await ask(
    harvest,
    token === null ? firstOf(harvest, set) : { verb: 'ListRecords', resumptionToken: token },
  )
  if (page === null) return null
  const { records, rejected } = page
  // The protocol has an error for "nothing"; a list without records is a server that lost its answer.
  if (records.length + rejected.length === 0) throw contradictory(set, 'gave a list without a record')
  if (records.length === 0 && rejected.length >= mostUnreadable) {
    const says = `none of ${rejected.length} records could be read, the first because ${rejected[0].reason}`
    throw new SourceError(oaiSource, 'unreadable', `arXiv's OAI-PMH server: ${says} (${set})`)
  }
  return page
}

/** A few may be papers that were deleted. A page of them is a format that we do not know, and no watermark may pass it. */
const mostUnreadable = 10

const firstOf = ({ window }: SetHarvest, set: string) => ({
  verb: 'ListRecords',
  metadataPrefix: 'arXivRaw',
  set,
  from: dayOf(window.after),
})

async function ask(
  { settings, signal }: SetHarvest,
  parameters: Readonly<Record<string, string>>,
): Promise<OaiPage | null> {
  const url = `${settings.baseUrl ?? arxivOaiAddress}?${new URLSearchParams(parameters)}`
  const answer = await settings.client.get(url, { signal, deadlineMs, maxBytes, accept: 'text/xml, application/xml' })
  return readAnswer(oaiSource, answer, parseOaiPage)
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
