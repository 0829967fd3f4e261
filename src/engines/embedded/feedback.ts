import type Database from 'better-sqlite3'
import type { DocumentId } from '../../domain/document.ts'
import {
  type AnswerId,
  answersKeptMs,
  type JudgedAnswer,
  type Judgement,
  judgementsKeptMs,
  type ShownAnswer,
  type ShownHit,
} from '../../domain/feedback.ts'
import { instant } from '../../domain/instant.ts'
import type { FeedbackBook } from '../../ports.ts'

/** Of answers that nobody judged, however busy the server is: some 70 MB of pages of ten. */
const mostUnjudged = 50_000

/**
 * Nobody says again what was said, so unlike the other tables these are not dropped when the version of the file changes:
 * whoever changes them brings what they hold along.
 */
export const feedbackSchema = `
  CREATE TABLE IF NOT EXISTS answers (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    arms TEXT,                    -- JSON: both names; NULL: not interleaved
    hits TEXT NOT NULL,           -- JSON
    judged INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS answers_by_age ON answers (judged, at_ms);
  CREATE TABLE IF NOT EXISTS judgements (
    answer INTEGER NOT NULL REFERENCES answers (position) ON DELETE CASCADE,
    document TEXT NOT NULL,
    useful INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (answer, document)
  ) STRICT, WITHOUT ROWID;
`

interface AnswerRow {
  readonly position: number
  readonly id: AnswerId
  readonly at_ms: number
  readonly arms: string | null
  readonly hits: string
}

interface JudgementRow {
  readonly document: DocumentId
  readonly useful: 0 | 1
  readonly at_ms: number
}

export function feedbackOf(db: Database.Database): FeedbackBook {
  const find = db.prepare<[string], AnswerRow>('SELECT position, id, at_ms, arms, hits FROM answers WHERE id = ?')
  const insert = db.prepare<[string, number, string | null, string]>(
    'INSERT INTO answers (id, at_ms, arms, hits, judged) VALUES (?, ?, ?, ?, 0)',
  )
  const setHits = db.prepare<[string, number]>('UPDATE answers SET hits = ? WHERE position = ?')
  const setJudged = db.prepare<[number]>('UPDATE answers SET judged = 1 WHERE position = ?')
  const forget = db.prepare<[0 | 1, number]>('DELETE FROM answers WHERE judged = ? AND at_ms < ?')
  const trim = db.prepare<[number]>(
    // The plus keeps it off the index, by which it would look at all that stay.
    'DELETE FROM answers WHERE +judged = 0 AND position <= (SELECT max(position) FROM answers) - ?',
  )
  const setJudgement = db.prepare<[number, string, 0 | 1, number]>(
    `INSERT INTO judgements VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET useful = excluded.useful, at_ms = excluded.at_ms WHERE useful <> excluded.useful`,
  )
  const judged = db.prepare<[], AnswerRow>(
    'SELECT position, id, at_ms, arms, hits FROM answers WHERE judged = 1 ORDER BY position',
  )
  const judgements = db.prepare<[number], JudgementRow>(
    'SELECT document, useful, at_ms FROM judgements WHERE answer = ? ORDER BY at_ms, document',
  )

  const rememberOne = ({ id, at, arms, hits }: ShownAnswer) => {
    const known = find.get(id)
    if (known) setHits.run(JSON.stringify(bothOf(readHits(known), hits)), known.position)
    else insert.run(id, at, arms && JSON.stringify(arms), JSON.stringify(hits))
  }
  const remember = db.transaction((answers: readonly ShownAnswer[]) => {
    for (const one of answers) rememberOne(one)
    const now = Math.max(...answers.map((one) => one.at))
    forget.run(0, now - answersKeptMs)
    forget.run(1, now - judgementsKeptMs)
    trim.run(mostUnjudged)
  })
  const judge = db.transaction(({ answer, document, useful, at }: Judgement) => {
    const known = find.get(answer)
    if (!known || known.at_ms < at - answersKeptMs) return 'unknown-answer'
    if (!readHits(known).some((hit) => hit.id === document)) return 'not-shown'
    setJudged.run(known.position)
    setJudgement.run(known.position, document, useful ? 1 : 0, at)
    return 'kept'
  })
  const readJudged = (row: AnswerRow): JudgedAnswer => ({
    ...readAnswer(row),
    judgements: judgements.all(row.position).map((one) => ({
      answer: row.id,
      document: one.document,
      useful: one.useful === 1,
      at: instant(one.at_ms),
    })),
  })
  return {
    remember(answers) {
      if (answers.length > 0) remember.immediate(answers)
    },
    judge: (judgement) => judge.immediate(judgement),
    // One moment of the file for all of them.
    judged: db.transaction(() => judged.all().map(readJudged)),
  }
}

/** What is shown now stands where it stands now; what it showed before and shows no more was seen all the same. */
function bothOf(before: readonly ShownHit[], now: readonly ShownHit[]): readonly ShownHit[] {
  const shown = new Set(now.map((hit) => hit.id))
  return [...now, ...before.filter((hit) => !shown.has(hit.id))]
}

/** Only `remember` writes these columns: their text is what an answer was. */
function readHits({ hits }: AnswerRow): readonly ShownHit[] {
  return JSON.parse(hits)
}

function readAnswer(row: AnswerRow): ShownAnswer {
  const arms: ShownAnswer['arms'] = row.arms === null ? null : JSON.parse(row.arms)
  return { id: row.id, at: instant(row.at_ms), arms, hits: readHits(row) }
}
