import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { forkProgram } from '../src/child.ts'
import { openEngine } from '../src/compose.ts'
import { instant, isoOf } from '../src/domain/instant.ts'
import type { Engine } from '../src/ports.ts'
import { contentsOf } from './contents.ts'
import { lettersEmbedder } from './letters-embedder.ts'
import { startUpstream } from './upstream-process.ts'

export interface HarvestCampaign {
  readonly kills: number
  readonly papers: number
  /** In [0, 1). */
  readonly random: () => number
  readonly onFault: (round: number, fault: string) => void
}

export interface CampaignResult {
  readonly rounds: number
  readonly kills: number
  /** Those that came before the harvest had ended by itself. */
  readonly inMidHarvest: number
  /** Of a harvest that nobody disturbed. */
  readonly harvestMs: number
  readonly documents: number
  readonly leftOnAverage: number
  readonly faults: number
}

const program = new URL('./harvester.ts', import.meta.url)
const asOf = instant(Date.parse('2026-06-01T12:00:00Z'))
const mostKillsInARound = 3

/**
 * In each round a harvest into a new store is killed by SIGKILL at a random moment, up to three times. What a killed one
 * leaves must be true; then one is left alone, and the store must be that of a harvest that nobody disturbed.
 */
export async function harvestCampaign({ kills, papers, random, onFault }: HarvestCampaign): Promise<CampaignResult> {
  const corpus = ['--count', String(papers), '--from', '2026-05-03', '--to', '2026-05-30', '--now', isoOf(asOf)]
  const upstream = await startUpstream([...corpus, '--oai-page', '50'])
  const url = upstream.urls['arxiv-oai']
  try {
    const { whole, harvestMs } = await undisturbed(url)
    const tally = { rounds: 0, kills: 0, inMidHarvest: 0, left: 0, faults: 0 }
    while (tally.kills < kills) {
      tally.rounds++
      const inThisRound = Math.min(kills - tally.kills, 1 + Math.floor(random() * mostKillsInARound))
      const fault = await inFolder(async (folder) => {
        for (let kill = 0; kill < inThisRound; kill++) {
          tally.kills++
          if (await killAfter(harvester(folder, url, kill), random() * harvestMs)) tally.inMidHarvest++
          const { documents, wrong } = await inspect(folder, (engine) => whatIsWrong(engine, whole))
          tally.left += documents
          if (wrong !== null) return wrong
        }
        return endsWell(harvester(folder, url, inThisRound), folder, whole)
      })
      if (fault === null) continue
      tally.faults++
      onFault(tally.rounds, fault)
    }
    const { left, ...counts } = tally
    return { ...counts, harvestMs, documents: whole.size, leftOnAverage: left / tally.kills }
  } finally {
    upstream.stop()
  }
}

/** Documents as JSON by their ids. */
type Contents = ReadonlyMap<string, string>

async function undisturbed(url: string): Promise<{ whole: Contents; harvestMs: number }> {
  return inFolder(async (folder) => {
    const child = harvester(folder, url, 0)
    await begun(child)
    const beganAt = performance.now()
    const code = await ended(child)
    const harvestMs = performance.now() - beganAt
    if (code !== 0) throw new Error(`the undisturbed harvest ended with ${code}`)
    return { whole: await inspect(folder, documentsIn), harvestMs }
  })
}

type Harvester = ReturnType<typeof forkProgram>

/** Each an hour after the one before: a dead one's turn at the gate ends by itself only after a minute and a half. */
const harvester = (folder: string, url: string, hours: number): Harvester =>
  forkProgram(program, [folder, url, isoOf(instant(asOf + hours * 3_600_000))])
const begun = (child: Harvester) => new Promise((resolve) => child.once('message', resolve))
const ended = (child: Harvester) => new Promise<number | null>((resolve) => child.once('exit', resolve))

/** True when it was killed before it ended by itself. */
async function killAfter(child: Harvester, ms: number): Promise<boolean> {
  const exit = ended(child)
  await Promise.race([begun(child), exit])
  await pause(ms)
  const wasAlive = child.exitCode === null
  child.kill('SIGKILL')
  await exit
  return wasAlive
}

/** What a dead harvest left must be whole documents that can be found, and no watermark before all of them. */
async function whatIsWrong(engine: Engine, whole: Contents): Promise<{ documents: number; wrong: string | null }> {
  const held = documentsIn(engine)
  const documents = held.size
  const torn = [...held].find(([id, json]) => whole.get(id) !== json)
  if (torn) return { documents, wrong: `a document is not what it would be: ${torn[1]}` }
  if (engine.documents.watermarks().length > 0 && documents < whole.size) {
    return { documents, wrong: `a watermark stands over ${whole.size} documents, and ${documents} are there` }
  }
  const reader = await engine.openReader()
  const searchable = reader.counts.static + reader.counts.fresh
  await reader.close()
  const { withdrawn } = engine.documents.counts()
  if (searchable !== documents - withdrawn) {
    return { documents, wrong: `${searchable} of ${documents - withdrawn} documents can be searched` }
  }
  return { documents, wrong: await damageIn(engine) }
}

async function damageIn(engine: Engine): Promise<string | null> {
  for await (const { ok, says } of engine.diagnose()) if (!ok) return says
  return null
}

async function endsWell(child: Harvester, folder: string, whole: Contents): Promise<string | null> {
  const code = await ended(child)
  if (code !== 0) return `the harvest after the kill ended with ${code}`
  return inspect(folder, async (engine) => {
    const { documents, wrong } = await whatIsWrong(engine, whole)
    if (wrong !== null) return wrong
    if (documents !== whole.size) return `${documents} documents instead of ${whole.size}`
    if (engine.documents.checkpoint('arxiv-oai') !== null) return 'a checkpoint is left'
    return engine.documents.watermarks().length === 1 ? null : 'there is no watermark'
  })
}

const documentsIn = (engine: Engine): Contents =>
  new Map(contentsOf(engine, lettersEmbedder.fingerprint).map((one) => [one.id, JSON.stringify(one)]))

async function inspect<T>(folder: string, look: (engine: Engine) => T | Promise<T>): Promise<T> {
  const engine = await openEngine(folder)
  try {
    return await look(engine)
  } finally {
    await engine.close()
  }
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-campaign-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
