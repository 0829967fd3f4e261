import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '../src/clock.ts'
import { Embedders, openEmbedder, openEngine } from '../src/compose.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import { typedQuery } from '../src/domain/understanding.ts'
import { loadCalibration } from '../src/retrieval/calibration.ts'
import { search } from '../src/retrieval/search.ts'
import { warmUp } from '../src/retrieval/warm-up.ts'
import { quantile, titlesOf } from './sample.ts'

/**
 * In process, uncached: every query is the title of another paper in the store of FRESHET_DATA, cut loose from its own
 * paper by exact-title pinning being part of the work. Prints milliseconds by stage and the event loop's longest gap.
 */
const unmeasured = 300
const measured = 2_000

loadEnvFile()
const config = readConfig(process.env)
const engine = await openEngine(config.dataFolder)
const openedAt = performance.now()
const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
await embedders.serving(engine)
const embedderAt = performance.now()
const reader = await engine.openReader()
const readerAt = performance.now()
const titles = titlesOf(engine, unmeasured + measured)
const parts = {
  documents: engine.documents,
  embedderFor: (fingerprint: string) => embedders.get(fingerprint),
  calibration: loadCalibration(config.router),
  live: null,
  stopwatch: () => performance.now(),
}
const queryOf = (text: string) => typedQuery(text, systemClock.now())
await warmUp(reader.snapshot(), parts, systemClock.now())
for (const title of titles.slice(0, unmeasured)) await search(queryOf(title), reader.snapshot(), parts)
const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()
const stages: Record<string, number[]> = {}
for (const title of titles.slice(unmeasured)) {
  const { tookMs } = await search(queryOf(title), reader.snapshot(), parts)
  for (const [stage, ms] of Object.entries(tookMs)) {
    stages[stage] ??= []
    stages[stage].push(ms)
  }
}
loop.disable()
console.log(
  `${engine.documents.count()} documents (${reader.counts.static} static, ${reader.counts.fresh} fresh), ${stages.total.length} titles as queries`,
)
console.log(`open: encoder ${(embedderAt - openedAt).toFixed(0)} ms, index ${(readerAt - embedderAt).toFixed(0)} ms`)
for (const [stage, values] of Object.entries(stages)) {
  const at = (q: number) => quantile(values, q).toFixed(2).padStart(7)
  console.log(`${stage.padEnd(8)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms`)
}
console.log(`event loop: longest gap ${(loop.max / 1e6).toFixed(1)} ms`)
console.log(`memory: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB resident`)
await reader.close()
await embedders.close()
await engine.close()
