import { z } from 'zod'
import type { DocumentId, DocumentRecord } from '../../domain/document.ts'
import { instant } from '../../domain/instant.ts'
import { type JsonAnswer, readItems, readJson } from '../json-api.ts'
import { listOf, orNothing, text, yesOrNo } from '../lenient.ts'
import { textOfMarkup } from '../markup.ts'
import { plainText, type Rejected, unsaid } from '../record.ts'

export const hackerNewsSource = 'hacker-news'

export interface HackerNewsPage {
  readonly items: readonly unknown[]
  readonly total: number
  /** Whether `total` is counted and not estimated. */
  readonly exact: boolean
  /** From 0. */
  readonly number: number
  readonly pages: number
  readonly size: number
}

const whole = z.number().int().nonnegative()
const pageSchema = z.object({
  hits: z.array(z.unknown()),
  nbHits: whole,
  page: whole,
  nbPages: whole,
  hitsPerPage: whole,
  /** The older of two ways to say it; an answer may know either. */
  exhaustiveNbHits: yesOrNo,
  exhaustive: orNothing(z.object({ nbHits: yesOrNo })),
})

export function readHackerNewsPage(answer: JsonAnswer): HackerNewsPage {
  const page = readJson(hackerNewsSource, answer, pageSchema)
  return {
    items: page.hits,
    total: page.nbHits,
    exact: page.exhaustiveNbHits !== false && page.exhaustive?.nbHits !== false,
    number: page.page,
    pages: page.nbPages,
    size: page.hitsPerPage,
  }
}

const numeral = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)])
const timeSchema = z.object({ created_at_i: numeral })
const idSchema = z.object({
  objectID: z.union([z.string().regex(/^\d+$/), z.number().int().nonnegative().transform(String)]),
})
const hitSchema = z.object({
  ...idSchema.shape,
  created_at_i: numeral.pipe(z.number().positive()),
  title: z.string().nullish(),
  url: text,
  author: text,
  story_text: text,
  _tags: listOf(z.string()),
})

export const storiesOf = (items: readonly unknown[]): { records: DocumentRecord[]; rejected: Rejected[] } =>
  readItems(items, hitSchema, ['objectID', 'id'], storyOf)

/**
 * A story that links to a paper is not the paper: neither DOI nor arXiv id of its address becomes an identifier, for that
 * would fold the post into the paper.
 */
function storyOf(hit: z.infer<typeof hitSchema>): DocumentRecord | Rejected {
  const id = `hn:${hit.objectID}` as DocumentId
  const [tag] = hit._tags
  if (tag !== undefined && !hit._tags.includes('story')) return { id, reason: `not a story but a ${tag}` }
  const title = plainText(hit.title ?? '')
  if (title === '') return { id, reason: 'the story has no title' }
  const posted = instant(hit.created_at_i * 1_000)
  const author = plainText(hit.author ?? '')
  return {
    ...unsaid,
    id,
    source: hackerNewsSource,
    kind: 'post',
    title,
    abstract: textOfMarkup(hit.story_text ?? ''),
    authors: author === '' ? [] : [author],
    url: addressOf(hit.url ?? '') ?? `https://news.ycombinator.com/item?id=${hit.objectID}`,
    submitted: posted,
    announced: posted,
    announcedBasis: 'stated',
  }
}

const addressOf = (url: string): string | null => (/^https?:/i.test(url) && URL.canParse(url) ? url : null)

/** What tells hits apart when they are counted, whether or not they can be read. */
export function storyKey(item: unknown): string {
  const id = idSchema.safeParse(item)
  return id.success ? id.data.objectID : JSON.stringify(item)
}

/** In seconds since 1970; null where the hit does not say. */
export function storyTime(item: unknown): number | null {
  const time = timeSchema.safeParse(item)
  return time.success ? time.data.created_at_i : null
}
