import { z } from 'zod'
import { SourceError } from '../../domain/errors.ts'
import { dayMs, instant } from '../../domain/instant.ts'
import type { Cadence } from '../../domain/visits.ts'
import type { Found, HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import { plainText } from '../record.ts'
import { readResumeToken, resumeToken } from '../resume.ts'
import { type ApiPlace, type AtomPage, apiSource, arxivAtomAddress, arxivLookUp, fetchAtom } from './atom.ts'
import { allOf, anyCategory, arxivQueryOf, minuteOf, submittedBetween } from './query.ts'
import { sameQuery, written } from './syntax.ts'

export interface ArxivApiSettings extends ApiPlace {
  /** What a harvest takes: `cs.IR`, `hep-th`, or a whole archive such as `cs`. Searches are not bound to them. */
  readonly categories: readonly string[]
  /** `never` where it is left out: the feed of record has what this one has, and more. */
  readonly cadence?: Cadence
  readonly firstHarvestDays?: number
  /** Entries of one answer, at most 2,000. */
  readonly pageSize?: number
}

/** For whoever harvests by it: announcements of 20:00 in New York are in the API about midnight. */
export const apiCadence: Cadence = { kind: 'announcements', readyAfterMs: 4.25 * 3_600_000 }

/** A search shows ten hits or a few more; what follows them would cost seconds. */
const mostFound = 100
const lookUpDeadlineMs = 120_000
const pageDeadlineMs = 15 * 60_000
const usualPage = 1_000
/** Beyond this the API answers 400, however the pages are cut; so a list of just as many has no end that can be seen. */
const mostReachable = 30_000

/**
 * arXiv's API: searches while a query waits, and papers by id. It can be harvested too, by the date of submission. That
 * is no feed of record: revisions and withdrawals never appear, and a paper that moderation holds for longer than the
 * overlap of a week is missed. Throws SourceError `contradictory` for answers that cannot be the whole, among them the
 * answer to another query than was sent.
 */
export function arxivApi(settings: ArxivApiSettings): Source {
  const { client, baseUrl = arxivAtomAddress } = settings
  const place: ApiPlace = { client, baseUrl }
  return {
    name: apiSource,
    provider: 'arxiv',
    origin: 'arxiv',
    cadence: settings.cadence ?? { kind: 'never' },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs: 7 * dayMs,
    async *changes(window, signal) {
      const { categories, pageSize = usualPage } = settings
      yield* harvestSlices({ place, signal, categories, pageSize }, window)
    },
    async find(request, deadlineMs, signal): Promise<Found> {
      const asked = arxivQueryOf(request)
      if (asked === null) return { records: [], rejected: [], asked: '' }
      const most = String(Math.min(request.limit, mostFound))
      const parameters = { search_query: asked, start: '0', max_results: most, ...byRelevance }
      const page = await fetchAtom(place, parameters, { signal, deadlineMs, urgent: true })
      checkEcho(asked, page)
      return { records: page.records, rejected: page.rejected, asked }
    },
    lookUp: arxivLookUp(client, { baseUrl, deadlineMs: lookUpDeadlineMs }),
  }
}

const byRelevance = { sortBy: 'relevance', sortOrder: 'descending' }
const bySubmission = { sortBy: 'submittedDate', sortOrder: 'ascending' }

interface Harvest {
  readonly place: ApiPlace
  readonly signal: AbortSignal
  readonly pageSize: number
  readonly categories: readonly string[]
}

/** Minutes of submission, both ends included. */
const slice = z.object({ from: z.number(), to: z.number() })
type Slice = z.infer<typeof slice>

/** Where a harvest stands: in the first of `slices`, before the entry `start`. */
const standing = z.object({
  slices: z.array(slice),
  /** The window holds more than can be paged through, so no total is of all of it. */
  split: z.boolean(),
  start: z.number().int().nonnegative(),
  /** Distinct papers of the slice so far. */
  received: z.number().int().nonnegative(),
  /** The largest total that a page of the slice stated. */
  total: z.number().int().nonnegative(),
  /** Submission of the entry before `start`. */
  last: z.number().nullable(),
})
type Standing = z.infer<typeof standing>

const atBeginningOf = (slices: readonly Slice[], split: boolean): Standing => ({
  slices: [...slices],
  split,
  start: 0,
  received: 0,
  total: 0,
  last: null,
})

async function* harvestSlices(harvest: Harvest, window: HarvestWindow): AsyncGenerator<HarvestPage> {
  let at = window.resume === null ? beginningOf(window) : readResumeToken(apiSource, window.resume, standing)
  let ids = new Set<string>()
  while (at.slices.length > 0) {
    const [open, ...rest] = at.slices
    const page = await fetchPage(harvest, open, at.start, harvest.pageSize)
    if (at.start === 0 && page.total === 0) await askAgain(harvest, open)
    if (at.start === 0 && page.total >= mostReachable) {
      at = atBeginningOf([...halvesOf(open, page.total), ...rest], true)
      continue
    }
    const before = ids.size
    for (const { id } of [...page.records, ...page.rejected]) ids.add(id)
    const { next, trouble } = standingAfter(at, page, ids.size - before, harvest.pageSize)
    const { records, rejected } = page
    if (sizeOf(page) > 0) {
      yield { records, rejected, total: at.split ? null : page.total, resume: resumeToken(next) }
    }
    if (trouble !== null) throw contradictory(trouble)
    if (next.start === 0) ids = new Set()
    at = next
  }
}

const minuteMs = 60_000
const minuteBefore = (at: number): number => Math.floor(at / minuteMs) * minuteMs

const beginningOf = ({ after, upTo }: HarvestWindow): Standing =>
  // One minute on, for it is not said whether seconds count behind the last one.
  atBeginningOf([{ from: minuteBefore(after), to: minuteBefore(upTo) + minuteMs }], false)

/**
 * An API in trouble says 0 for minutes, so nothing at all is believed only when it is said twice: the second question is
 * for one entry instead of many, lest a cache between us give its first answer again.
 */
async function askAgain(harvest: Harvest, open: Slice): Promise<void> {
  const { total } = await fetchPage(harvest, open, 0, 1)
  if (total > 0) throw contradictory(`counted no papers and then ${total}`)
}

function halvesOf({ from, to }: Slice, total: number): Slice[] {
  if (from === to) throw contradictory(`counts ${total} papers submitted in one minute`)
  const middle = minuteBefore((from + to) / 2)
  return [
    { from, to: middle },
    { from: middle + minuteMs, to },
  ]
}

/**
 * Where a harvest stands after a page, or what is wrong. Pages are numbered from the beginning of a list that is sorted
 * anew for every one of them: an order that is not the one we asked for can hide a paper between two pages. So can
 * papers that come twice, hence distinct papers are held against the total, the largest that was stated. (Over an
 * interruption the papers before it are known by their number alone.) A total that is too low is no end: only an empty
 * page is, or one at the total that was not filled. After trouble the slice is begun again.
 */
function standingAfter(
  at: Standing,
  page: AtomPage,
  unseen: number,
  pageSize: number,
): { readonly next: Standing; readonly trouble: string | null } {
  const total = Math.max(at.total, page.total)
  const start = at.start + sizeOf(page)
  const received = at.received + unseen
  const dates = page.records.map((record) => record.submitted).filter((date) => date !== null)
  const ended = sizeOf(page) === 0 || (start >= total && sizeOf(page) < pageSize)
  const again = atBeginningOf(at.slices, at.split)
  if (!ascends([...(at.last === null ? [] : [at.last]), ...dates])) {
    return { next: again, trouble: `gave papers in another order than was asked for (at ${at.start})` }
  }
  if (ended && received < total) return { next: again, trouble: `counted ${total} papers and gave ${received}` }
  if (!ended && start >= mostReachable) return { next: again, trouble: `came to ${total} papers while we read` }
  if (ended) return { next: atBeginningOf(at.slices.slice(1), at.split), trouble: null }
  return { next: { ...at, start, received, total, last: dates.at(-1) ?? at.last }, trouble: null }
}

const sizeOf = (page: AtomPage): number => page.records.length + page.rejected.length

const ascends = (dates: readonly number[]): boolean => dates.every((date, n) => n === 0 || dates[n - 1] <= date)

async function fetchPage(harvest: Harvest, { from, to }: Slice, start: number, wanted: number): Promise<AtomPage> {
  const submitted = submittedBetween(minuteOf(instant(from)), minuteOf(instant(to)))
  const asked = written(allOf([submitted, anyCategory(harvest.categories)]))
  const most = Math.min(wanted, mostReachable - start)
  const parameters = { search_query: asked, start: String(start), max_results: String(most), ...bySubmission }
  const page = await fetchAtom(harvest.place, parameters, { signal: harvest.signal, deadlineMs: pageDeadlineMs })
  checkEcho(asked, page)
  if (page.startIndex !== start)
    throw contradictory(`was asked for entries from ${start} and gave them from ${page.startIndex}`)
  return page
}

/** Where arXiv does not know a field it searches all of them, and says so nowhere else. */
function checkEcho(asked: string, { echoedQuery }: AtomPage): void {
  if (echoedQuery === null || sameQuery(asked, echoedQuery)) return
  throw contradictory(`answered another query than was asked: ${plainText(echoedQuery).slice(0, 200)}`)
}

const contradictory = (what: string): SourceError => new SourceError(apiSource, 'contradictory', `arXiv's API ${what}`)
