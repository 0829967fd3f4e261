import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openArchive } from '../../../experiments/replay/archive.ts'
import { openReplayLive } from '../../../experiments/replay/live.ts'
import { holdsPrimary, openReplay } from '../../../experiments/replay/open-replay.ts'
import { openWorld } from '../../../experiments/replay/world.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import type { DocumentRecord } from '../../../src/domain/document.ts'
import type { Instant } from '../../../src/domain/instant.ts'
import { shippedCalibration } from '../../../src/retrieval/calibration.ts'
import { handSet } from '../../../src/retrieval/hand-set.ts'
import type { Corpus } from '../../upstream/corpus.ts'
import { corpus, type Opened, opened, papers } from './collections.ts'

export const query = (id: string, text: string, asked: Instant, plain = false): JudgedQuery => ({
  id,
  text,
  asked,
  plain,
  unit: id,
  class: 'recent',
  grades: new Map(),
  since: null,
  until: null,
  facts: {},
})

/** Everything between the bulk of a test and a folder of answers. */
export async function replayOf(given: { records?: readonly DocumentRecord[]; world?: Corpus; seed?: number } = {}) {
  const { records = papers, world: seen = corpus, seed = 1 } = given
  const world = await openWorld(seen)
  const live = openReplayLive(world, seed)
  const stores = new Map<string, Promise<Opened>>()
  const folders: string[] = []
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'freshet-test-'))
    folders.push(folder)
    return folder
  }
  const start = (folder = newFolder(), code = 'commit') =>
    openReplay({
      label: '',
      digests: ['corpus'],
      async open(categories) {
        const name = categories?.join(' ') ?? ''
        const kept = categories === null ? records : records.filter(holdsPrimary(categories))
        const store = stores.get(name) ?? opened(kept)
        stores.set(name, store)
        // Closed with the stage: to open it anew for every replay would take longer than the tests.
        return { ...(await store), close: async () => {} }
      },
      live: async () => live,
      upkeep: async () => null,
      archive: openArchive(folder),
      calibration: { ...shippedCalibration, live: handSet.live },
      code,
      seed,
      progress: () => ({ update() {}, stop() {} }),
    })
  return {
    newFolder,
    start,
    async close() {
      await live.close()
      await world.close()
      for (const store of stores.values()) await (await store).close()
      for (const folder of folders) rmSync(folder, { recursive: true })
    },
  }
}

/** Text of all files below, by path. */
export const filesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .sort()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]),
  )
