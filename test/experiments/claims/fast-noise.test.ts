import { describe, expect, it } from 'vitest'
import type { MeasureEncoding } from '../../../experiments/claims/encoders/encoding.ts'
import { fastNoiseWith } from '../../../experiments/claims/fast-noise.ts'
import { encoderStudy, full, type Given, small } from './encoder-study.ts'

/** What a query costs to encode under the full encoder; the static one takes next to nothing, and the rest of a query 3 ms. */
const encoding =
  (fullMs: number): MeasureEncoding =>
  async (model, blocks) => ({
    queryMs: blocks.map((_, i) => (model === full ? fullMs + i / 100 : 0.4)),
    paperMs: blocks.map(() => (model === full ? 10 * fullMs : 1)),
  })

const ran = (given: Given, measure: MeasureEncoding = encoding(40)) => fastNoiseWith(measure).run(encoderStudy(given))
const outcomes = async (given: Given, measure?: MeasureEncoding) =>
  (await ran(given, measure)).verdicts.map(({ outcome }) => outcome)

/** The static encoder puts the right answer second in one query of so many. */
const losesOneIn = (many: number) => (encoder: string, i: number) => (encoder === small && i % many === 0 ? 2 : 1)

describe('fast noise', () => {
  it('is supported where the cheap encoder surely loses more than the margin and is five times cheaper', async () => {
    expect(await outcomes({ topics: true, rank: losesOneIn(3) })).toEqual(['supported', 'supported'])
  })

  it('is refuted where it surely loses less, whatever it costs', async () => {
    expect(await outcomes({ topics: true }, encoding(1))).toEqual(['refuted', 'refuted'])
  })

  it('is undecided where the interval holds the margin', async () => {
    expect((await outcomes({ rank: losesOneIn(18) }))[0]).toBe('undecided')
  })

  it('is undecided where quality is lost for a saving that is no fifth of the whole query', async () => {
    const [verdict] = (await ran({ rank: losesOneIn(3) }, encoding(5))).verdicts
    expect(verdict.outcome).toBe('undecided')
    expect(verdict.says).toContain('not shown to be five times cheaper')
  })

  it('is undecided where the cost of a loss is not known, and says so', async () => {
    const { verdicts, notRun } = await ran({ rank: losesOneIn(3) }, async () => null)
    expect(verdicts[0].outcome).toBe('undecided')
    expect(notRun.join()).toContain('does not tell what a child process has used')
  })

  it('corrects over the primaries that were tested, and names those that were not', async () => {
    const { verdicts, notRun } = await ran({ rank: losesOneIn(3) })
    expect(verdicts.map(({ pHolm }) => pHolm === null)).toEqual([false, true])
    expect(notRun).toEqual([expect.stringContaining('judged topics')])
  })

  it('charges a query with its encoding, its search and its share of the papers', async () => {
    const { tables } = await ran({}, encoding(17))
    const whole = tables[0].rows.find(([stage]) => stage === 'a query, end to end')
    expect(whole?.[1]).toBeCloseTo(17.055 + 3, 6)
    expect(whole?.[2]).toBeCloseTo(0.4 + 3, 6)
    const few = tables[0].rows.find(([stage]) => String(stage).includes(', 100 a day'))
    expect(few?.[1]).toBeCloseTo(17.055 + 3 + (150 * 170) / 100, 6)
  })

  it('shows the arms and tests nothing where there is one encoder and the generated stream', async () => {
    const given = { scifact: false, embedder: small, rivals: { int8: null, fp32: null } }
    const { verdicts, arms, notRun } = await ran(given)
    expect(verdicts.map(({ outcome, standing }) => [outcome, standing])).toEqual([
      ['undecided', 'simulation'],
      ['undecided', 'simulation'],
    ])
    expect(arms.rows.map(([arm]) => arm)).toEqual(['bm25', 'dense', 'current'])
    expect(notRun).toHaveLength(1)
  })

  it('shows losses by slice', async () => {
    const { slices } = await ran({ rank: losesOneIn(2) })
    expect(slices.flatMap(({ rows }) => rows.map((row) => row.at(-1)))).toContain('loses')
  })
})
