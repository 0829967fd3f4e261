import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { forkProgram } from '../src/child.ts'
import { openEngine } from '../src/compose.ts'

const program = new URL('../indexer/main.ts', import.meta.url)
/** Of the sample. */
const papers = 252

/**
 * Kills the real indexer by SIGKILL at random moments of a first start. After each kill the store must open, what it shows
 * must be whole, and the next night must make it good. Returns the number of faults.
 */
export async function nightCampaign(kills: number): Promise<number> {
  const nightMs = await timeOfANight()
  let inMidNight = 0
  let faults = 0
  for (let kill = 0; kill < kills; kill++) {
    const folder = newFolder()
    const moment = Math.random() * nightMs
    const child = indexer(folder)
    const exit = ended(child)
    await pause(moment)
    if (child.exitCode === null) inMidNight++
    child.kill('SIGKILL')
    await exit
    const fault = await faultIn(folder)
    if (fault !== null) {
      faults++
      console.log(`killed after ${moment.toFixed(0)} ms: ${fault}`)
    }
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(`${kills} kills, ${inMidNight} in mid-night (a night takes ${nightMs.toFixed(0)} ms): ${faults} faults`)
  return faults
}

async function timeOfANight(): Promise<number> {
  const folder = newFolder()
  const startedAt = performance.now()
  await ended(indexer(folder))
  rmSync(folder, { recursive: true, force: true })
  return performance.now() - startedAt
}

/** What is wrong after a kill, or after the night that follows it. */
async function faultIn(folder: string): Promise<string | null> {
  const left = await stateOf(folder)
  const code = await ended(indexer(folder))
  const good = await stateOf(folder)
  const staged = readdirSync(join(folder, 'generations')).filter((name) => name.endsWith('.building'))
  const sound =
    left.searchable === left.documents &&
    code === 0 &&
    good.documents === papers &&
    good.searchable === papers &&
    good.generation !== null &&
    staged.length === 0
  return sound ? null : JSON.stringify({ left, code, good, staged })
}

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

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'freshet-campaign-'))

const indexer = (folder: string) =>
  forkProgram(program, ['once'], {
    env: { ...process.env, FRESHET_DATA: folder, FRESHET_SOURCES: 'none', FRESHET_LOG: 'silent' },
  })

const ended = (child: ReturnType<typeof indexer>) =>
  new Promise<number | null>((resolve) => {
    child.on('exit', resolve)
  })
