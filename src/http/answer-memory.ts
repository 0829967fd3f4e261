import type { AnswerId, ShownAnswer } from '../domain/feedback.ts'
import type { FeedbackBook } from '../ports.ts'
import type { Feedback } from './feedback.ts'

const writtenEveryMs = 1_000
/** Of a second in which more are answered, or while nothing can be written, the oldest are forgotten. */
const mostWaiting = 1_000

export interface AnswerMemory extends Feedback {
  /** Writes down what waits. */
  close(): void
}

/**
 * Writes down what answers showed, once a second and many at a time, so that no search waits for it. Whoever says
 * something of an answer makes it be written first. `onTrouble` is told when it cannot be; then it goes on waiting.
 */
export function answerMemory(
  book: FeedbackBook,
  newId: () => AnswerId,
  onTrouble: (error: unknown) => void,
): AnswerMemory {
  const waiting: ShownAnswer[] = []
  let timer: NodeJS.Timeout | null = null
  const write = () => {
    if (timer) clearTimeout(timer)
    timer = null
    try {
      book.remember(waiting)
      waiting.length = 0
    } catch (error) {
      onTrouble(error)
    }
  }
  return {
    newId,
    note(shown) {
      if (waiting.length === mostWaiting) waiting.shift()
      waiting.push(shown)
      timer ??= setTimeout(write, writtenEveryMs).unref()
    },
    judge(judgement) {
      write()
      return book.judge(judgement)
    },
    close: write,
  }
}
