import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { splitCommand } from '../cli/split.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbeddedEngine } from '../src/engines/embedded/engine.ts'
import { put, record, type TempFolder, tempFolder } from './engines/fixtures.ts'

const paper = record('2401.00001', { title: 'Of one thing' })
const mistaken = record('2401.00001', {
  source: 'openalex',
  version: 0,
  title: 'Of quite another',
  identifiers: ['openalex:W1'],
})

describe('freshet split', () => {
  let folder: TempFolder

  beforeEach(async () => {
    folder = tempFolder()
    vi.stubEnv('FRESHET_DATA', folder.path)
    const engine = await openEmbeddedEngine(folder.path, systemClock)
    await put(engine, [paper, mistaken])
    await engine.close()
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    process.exitCode = 0
    folder.remove()
  })

  async function split(...words: string[]): Promise<{ out: string; code: typeof process.exitCode }> {
    process.exitCode = 0
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      await splitCommand().parseAsync(words, { from: 'user' })
      return { out: log.mock.calls.flat().join('\n'), code: process.exitCode }
    } finally {
      log.mockRestore()
    }
  }

  test('shows what each source says, takes one out, and takes that back', async () => {
    const shown = await split('openalex:W1')
    expect(shown.out).toMatch(/^2401\.00001: Of one thing\n {2}arxiv .*Of one thing\n {2}openalex .*Of quite another$/)
    const taken = await split('2401.00001', '--source', 'openalex')
    expect(taken.out).toMatch(/^2401\.00001: Of one thing[\s\S]*^openalex:W1: Of quite another[\s\S]*--undo$/m)
    const back = await split('2401.00001', '--source', 'openalex', '--undo')
    expect(back).toMatchObject({ out: shown.out, code: 0 })
  })

  test.each([
    [['nowhere'], /there is no document nowhere/],
    [['2401.00001', '--source', 'crossref'], /no document of several sources with crossref/],
    [['2401.00001', '--source', 'openalex', '--undo'], /nothing of openalex was ever split/],
  ])('says when there is nothing to do: %s', async (words, says) => {
    expect(await split(...words)).toMatchObject({ out: expect.stringMatching(says), code: 3 })
  })
})
