import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type PageTest, pageSpeedFrom } from '../../../experiments/claims/page-speed.ts'
import { encoderStudy } from './encoder-study.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshet-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'page-speed.json')

const around = (ms: number, spread: number) => Array.from({ length: 20 }, (_, i) => ms + spread * ((i % 5) - 2))

function ran(lcpMs: readonly number[], more: object = {}) {
  const result: PageTest = {
    lcpMs: [...lcpMs],
    roundTripMs: 40,
    cpuSlowdown: 4,
    bytes: 61_000,
    command: 'npm run page-speed',
  }
  writeFileSync(file, JSON.stringify({ ...result, ...more }))
  return pageSpeedFrom(file).run(encoderStudy())
}
const outcome = async (lcpMs: readonly number[]) => (await ran(lcpMs)).verdicts[0].outcome

describe('page speed', () => {
  it('is supported where the page surely paints in under 800 ms', async () => {
    expect(await outcome(around(600, 20))).toBe('supported')
  })

  it('is refuted where it surely takes as long', async () => {
    expect(await outcome(around(900, 20))).toBe('refuted')
  })

  it('is undecided where the interval holds 800 ms, or where the page was loaded too few times', async () => {
    expect(await outcome(around(800, 100))).toBe('undecided')
    expect(await outcome([500, 510, 520])).toBe('undecided')
  })

  it('states mean and interval in ms, and how the browser was slowed down', async () => {
    const { verdicts, arms } = await ran(around(600, 20))
    expect(verdicts[0].says).toMatch(
      /^Mean LCP 600 ms \(95% interval 5\d\d to 6\d\d\) over 20 loads, at a round trip of 40 ms/,
    )
    expect(arms.rows[1].slice(1, 4)).toEqual([20, 600, 620])
  })

  it('is undecided where there is no page yet, and never says anything of the 4.2 s', async () => {
    const { verdicts, notRun } = await pageSpeedFrom(join(folder, 'none.json')).run(encoderStudy())
    expect(verdicts[0]).toMatchObject({ outcome: 'undecided', effect: null })
    expect(notRun).toEqual([expect.stringContaining('4.2 s'), expect.stringContaining('page-speed.json')])
    expect((await ran(around(600, 20))).notRun).toEqual([expect.stringContaining('4.2 s')])
  })

  it('refuses a result that is none', async () => {
    await expect(ran([])).rejects.toThrow("is no result of the page's test")
    await expect(ran([500], { cpuSlowdown: 0 })).rejects.toThrow("is no result of the page's test")
  })
})
