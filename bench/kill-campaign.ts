import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { forkProgram } from '../src/child.ts'
import { openEngine } from '../src/compose.ts'

/**
 * Kills the real indexer by SIGKILL at random moments of a first start, as often as its argument says (default 200), and
 * checks after each that the store opens, that what it shows is whole, and that the next night makes it good.
 */
const rounds = Number(process.argv[2] ?? 200)
const program = new URL('../indexer/main.ts', import.meta.url)
const papers = 252

const indexer = (folder: string) =>
  forkProgram(program, ['once'], {
    env: { ...process.env, FRESHET_DATA: folder, FRESHET_SOURCES: 'none', FRESHET_LOG: 'silent' },
  })
const ended = (child: ReturnType<typeof indexer>) =>
  new Promise<number | null>((resolve) => {
    child.on('exit', resolve)
  })

async function stateOf(folder: string) {
  const engine = await openEngine(folder)
  const reader = await engine.openReader()
  const state = {
    generation: engine.catalog.current()?.id ?? null,
    documents: engine.documents.count(),
    searchable: reader.counts.static + reader.counts.fresh,
  }
  await reader.close()
  await engine.close()
  return state
}

const whole = mkdtempSync(join(tmpdir(), 'freshet-campaign-'))
const startedAt = performance.now()
await ended(indexer(whole))
const nightMs = performance.now() - startedAt
rmSync(whole, { recursive: true, force: true })

let killed = 0
let faults = 0
for (let round = 1; round <= rounds; round++) {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-campaign-'))
  const moment = Math.random() * nightMs
  const child = indexer(folder)
  const exit = ended(child)
  await pause(moment)
  if (child.exitCode === null) killed++
  child.kill('SIGKILL')
  await exit
  const after = await stateOf(folder)
  const code = await ended(indexer(folder))
  const good = await stateOf(folder)
  const staged = readdirSync(join(folder, 'generations')).filter((name) => name.endsWith('.building'))
  const sound =
    after.searchable === after.documents &&
    code === 0 &&
    good.documents === papers &&
    good.searchable === papers &&
    good.generation !== null &&
    staged.length === 0
  if (!sound) {
    faults++
    console.log(`killed after ${moment.toFixed(0)} ms: ${JSON.stringify({ after, code, good, staged })}`)
  }
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  `${rounds} rounds, ${killed} killed in mid-night (a night takes ${nightMs.toFixed(0)} ms): ${faults} faults`,
)
process.exitCode = faults === 0 ? 0 : 1
