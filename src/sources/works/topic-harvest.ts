import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { BadSetting, SourceError } from '../../domain/errors.ts'
import type { HarvestPage } from '../../ports.ts'
import { askableWords } from '../json-api.ts'
import type { Rejected } from '../record.ts'

/**
 * An index of everything cannot be harvested whole: an installation names the topics it wants, and a harvest goes
 * through them one after the other, page by page.
 */
export interface TopicHarvest {
  /** Named in errors. */
  readonly source: string
  readonly topics: readonly string[]
  fetchPage(topic: string, cursor: string | null): Promise<TopicPage>
  readonly paging: Paging
}

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
   * server gives the page after; what was fetched and not stored is lost to it, so a topic is begun again.
   */
  readonly cursors: 'stateless' | 'scrolling'
  /** The part of a stated total that may be missing at the end: of an index that changes while we page. */
  readonly tolerance: number
  /** Whether a topic is done when as many works as stated have come; otherwise only its last page ends it. */
  readonly endsAtTotal: boolean
}

/** What a setting of topics comes to: phrases with a word in them, each once. Throws BadSetting where none is left. */
export function topicsOf(source: string, topics: readonly string[]): string[] {
  const usable = [...new Set(topics.map((topic) => askableWords(topic).join(' ')))].filter((topic) => topic !== '')
  if (usable.length > 0) return usable
  throw new BadSetting(`${source} cannot be harvested whole: name the topics that it is to be harvested for`)
}

/** Throws SourceError: `contradictory` for pages that cannot be the whole, `expired` for a place that is not known. */
export async function* harvestTopics(harvest: TopicHarvest, resume: string | null): AsyncGenerator<HarvestPage> {
  const start = placeOf(harvest, resume)
  for (const topic of harvest.topics.slice(harvest.topics.indexOf(start.topic))) {
    yield* harvestTopic(harvest, topic === start.topic ? start : beginningOf(topic))
  }
}

const mostRepeats = 3

async function* harvestTopic(harvest: TopicHarvest, start: Place): AsyncGenerator<HarvestPage> {
  const { source, topics, paging } = harvest
  const { topic } = start
  const nextTopic = topics.slice(topics.indexOf(topic) + 1).at(0)
  const seen = new Set<string>()
  const used = new Set<string>()
  let repeats = 0
  for (let cursor = start.cursor; ; ) {
    const page = await harvest.fetchPage(topic, cursor)
    const before = seen.size
    for (const id of page.ids) seen.add(id)
    const count = start.count + seen.size
    repeats = seen.size > before ? 0 : repeats + 1
    const reached = page.total !== null && count >= page.total
    const last = page.cursor === null || page.ids.length === 0 || (paging.endsAtTotal && reached)
    if (last && page.total !== null && count < page.total * (1 - paging.tolerance)) {
      throw contradictory(source, topic, `states ${page.total} works and ended after ${count}`)
    }
    // A page that comes twice is a nuisance; pages that bring nothing new for ever would be a harvest without an end.
    if (!last && repeats === mostRepeats) throw contradictory(source, topic, 'gives the same works again and again')
    if (!last && paging.cursors === 'stateless' && page.cursor !== null) {
      if (used.has(page.cursor)) throw contradictory(source, topic, 'gave the same cursor twice')
      used.add(page.cursor)
    }
    const next = last ? nextTopic : topic
    const goesOnAt = last ? { cursor: null, count: 0 } : { cursor: page.cursor, count }
    yield {
      records: page.records,
      rejected: page.rejected,
      // It is of one topic; over several, which overlap, no page can know the whole.
      total: topics.length === 1 ? page.total : null,
      resume: next === undefined ? null : tokenOf(paging, { topic: next, ...goesOnAt }),
    }
    if (last) return
    cursor = page.cursor
  }
}

const contradictory = (source: string, topic: string, what: string): SourceError =>
  new SourceError(source, 'contradictory', `${source} ${what} (topic: ${topic})`)

/** Where a harvest is: before this page of the topic, with `count` distinct works of it behind. */
type Place = z.infer<typeof placeSchema>
const placeSchema = z.object({
  topic: z.string(),
  cursor: z.string().nullable(),
  count: z.number().int().nonnegative(),
})

const beginningOf = (topic: string): Place => ({ topic, cursor: null, count: 0 })

const tokenOf = (paging: Paging, place: Place): string =>
  JSON.stringify(paging.cursors === 'stateless' ? place : beginningOf(place.topic))

function placeOf({ source, topics }: TopicHarvest, resume: string | null): Place {
  if (resume === null) return beginningOf(topics[0])
  const place = placeSchema.safeParse(jsonIn(resume)).data
  if (place && topics.includes(place.topic)) return place
  throw new SourceError(source, 'expired', `${source}: the harvest cannot be gone on with where it was interrupted`)
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
