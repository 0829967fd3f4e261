import { describe, expect, it } from 'vitest'
import type { ColdStart, MeasureColdStart } from '../../../experiments/claims/encoders/cold-start.ts'
import { breakEvenLife, modelLoadingWith, perQuery } from '../../../experiments/claims/model-loading.ts'
import { encoderStudy, full, small } from './encoder-study.ts'

const stage = (cpuMs: number) => ({ tookMs: 2 * cpuMs, cpuMs })
const start = (modelMs: number, warmCpuMs: number): ColdStart => ({
  process: stage(100),
  library: stage(200),
  model: stage(modelMs),
  firstEmbed: stage(warmCpuMs + 10),
  index: { ...stage(50), papers: 1000 },
  warmCpuMs,
})

describe('the life that a model needs to pay for its loading', () => {
  const light = { name: 'light', load: 100, cost: 10 }

  it('is the difference of loads over that of costs', () => {
    const heavy = { name: 'heavy', load: 600, cost: 5 }
    expect(breakEvenLife(light, heavy)).toEqual({ kind: 'at', queries: 100, paid: 'heavy' })
    expect(breakEvenLife(heavy, light)).toEqual({ kind: 'at', queries: 100, paid: 'heavy' })
    expect(perQuery(light, 100)).toBe(11)
    expect(perQuery(heavy, 100)).toBe(11)
  })

  it('does not exist where one loads and answers cheaper', () => {
    const worse = { name: 'worse', load: 101, cost: 11 }
    expect(breakEvenLife(light, worse)).toEqual({ kind: 'always', cheaper: 'light' })
    expect(breakEvenLife(worse, light)).toEqual({ kind: 'always', cheaper: 'light' })
    expect(breakEvenLife(light, { ...light, name: 'slower', cost: 12 })).toEqual({ kind: 'always', cheaper: 'light' })
    expect(breakEvenLife(light, { ...light, name: 'lighter', load: 1 })).toEqual({ kind: 'always', cheaper: 'lighter' })
    expect(breakEvenLife(light, light)).toEqual({ kind: 'same' })
  })
})

describe('model loading', () => {
  const ran = (measure: MeasureColdStart, rivals = {}) =>
    modelLoadingWith(measure).run(encoderStudy({ rivals: { int8: null, ...rivals } }))

  it('is a curve with the crossing marked, and no verdict', async () => {
    // 310 + 40 of loading against 310 + 540, 6 ms a query against 1: N* = 500 / 5.
    const { verdicts, figures } = await ran(async (model) => (model === small ? start(40, 6) : start(540, 1)))
    expect(verdicts).toEqual([expect.objectContaining({ standing: 'demonstration', effect: null, margin: null })])
    expect(verdicts[0].says).toContain('MiniLM@fp32 has paid for its loading after 100 queries')
    const [figure] = figures
    if (figure.kind !== 'lines') throw new Error('not a line figure')
    expect(figure.xScale).toBe('log')
    const crossing = figure.series.find(({ label }) => label.startsWith('N*'))
    expect(crossing?.points).toEqual([{ x: 100, y: 350 / 100 + 6 }])
    expect(figure.series[0].points[0]).toEqual({ x: 1, y: 356 })
  })

  it('says where no life is long enough', async () => {
    const { verdicts, figures } = await ran(async (model) => (model === small ? start(40, 1) : start(540, 6)))
    expect(verdicts[0].says).toContain('freshet-static loads and answers cheaper')
    expect(figures[0].caption).toContain('No two lines meet')
  })

  it('splits the cold start by stage', async () => {
    const { arms } = await ran(async (model) => (model === small ? start(40, 1) : start(540, 6)))
    const [cheap, dear] = arms.rows
    expect(cheap).toEqual(['freshet-static', 100, 200, 40, 11, 50, 1000, 350, 1, 350])
    expect(dear.slice(0, 4)).toEqual(['MiniLM@fp32', 100, 200, 540])
  })

  it('shows the one encoder there is, and names what is missing', async () => {
    const { verdicts, notRun, arms } = await ran(async () => ({ ...start(40, 1), index: null }), { fp32: null })
    expect(arms.rows.map(([name]) => name)).toEqual(['freshet-static', 'MiniLM@fp32'])
    expect(notRun).toContain('int8: no such encoder was named.')
    expect(notRun.filter((line) => line.includes('loading an index'))).toHaveLength(2)
    const alone = modelLoadingWith(async (model) => (model === full ? null : start(40, 1)))
    const found = await alone.run(encoderStudy({ embedder: small, rivals: { int8: null, fp32: null } }))
    expect(found.arms.rows).toHaveLength(1)
    expect(found.notRun).toContain('N*: there is one encoder, and nothing to exchange it for.')
    expect(verdicts[0].outcome).toBe('undecided')
  })
})
