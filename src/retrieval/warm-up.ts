import type { Instant } from '../domain/instant.ts'
import { typedQuery } from '../domain/understanding.ts'
import type { Snapshot } from '../ports.ts'
import { type SearchParts, search } from './search.ts'

/**
 * Regular expressions are compiled when they are first used, once for Latin-1 text and again for any other: up to 30 ms
 * of the event loop that no user's query should pay for.
 */
const texts = ['warm up', 'new ways to warm up in 2020', 'warm up – “言葉”']

export async function warmUp(snapshot: Snapshot, parts: SearchParts, now: Instant): Promise<void> {
  for (const text of [...texts, ...texts, ...texts]) await search(typedQuery(text, now), snapshot, parts)
}
