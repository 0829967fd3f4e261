import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import type { Engine, Finding } from '../../src/ports.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { build, put, record, type TempFolder, tempFolder } from './fixtures.ts'

export const texts = ['Alpha beta', 'Beta gamma', 'Gamma delta', 'Delta alpha', 'Epsilon']
/** Five papers, p0 to p4, with these titles. */
export const papers = (): DocumentRecord[] => texts.map((title, i) => record(`p${i}`, { title }))

export interface InFolder {
  readonly path: string
  readonly clock: VirtualClock
  /** The embedded engine on this folder, or on another; closed with the test. */
  open(path?: string): Promise<Engine>
  /** With the five papers in generation 1. */
  built(): Promise<Engine>
  readonly database: string
  generationFile(name: string, id?: number): string
}

/** A new folder for every test of the file. */
export function inFolder(): InFolder {
  let folder: TempFolder
  let clock: VirtualClock
  let opened: Engine[]

  beforeEach(() => {
    folder = tempFolder()
    clock = new VirtualClock()
    opened = []
  })

  afterEach(async () => {
    for (const engine of opened) await engine.close()
    folder.remove()
  })

  async function open(path = folder.path): Promise<Engine> {
    const engine = await openEmbeddedEngine(path, clock)
    opened.push(engine)
    return engine
  }

  return {
    get path() {
      return folder.path
    },
    get clock() {
      return clock
    },
    open,
    async built() {
      const engine = await open()
      await put(engine, papers())
      await build(engine, clock)
      return engine
    },
    get database() {
      return join(folder.path, 'freshet.db')
    },
    generationFile: (name, id = 1) => join(folder.path, 'generations', String(id).padStart(6, '0'), name),
  }
}

export async function findingsOf(engine: Engine): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of engine.diagnose()) findings.push(finding)
  return findings
}

/** The checks that found something. */
export const brokenOf = async (engine: Engine): Promise<string[]> =>
  (await findingsOf(engine)).filter((one) => !one.ok).map((one) => one.check)
