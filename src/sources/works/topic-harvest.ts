import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { BadSetting, SourceError } from '../../domain/errors.ts'
import type { Day } from '../../domain/instant.ts'
import type { HarvestPage } from '../../ports.ts'
import { askableWords } from '../json-api.ts'
import type { Rejected } from '../record.ts'
import { readResumeToken, resumeToken } from '../resume.ts'

/**
 * An index of everything cannot be harvested whole: an installation names the topics it wants, and a harvest goes
 * through them one after the other, page by page.
 */
export interface TopicHarvest<P extends Part = Part> {
  /** Named in errors. */
  readonly source: string
  readonly parts: readonly P[]
  fetchPage(part: P, cursor: string | null): Promise<TopicPage>
  readonly paging: Paging
}

/** What is asked for by itself: a topic over the days of the window, or over one of them. */
export interface Part {
  readonly topic: string
  readonly day: Day | null
}

export const wholeTopics = (topics: readonly string[]): Part[] => topics.map((topic) => ({ topic, day: null }))

export interface TopicPage {
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly Rejected[]
  /** Of everything on the page, rejected and off the topic included. */
  readonly ids: readonly string[]
  /** What the source says the topic has in all; null where it does not say. */
  readonly total: number | null
  /** Where the next page is; null after the last one. */
  readonly cursor: string | null
}

export interface Paging {
  /**
   * `stateless`: a cursor names a page, so a harvest goes on from it. `scrolling`: asked again with the same cursor the
   * server gives the page after; what was fetched and not stored is lost to it, so a part is begun again.
   */
  readonly cursors: 'stateless' | 'scrolling'
  /**
   * What may be missing of a stated total at the end, the larger of a number and a share: indexes change while we page, and
   * some count works that they never give. Without it, such a topic would be harvested for ever.
   */
  readonly tolerated: { readonly works: number; readonly share: number }
  /** Whether a part is done when as many works as stated have come; otherwise only its last page ends it. */
  readonly endsAtTotal: boolean
}

/** What a setting of topics comes to: phrases with a word in them, each once. Throws BadSetting where none is left. */
export function topicsOf(source: string, topics: readonly string[]): string[] {
  const usable = [...new Set(topics.map((topic) => askableWords(topic).join(' ')))].filter((topic) => topic !== '')
  if (usable.length > 0) return usable
  throw new BadSetting(`${source} cannot be harvested whole: name the topics that it is to be harvested for`)
}

/** Throws SourceError: `contradictory` for pages that cannot be the whole, `expired` for a place that is not known. */
export async function* harvestTopics<P extends Part>(
  harvest: TopicHarvest<P>,
  resume: string | null,
): AsyncGenerator<HarvestPage> {
  const start = resume === null ? beginningOf(harvest.parts[0]) : placeOf(harvest, resume)
  const at = harvest.parts.findIndex((part) => isAt(start, part))
  for (const part of harvest.parts.slice(at)) {
    yield* harvestPart(harvest, part, isAt(start, part) ? start : beginningOf(part))
  }
}

const mostRepeats = 3

async function* harvestPart<P extends Part>(
  harvest: TopicHarvest<P>,
  part: P,
  start: Place,
): AsyncGenerator<HarvestPage> {
  const { source, parts, paging } = harvest
  const nextPart = parts.at(parts.indexOf(part) + 1)
  const seen = new Set<string>()
  const used = new Set<string>()
  let repeats = 0
  let { total } = start
  for (let cursor = start.cursor; ; ) {
    const page = await harvest.fetchPage(part, cursor)
    // The largest that was stated: a server that loses works while we page states fewer of them.
    total = page.total === null ? total : Math.max(page.total, total ?? 0)
    const before = seen.size
    for (const id of page.ids) seen.add(id)
    const count = start.count + seen.size
    repeats = seen.size > before ? 0 : repeats + 1
    const reached = total !== null && count >= total
    const last = page.cursor === null || page.ids.length === 0 || (paging.endsAtTotal && reached)
    const missing = last && total !== null ? Math.max(0, total - count) : 0
    const said = `states ${total} works and ended after ${count}`
    if (missing > toleratedOf(paging, total)) throw contradictory(source, part, said)
    // A page that comes twice is a nuisance; pages that bring nothing new for ever would be a harvest without an end.
    if (!last && repeats === mostRepeats) throw contradictory(source, part, 'gives the same works again and again')
    if (!last && paging.cursors === 'stateless' && page.cursor !== null) {
      if (used.has(page.cursor)) throw contradictory(source, part, 'gave the same cursor twice')
      used.add(page.cursor)
    }
    const next = last ? nextPart && beginningOf(nextPart) : { ...part, cursor: page.cursor, count, total }
    yield {
      records: page.records,
      rejected: page.rejected,
      // It is of one topic; over several, which overlap, no page can know the whole.
      total: parts.length === 1 ? total : null,
      resume: next === undefined ? null : tokenOf(paging, next),
      ...(missing > 0 && { warning: `${source} ${said} (topic: ${part.topic})` }),
    }
    if (last) return
    cursor = page.cursor
  }
}

const toleratedOf = ({ tolerated }: Paging, total: number | null): number =>
  Math.max(tolerated.works, Math.floor((total ?? 0) * tolerated.share))

const contradictory = (source: string, { topic }: Part, what: string): SourceError =>
  new SourceError(source, 'contradictory', `${source} ${what} (topic: ${topic})`)

/** Where a harvest is: before this page of the part, with `count` distinct works of it behind and `total` stated at most. */
interface Place extends Part {
  readonly cursor: string | null
  readonly count: number
  readonly total: number | null
}

const natural = z.number().int().nonnegative()
const placeSchema = z.object({
  topic: z.string(),
  day: z.string().nullish(),
  cursor: z.string().nullable(),
  count: natural,
  total: natural.nullish(),
})

const beginningOf = (part: Part): Place => ({ ...part, cursor: null, count: 0, total: null })

const isAt = (place: Part, part: Part): boolean => place.topic === part.topic && place.day === part.day

const tokenOf = (paging: Paging, place: Place): string =>
  resumeToken(paging.cursors === 'stateless' ? place : beginningOf({ topic: place.topic, day: place.day }))

function placeOf({ source, parts }: Pick<TopicHarvest, 'source' | 'parts'>, resume: string): Place {
  const { topic, day = null, cursor, count, total = null } = readResumeToken(source, resume, placeSchema)
  const part = parts.find((one) => one.topic === topic && one.day === day)
  if (part) return { ...part, cursor, count, total }
  throw new SourceError(source, 'expired', `${source}: the harvest cannot be gone on with where it was interrupted`)
}
