import type { Replay } from '../replay/study.ts'
import type { JudgedQuery } from '../topics/query.ts'

/**
 * Of each query, how many documents hold its rarest term, as of its instant. A term that no document holds is not rare but
 * unknown, to every arm alike: it is left out. 0 where none is held.
 */
export async function leastFrequencies(
  replay: Replay,
  queries: readonly JudgedQuery[],
): Promise<ReadonlyMap<string, number>> {
  const least = new Map<string, number>()
  for (const { id, text, asked } of queries) {
    const terms = await replay.termFrequencies(text, asked)
    const held = terms.map(({ documents }) => documents).filter((documents) => documents > 0)
    least.set(id, held.length > 0 ? Math.min(...held) : 0)
  }
  return least
}

export const quintiles = ['1 (rarest)', '2', '3', '4', '5 (commonest)'] as const
