import { z } from 'zod'
import type { RankedAnswer } from '../domain/answer.ts'
import type { DocumentId } from '../domain/document.ts'
import { InvalidQuery } from '../domain/errors.ts'
import type { AnswerId, ShownAnswer } from '../domain/feedback.ts'
import type { Instant } from '../domain/instant.ts'
import type { FeedbackBook } from '../ports.ts'
import { checked } from './params.ts'
import { Refusal } from './problem.ts'

/** What answers showed and what was said of it, as the routes need it. */
export interface Feedback {
  newId(): AnswerId
  /** Returns at once and never throws. */
  note(shown: ShownAnswer): void
  judge: FeedbackBook['judge']
}

const longest = 300
const name = z.string().min(1).max(longest)

const rules = {
  answer_id: `the answerId of an answer, 1 to ${longest} characters`,
  document_id: `the id of one of its hits, 1 to ${longest} characters`,
  useful: 'true or false',
} as const

export const feedbackRequest = z.strictObject({
  answer_id: name.meta({ description: `Which answer: ${rules.answer_id}.` }),
  document_id: name.meta({ description: `Which hit: ${rules.document_id}.` }),
  useful: z.boolean().meta({ description: 'Whether it was of use.' }),
})

export const feedbackExample = { answer_id: 'q3mYb0sWc1yN5vU2kT8xZA', document_id: '1706.03762', useful: true }

const form = { schema: feedbackRequest, rules, example: feedbackExample }

/** Keeps a judgement, or throws what is wrong with it. */
export function takeFeedback(feedback: Feedback | null, input: unknown, at: Instant): void {
  const { answer_id, document_id, useful } = checked(input, form)
  if (feedback === null) throw new Refusal('not-found', 'this server keeps no feedback (FRESHET_FEEDBACK=off)')
  const verdict = feedback.judge({ answer: answer_id as AnswerId, document: document_id as DocumentId, useful, at })
  switch (verdict) {
    case 'kept':
      return
    case 'unknown-answer':
      throw new Refusal('unknown-answer', 'no answer of that answer_id is remembered; after a week none is', {
        field: 'answer_id',
      })
    case 'not-shown':
      throw new InvalidQuery('document_id', 'document_id is of no hit that this answer showed')
  }
}

export function shownBy({ hits, draft }: RankedAnswer, id: AnswerId, at: Instant): ShownAnswer {
  return {
    id,
    at,
    arms: draft?.arms ?? null,
    hits: hits.map((hit) => ({
      id: hit.id,
      rank: hit.rank,
      source: hit.source,
      tier: hit.tier,
      announced: hit.announced,
      team: draft?.teams.get(hit.id) ?? null,
    })),
  }
}
