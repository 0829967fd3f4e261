import { join } from 'node:path'
import { harvest } from '../indexer/harvest.ts'
import { systemClock } from '../src/clock.ts'
import { openEngine } from '../src/compose.ts'
import { type Instant, instant, parseInstant } from '../src/domain/instant.ts'
import { openRuntime } from '../src/engines/embedded/runtime.ts'
import type { Clock } from '../src/ports.ts'
import { arxivOai } from '../src/sources/arxiv/oai.ts'
import { arxivPolicy, politeClient } from '../src/sources/client/http.ts'
import { lettersEmbedder } from './letters-embedder.ts'

/**
 * Harvests arXiv's feed of record once, as the indexer does, to be killed while it does: `harvester.ts FOLDER URL INSTANT`.
 * Store, gate, client and source are the product's; only the policy has no spacing, so that a harvest takes seconds, and
 * the clock begins at the instant. Tells its parent when it begins; ends with 0 when the window is covered.
 */
const [folder, baseUrl, start] = process.argv.slice(2)
const behindMs = systemClock.now() - (parseInstant(start) ?? instant(0))
const clock: Clock = { now: (): Instant => instant(systemClock.now() - behindMs), sleep: systemClock.sleep }
const engine = await openEngine(folder)
const runtime = openRuntime(join(folder, 'runtime.db'), clock)
const client = politeClient({
  source: 'arxiv-oai',
  userAgent: 'freshet-campaign/0',
  clock,
  gate: runtime.gate,
  policy: { ...arxivPolicy, spacingMs: 1, backoff: { baseMs: 10, capMs: 10 } },
  addresses: { allowPrivate: true, trustedOrigins: [] },
  random: Math.random,
})
const source = arxivOai({ client, categories: ['cs'], baseUrl })
process.send?.('begun')
const parts = { engine, embedder: lettersEmbedder, runtime, clock }
const { outcome, error } = await harvest(parts, source, new AbortController().signal)
if (error !== null) console.error(error)
await client.close()
runtime.close()
await engine.close()
process.exitCode = outcome === 'harvested' ? 0 : 3
process.disconnect?.()
