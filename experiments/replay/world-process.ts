import { z } from 'zod'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { corpusOfArxivDaily } from '../../test/upstream/arxiv-daily.ts'
import { openUpstream } from '../../test/upstream/upstream.ts'
import type { WorldMessage } from './world.ts'

/** The local upstream of a replay; ends with whoever forked it. See world.ts. */
const say = (message: WorldMessage): void => {
  process.send?.(message)
}
process.once('disconnect', () => process.exit(0))

let now: Instant = instant(0)
try {
  const files = z.array(z.string()).parse(JSON.parse(process.argv[2] ?? '[]'))
  const upstream = await openUpstream({ corpus: corpusOfArxivDaily(files), now: () => now })
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
