import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRuntimeIn } from '../../../src/compose.ts'
import type { AnswerId, JudgedAnswer, ShownHit } from '../../../src/domain/feedback.ts'
import { dayMs, type Instant, instant } from '../../../src/domain/instant.ts'
import type { FeedbackBook } from '../../../src/ports.ts'
import { seeded } from '../../seeded.ts'
import { sources } from '../../stream/sources.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import type { Measured } from '../compared.ts'

/** How likely a hit is of use to whoever looks at it. */
export type Usefulness = (hit: ShownHit, seen: { readonly grade: number; readonly at: Instant }) => number

/** What a hit is worth by its true grade, were its source never wrong. */
const worth: readonly number[] = [0.05, 0.4, 0.7, 1]
const worthOf = (grade: number): number => worth[Math.max(0, Math.min(grade, worth.length - 1))]

const precisions = new Map(sources.map(({ name, precision }) => [name, precision]))

/** A hit of the stream serves as often as its source does; its age counts for nothing. */
export const usefulBySource: Usefulness = ({ source }, { grade }) => worthOf(grade) * (precisions.get(source) ?? 0)

const halfLifeDays = 10

/** The other world: what is new serves, whoever says it. */
export const usefulByAge: Usefulness = ({ announced }, { grade, at }) =>
  worthOf(grade) * 2 ** (-Math.max(0, at - (announced ?? at)) / dayMs / halfLifeDays)

/** Answers that were judged, each with the query that it answers. */
export interface Interactions {
  readonly answers: readonly JudgedAnswer[]
  queryOf(answer: AnswerId): JudgedQuery
}

const usersPerQuery = 30
/** What a page shows. */
const page = 10
/** Users come one after the other; none later than a book takes judgements. */
const betweenUsersMs = 60_000

/** Each query is asked by so many users; what they say goes through the book that POST /v1/feedback writes to. */
export function simulated(run: Measured, useful: Usefulness): Interactions {
  const queries = new Map<AnswerId, JudgedQuery>()
  const answers = withBook((book) => {
    const random = seeded(run.set.seed)
    for (const query of run.set.queries) {
      const { hits = [] } = run.answers.get(query.id) ?? {}
      const shown = hits.slice(0, page).map(
        ({ id, tier, announced }, i): ShownHit => ({
          id,
          tier,
          announced,
          rank: i + 1,
          source: sourceOf(id),
          team: null,
        }),
      )
      const asked = Array.from({ length: usersPerQuery }, (_, user) => ({
        id: `${query.id} ${user}` as AnswerId,
        at: instant(query.asked + user * betweenUsersMs),
        arms: null,
        hits: shown,
      }))
      book.remember(asked)
      for (const { id: answer, at } of asked) {
        queries.set(answer, query)
        for (const hit of shown) {
          if (random() >= looksAt(hit.rank)) continue
          const said = random() < useful(hit, { grade: query.grades.get(hit.id) ?? 0, at })
          book.judge({ answer, document: hit.id, useful: said, at })
        }
      }
    }
    return book.judged()
  })
  return {
    answers,
    queryOf(answer) {
      const query = queries.get(answer)
      if (!query) throw new Error(`nobody was shown the answer ${answer}`)
      return query
    },
  }
}

/** Fewer look at a hit, and say anything of it, the further down it stands (Joachims and others 2005). */
const looksAt = (rank: number): number => 1 / rank

/** As the stream names its records: arXiv's go by their number alone. */
const sourceOf = (id: string): string => (id.includes(':') ? id.slice(0, id.indexOf(':')) : 'arxiv')

function withBook<T>(work: (book: FeedbackBook) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-trust-'))
  const runtime = openRuntimeIn(folder)
  try {
    return work(runtime.feedback)
  } finally {
    runtime.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
