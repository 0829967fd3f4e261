import type { StageSpent, TaskSpent } from './cold-start.ts'

/** A process that does one thing and says what it took: it loads the library of encoders, or the index of a store. */
const [work, folder] = process.argv.slice(2)

function spent(): StageSpent {
  const { user, system } = process.cpuUsage()
  // Counted from the start of the process.
  return { tookMs: performance.now(), cpuMs: (user + system) / 1000 }
}

const start = spent()
let from = start
if (work === 'library') await import('@xenova/transformers')
if (work === 'index' && folder) {
  const { openEngine } = await import('../../../src/compose.ts')
  from = spent()
  const engine = await openEngine(folder)
  const reader = await engine.openReader()
  reader.snapshot()
}
const until = spent()
const said: TaskSpent = {
  start,
  work: { tookMs: until.tookMs - from.tookMs, cpuMs: until.cpuMs - from.cpuMs },
}
process.send?.(said, undefined, undefined, () => process.exit(0))
