import { describe, expect, it } from 'vitest'
import { cheapExpertsWith } from '../../../experiments/claims/cheap-experts.ts'
import { binaryCodes, binarySearch, exactSearch, vectorsOf } from '../../../experiments/claims/encoders/binary-codes.ts'
import { binaryTable, type Material } from '../../../experiments/claims/encoders/binary-trial.ts'
import { chooseByHalves, learn } from '../../../experiments/claims/encoders/choosing.ts'
import type { MeasureEncoding } from '../../../experiments/claims/encoders/encoding.ts'
import { normal, seeded } from '../../../experiments/seeded.ts'
import { idOf } from '../../engines/fixtures.ts'
import { encoderStudy, full, type Given, quantised, small } from './encoder-study.ts'

/** The rest of a query takes 3 ms: beside 297 of encoding a hundredth, beside 6 a third. */
const encoding =
  (fullMs: number): MeasureEncoding =>
  async (model, blocks) => {
    const ms = model === full ? fullMs : model === quantised ? fullMs / 2 : 0.5
    return { queryMs: blocks.map((_, i) => ms * (1 + i / 1000)), paperMs: blocks.map(() => 10 * ms) }
  }

const ran = (given: Given, measure: MeasureEncoding = encoding(297), material: Material | null = null) =>
  cheapExpertsWith({ encoding: measure, material: async () => material }).run(encoderStudy(given))
const outcomes = async (given: Given, measure?: MeasureEncoding) =>
  Object.fromEntries(
    (await ran(given, measure)).verdicts.map(({ primary, outcome }) => [
      primary.replace('cheap experts, ', ''),
      outcome,
    ]),
  )

describe('cheap experts', () => {
  it('are supported where they save nine tenths and lose nothing; half the cost is refuted', async () => {
    expect(await outcomes({})).toEqual({ int8: 'refuted', static: 'supported', router: 'supported' })
  })

  it('are refuted where the rest of a query is what it costs, however cheap the encoder', async () => {
    expect(await outcomes({}, encoding(6))).toEqual({ int8: 'refuted', static: 'refuted', router: 'refuted' })
  })

  it('are refuted where they save and surely lose more than the margin', async () => {
    const rank = (encoder: string, i: number) => (encoder === small && i % 2 === 0 ? 2 : 1)
    expect(await outcomes({ rank })).toMatchObject({ static: 'refuted' })
  })

  it('are undecided where the loss may be on either side of the margin', async () => {
    const rank = (encoder: string, i: number) => (encoder === small && i % 36 === 0 ? 2 : 1)
    expect(await outcomes({ rank })).toMatchObject({ static: 'undecided' })
  })

  it('route by what the cheap answer says of itself, which keeps quality where that is honest', async () => {
    // One query in forty is hard for the static encoder, and its answer knows.
    const hard = (encoder: string, i: number) => encoder === small && i % 40 === 0
    const { verdicts, tables } = await ran({
      queries: 400,
      rank: (encoder, i) => (hard(encoder, i) ? 11 : 1),
      depth: (encoder, i) => (hard(encoder, i) ? 0.1 : 0.8),
    })
    const outcome = (name: string) => verdicts.find(({ primary }) => primary.endsWith(name))?.outcome
    expect([outcome('static'), outcome('router')]).toEqual(['refuted', 'supported'])
    const rules = tables.find(({ title }) => title.startsWith('When the router asks'))
    expect(rules?.rows.map(([, signal]) => signal)).toEqual(['depth', 'depth'])
  })

  it('are not tested without the processor time, without SciFact, or without the encoder', async () => {
    expect(await outcomes({}, async () => null)).toEqual({
      int8: 'undecided',
      static: 'undecided',
      router: 'undecided',
    })
    const { verdicts } = await ran({ scifact: false, embedder: small, rivals: { int8: null, fp32: null } })
    expect(verdicts.map(({ effect }) => effect)).toEqual([null, null, null])
    const { notRun } = await ran({ rivals: { int8: null } })
    expect(notRun.join('\n')).toContain('Mixture-of-experts')
    expect(notRun.join('\n')).toContain('int8: no such encoder was named')
  })
})

describe('the choice of an encoder', () => {
  const ids = Array.from({ length: 40 }, (_, i) => String(i))
  const signals = new Map(ids.map((id) => [id, { depth: Number(id) / 40, agreement: 0.5 }]))
  const dear = new Map(ids.map((id) => [id, 1]))

  it('asks the dear one as seldom as the margin allows', () => {
    const cheap = new Map(ids.map((id) => [id, Number(id) < 10 ? 0 : 1]))
    const rule = learn(ids, { signals, cheap, dear, margin: 0.01 })
    expect(rule.signal).toBe('depth')
    expect(ids.filter((id) => Number(id) / 40 < rule.below)).toHaveLength(10)
  })

  it('never asks it where nothing is lost, and always where only that keeps the quality', () => {
    expect(learn(ids, { signals, cheap: dear, dear, margin: 0.01 }).below).toBe(Number.NEGATIVE_INFINITY)
    const none = new Map(ids.map((id) => [id, 0]))
    expect(learn(ids, { signals, cheap: none, dear, margin: 0.01 }).below).toBe(Number.POSITIVE_INFINITY)
  })

  it('decides no query by a rule that was learned from it', () => {
    const only = (lost: string) => new Map(ids.map((id) => [id, id === lost ? 0 : 1]))
    const learning = (lost: string) => ({ signals, cheap: only(lost), dear, margin: 0 })
    const taught = ids.filter((id) => chooseByHalves(ids, learning(id), 3).dear.has(id))
    // The rule of the other half never saw the loss: it asks for nobody.
    expect(taught).toEqual([])
  })
})

describe('binary codes', () => {
  const random = seeded(7)
  const unit = (dimension: number, near?: Float32Array): Float32Array => {
    const raw = Float32Array.from({ length: dimension }, (_, i) => (near ? 2 * near[i] : 0) + 0.1 * normal(random))
    const norm = Math.hypot(...raw)
    return raw.map((value) => value / norm)
  }
  const dimension = 70
  const rows = Array.from({ length: 400 }, () => unit(dimension))
  const vectors = vectorsOf(rows)

  it('hold the sign of every dimension, the last word filled in part', () => {
    const { words, bits } = binaryCodes(vectors)
    expect(words).toBe(3)
    const bit = (row: number, at: number) => (bits[row * words + (at >> 5)] >>> (at & 31)) & 1
    for (const row of [0, 399]) {
      expect(Array.from({ length: dimension }, (_, at) => bit(row, at))).toEqual(
        Array.from(rows[row], (value) => (value > 0 ? 1 : 0)),
      )
    }
  })

  it('find what exact search finds where everything is rescored', () => {
    const codes = binaryCodes(vectors)
    for (let i = 0; i < 20; i++) {
      const query = unit(dimension)
      expect(binarySearch(codes, vectors, query, 40)).toEqual(exactSearch(vectors, query, 40))
    }
  })

  it('find the nearest by Hamming distance where no more are rescored than asked for', () => {
    const codes = binaryCodes(vectors)
    const query = unit(dimension)
    const distance = (row: number) => rows[row].filter((value, at) => value > 0 !== query[at] > 0).length
    const found = binarySearch(codes, vectors, query, 10, 1).map(({ row }) => distance(row))
    const all = rows.map((_, row) => distance(row)).sort((one, other) => one - other)
    expect(found.sort((one, other) => one - other)).toEqual(all.slice(0, 10))
  })

  it('find almost all of the exact top ten, rescoring the best tenfold', () => {
    const codes = binaryCodes(vectors)
    const shares = Array.from({ length: 20 }, () => {
      const query = unit(dimension, rows[Math.floor(random() * rows.length)])
      const right = new Set(exactSearch(vectors, query, 10).map(({ row }) => row))
      return binarySearch(codes, vectors, query, 10).filter(({ row }) => right.has(row)).length / 10
    })
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.8)
  })

  it('agree with sorting all scores, exactly', () => {
    const query = unit(dimension)
    const sorted = rows
      .map((vector, row) => ({ row, score: vector.reduce((sum, value, at) => sum + value * query[at], 0) }))
      .sort((one, other) => other.score - one.score)
    expect(exactSearch(vectors, query, 25).map(({ row }) => row)).toEqual(sorted.slice(0, 25).map(({ row }) => row))
  })

  it('are a row of their own: a thirty-second of the memory for 32 dimensions a word', async () => {
    const some = vectorsOf(Array.from({ length: 50 }, () => unit(64)))
    const study = encoderStudy({ queries: 3 })
    const { queries } = await study.control('scifact')
    const material: Material = {
      ids: Array.from({ length: 50 }, (_, i) => idOf(`right-${i}`)),
      vectors: some,
      queries: queries.map((query) => ({ query, vector: unit(64) })),
    }
    const [exact, binary] = binaryTable(material).rows
    expect([exact[3], binary[3]]).toEqual([256, 8])
    // All fifty are rescored.
    expect(binary[2]).toBe(1)
    expect(binary[1]).toBe(exact[1])
  })
})
