import { parseArgs } from 'node:util'
import { type Instant, parseInstant } from '../../src/domain/instant.ts'
import { arxivDailyFiles, corpusOfArxivDaily } from './arxiv-daily.ts'
import type { Corpus } from './corpus.ts'
import { providers } from './exchange.ts'
import { generatedCorpus } from './generated.ts'
import { noLatencies, usualLatencies } from './latencies.ts'
import { seededRandom } from './seeded.ts'
import { openUpstream } from './upstream.ts'

/**
 * The upstream as a program, for campaigns that kill whoever asks it: `tsx test/upstream/main.ts --count 5000`. Prints one
 * line of JSON with the addresses, then serves until it is told to end or its parent does. Faults and the instant are set
 * by POSTing JSON to `/__control` of any of its ports; see control.ts.
 */
const { values } = parseArgs({
  options: {
    /** The first of seven ports in a row; any free ones unless given. */
    port: { type: 'string', default: '0' },
    /** A folder of daily listings; without it papers are generated. */
    daily: { type: 'string' },
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '2026-01-01' },
    to: { type: 'string', default: '2026-03-01' },
    /** The instant as of which the world is seen; it stands still until it is set. */
    now: { type: 'string', default: '2026-06-01' },
    'oai-page': { type: 'string', default: '1000' },
    /** `usual` waits as long as real providers do. */
    latencies: { type: 'string', default: 'none' },
  },
})

function instantOf(name: 'from' | 'to' | 'now'): Instant {
  const at = parseInstant(values[name])
  if (at === null) throw new Error(`--${name} must be an instant like 2026-03-01 or 2026-03-01T12:00Z`)
  return at
}

function openCorpus(): Corpus {
  if (values.daily !== undefined) return corpusOfArxivDaily(arxivDailyFiles(values.daily))
  const { seed, count } = values
  return generatedCorpus({ seed: Number(seed), count: Number(count), from: instantOf('from'), to: instantOf('to') })
}

let now = instantOf('now')
const upstream = await openUpstream({
  corpus: openCorpus(),
  now: () => now,
  random: seededRandom(Number(values.seed)),
  latencies: values.latencies === 'usual' ? usualLatencies : noLatencies,
  oaiPaging: { records: Number(values['oai-page']) },
  firstPort: Number(values.port),
  control: {
    setNow: (next) => {
      now = next
    },
  },
})
const ready = {
  urls: Object.fromEntries(providers.map((provider) => [provider, upstream.url(provider)])),
  papers: upstream.corpus.papers.length,
}
console.log(JSON.stringify(ready))
// To a parent that has forked it and left it the terminal.
process.send?.(ready)

const end = (): void => {
  void upstream.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
// A forked child ends with its parent.
if (process.send) process.once('disconnect', end)
