import { afterAll } from 'vitest'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import { openMemoryEngine } from '../../src/engines/memory.ts'
import { type TempFolder, tempFolder } from '../engines/fixtures.ts'
import { engineContract } from './engine.ts'

const folders: TempFolder[] = []
afterAll(() => {
  for (const folder of folders) folder.remove()
})

engineContract('memory', async (clock) => openMemoryEngine(clock))

engineContract('embedded', (clock) => {
  const folder = tempFolder()
  folders.push(folder)
  return openEmbeddedEngine(folder.path, clock)
})
