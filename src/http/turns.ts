import { Refusal } from './problem.ts'

/** One at a time, in the order they came; whoever finds `mostWaiting` before it is refused. */
export function oneAtATime(mostWaiting: number) {
  let last: Promise<unknown> = Promise.resolve()
  let inside = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (inside > mostWaiting) throw tooMany()
    inside++
    const mine = last.then(work)
    last = mine.catch(() => {})
    try {
      return await mine
    } finally {
      inside--
    }
  }
}

const tooMany = (): Refusal =>
  new Refusal('unavailable', 'too many searches as of a past moment are waiting; try again in a moment', {
    field: 'as_of',
    headers: { 'Retry-After': '1' },
  })
