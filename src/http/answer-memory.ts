import type { AnswerId, ShownAnswer } from '../domain/feedback.ts'
import type { FeedbackBook } from '../ports.ts'
import type { Feedback } from './feedback.ts'
import { writeBehind } from './write-behind.ts'

export interface AnswerMemory extends Feedback {
  /** Writes down what waits. */
  close(): void
}

/** Whoever says something of an answer makes what waits be written first. */
export function answerMemory(
  book: FeedbackBook,
  newId: () => AnswerId,
  onTrouble: (error: unknown) => void,
): AnswerMemory {
  const { add, flush } = writeBehind<ShownAnswer>((shown) => book.remember(shown), onTrouble)
  return {
    newId,
    note: add,
    judge(judgement) {
      flush()
      return book.judge(judgement)
    },
    close: flush,
  }
}
