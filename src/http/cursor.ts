import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { RankedAnswer } from '../domain/answer.ts'
import type { Seq } from '../domain/document.ts'
import { CursorExpired, InvalidQuery } from '../domain/errors.ts'
import type { GenerationId } from '../domain/generation.ts'
import { type Instant, instant } from '../domain/instant.ts'
import type { Query } from '../domain/query.ts'
import type { IndexReader, Snapshot } from '../ports.ts'
import { candidateDepth } from '../retrieval/request.ts'

/**
 * Where a page begins, and the ranking it is a page of: the same generation, changes and moment, so that pages neither
 * overlap nor leave a gap while the index moves on.
 */
export interface Cursor {
  readonly generation: GenerationId | null
  /** Incarnation of the store in which generation and mark count; null when there is no generation. */
  readonly store: string | null
  readonly mark: Seq
  readonly now: Instant
  /** Ranks of static and fresh that were given, and hits in all. */
  readonly offset: number
  readonly shown: number
}

/** A cursor with the digest of the search it was made for. */
export interface ReadCursor extends Cursor {
  readonly digest: string
}

const payload = z.tuple([
  z.literal(2),
  z.int().positive().nullable(),
  z.string().nullable(),
  z.int().min(0),
  z.int().min(0),
  z
    .int()
    .min(0)
    .max(candidateDepth - 1),
  z.int().min(1),
  z.string(),
])

const encode = (fields: z.infer<typeof payload>): string => Buffer.from(JSON.stringify(fields)).toString('base64url')

export function encodeCursor(cursor: Cursor, query: Query): string {
  const { generation, store, mark, now, offset, shown } = cursor
  return encode([2, generation, store, mark, now, offset, shown, digestOf(cursor, query)])
}

/** Throws InvalidQuery when no server of ours made this text. */
export function decodeCursor(text: string): ReadCursor {
  const read = payload.safeParse(parseJson(Buffer.from(text, 'base64url').toString()))
  // Node forgives stray characters in base64; a cursor has one spelling.
  if (!read.success || encode(read.data) !== text) throw unknownCursor()
  const [, generation, store, mark, now, offset, shown, digest] = read.data
  const place = { mark: mark as Seq, now: instant(now), offset, shown }
  return { generation: generation as GenerationId | null, store, ...place, digest }
}

/** Throws InvalidQuery when the cursor was made for another search, or was altered. */
export function checkCursor(cursor: ReadCursor, query: Query): void {
  if (cursor.digest === digestOf(cursor, query)) return
  throw new InvalidQuery(
    'cursor',
    'cursor belongs to another search: send q and all other parameters as they were; only limit, explain, facets, deadline_ms and max_age may differ',
  )
}

/** The snapshot that the cursor's ranking was of; throws CursorExpired when it is no longer held. */
export function snapshotAt(cursor: Cursor, reader: Pick<IndexReader, 'snapshotOf'>): Snapshot {
  const held = reader.snapshotOf(cursor.generation)
  const sameStore = held !== null && (held.generation?.store ?? null) === cursor.store
  if (!sameStore || held.mark < cursor.mark) throw expired()
  return held.pinnedAt(cursor.mark)
}

export const expired = (): CursorExpired =>
  new CursorExpired('the index that this cursor points into is no longer held; search again without the cursor')

/**
 * Null on the last page. No page reaches beyond what the rankers bring: to ask them for more would change the ranking
 * between one page and the next. `asked` is the query as it came in: the answer's may have been read differently.
 */
export function nextCursor(asked: Query, answer: RankedAnswer, snapshot: Snapshot): string | null {
  const { offset, shown, more } = answer.next
  if (!more) return null
  const store = snapshot.generation?.store ?? null
  return encodeCursor(
    { generation: answer.generation, store, mark: snapshot.mark, now: asked.now, offset, shown },
    asked,
  )
}

/**
 * Of everything that shapes the ranking, the place in it included, so that a damaged cursor is noticed. It keeps nobody
 * from making a cursor by hand: there is nothing to gain by it that a search does not give.
 */
function digestOf(cursor: Cursor, { text, filters, mode, sort, fusion, freshness, now, past }: Query): string {
  const { since, until } = filters
  const { categories, sources, authors, kinds, countries, fields } = filters
  const sets = [categories, sources, authors, kinds, countries, fields].map((names) => [...names].sort())
  const place = [cursor.generation, cursor.store, cursor.mark, cursor.now, cursor.offset, cursor.shown]
  const shape = JSON.stringify([place, text, since, until, sets, mode, sort, fusion, freshness, past ? now : null])
  return createHash('sha256').update(shape).digest('base64url').slice(0, 22)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unknownCursor()
  }
}

const unknownCursor = (): InvalidQuery =>
  new InvalidQuery('cursor', 'cursor is not one of this server: use the nextCursor of an answer, unchanged')
