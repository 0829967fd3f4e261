import { z } from 'zod'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { corpusOfArxivDaily } from '../../test/upstream/arxiv-daily.ts'
import { type Corpus, corpusOf, type UpstreamPaper } from '../../test/upstream/corpus.ts'
import { searchOf } from '../../test/upstream/search.ts'
import { openUpstream } from '../../test/upstream/upstream.ts'
import type { WorldMessage } from './world.ts'

/** The local upstream of a replay; ends with whoever forked it. See world.ts. */
const say = (message: WorldMessage): void => {
  process.send?.(message)
}
process.once('disconnect', () => process.exit(0))

const anything = { query: { kind: 'everything' }, sortBy: 'relevance', ascending: false, start: 0, count: 0 } as const

let now: Instant = instant(0)
try {
  const files = z.array(z.string()).parse(JSON.parse(process.argv[2] ?? '[]'))
  const corpus = corpusIn(files)
  const upstream = await openUpstream({ corpus, now: () => now })
  // The index is made at the first search, and takes longer than a question may.
  searchOf(corpus).find({ ...anything, now })
  process.on('message', (message) => {
    now = instant(z.object({ now: z.number() }).parse(message).now)
    say({ kind: 'moved', now })
  })
  say({ kind: 'ready', apiUrl: upstream.url('arxiv-api') })
} catch (error) {
  say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  process.disconnect?.()
}

/** A paper that stands in several files is the one of the first. */
function corpusIn(files: readonly string[]): Corpus {
  const papers = new Map<string, UpstreamPaper>()
  for (const file of files) {
    for (const paper of corpusOfArxivDaily([file]).papers) if (!papers.has(paper.id)) papers.set(paper.id, paper)
  }
  return corpusOf(papers.values())
}
