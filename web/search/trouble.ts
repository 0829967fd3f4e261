import { FreshetProblem } from '../../src/client/client.js'

export interface Trouble {
  readonly title: string
  readonly detail: string
}

/** What went wrong, in words for people. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof FreshetProblem) return { title: error.title, detail: error.detail }
  const detail = navigator.onLine
    ? 'What you see was found before. Press Enter to try again.'
    : 'This computer is offline. What you see was found before.'
  return { title: 'The server cannot be reached', detail }
}
