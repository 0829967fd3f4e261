import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { current, nightlyStatic } from '../../../experiments/arms.ts'
import { armTable } from '../../../experiments/claims/arm-table.ts'
import { measured } from '../../../experiments/claims/compared.ts'
import { missed, onTime } from '../../../experiments/replay/holding.ts'
import type { OpenReplay } from '../../../experiments/replay/open-replay.ts'
import { derivedArxivAnnouncement } from '../../../src/domain/calendar.ts'
import { instant } from '../../../src/domain/instant.ts'
import { idOf, record } from '../../engines/fixtures.ts'
import { at } from '../../sources/api-stage.ts'
import { papers } from './collections.ts'
import { query, replayOf } from './stage.ts'

const handedIn = at('2026-02-10T12:00')
const changed = derivedArxivAnnouncement(handedIn)
const justBefore = instant(changed - 1)
const announced = at('2026-01-12T01:00')
const first = (id: string, title: string) => record(id, { title, announced })
const second = (id: string, title: string, withdrawn: boolean) =>
  record(id, { title, announced, version: 2, updated: handedIn, withdrawn })
const records = [
  ...papers,
  first('2601.90001', 'Zebra stripes under moonlight'),
  second('2601.90001', 'Zebra stripes under moonlight', false),
  first('2601.90002', 'Walrus tusks under sunlight'),
  second('2601.90002', 'Walrus tusks under sunlight', true),
  first('2601.90003', 'Ostrich feathers under starlight'),
]

let stage: Awaited<ReturnType<typeof replayOf>>
let replay: OpenReplay
beforeAll(async () => {
  stage = await replayOf({ records })
  replay = await stage.start()
})
afterAll(async () => {
  await replay.close()
  await stage.close()
})

describe('how a paper stood', () => {
  const standing = (id: string, when: number) => replay.standing(idOf(id), instant(when))

  it('is nothing before it was announced, and of a paper that nobody holds', () => {
    expect(standing('2601.90001', announced - 1)).toBeNull()
    expect(standing('2601.90001', announced)).not.toBeNull()
    expect(standing('2601.99999', changed)).toBeNull()
  })

  it('is its version of then, the next one from the moment of its announcement', () => {
    expect(standing('2601.90001', justBefore)).toMatchObject({ version: 1, withdrawn: false })
    expect(standing('2601.90001', changed)).toMatchObject({ version: 2, withdrawn: false })
  })

  it('is withdrawn from the moment that the withdrawal was announced', () => {
    expect(standing('2601.90002', justBefore)).toMatchObject({ version: 1, withdrawn: false })
    expect(standing('2601.90002', changed)).toMatchObject({ withdrawn: true })
  })
})

describe('the stale rate of the table of arms', () => {
  const queriesAt = (name: string, asked: number) =>
    ['Zebra stripes', 'Walrus tusks', 'Ostrich feathers'].map((text, i) => query(`${name}${i}`, text, instant(asked)))

  async function staleRates(name: string, asked: number, keeping = onTime): Promise<unknown[]> {
    const queries = queriesAt(name, asked)
    const set = { name, replay, queries, complete: true, standing: 'development', seed: 1 } as const
    const { all } = await measured(set, [nightlyStatic, current], keeping)
    const { columns, rows } = armTable({ title: name, runs: all })
    return rows.map((row) => row[columns.indexOf('stale rate')])
  }

  it('is the share of queries that show what was superseded or withdrawn by then', async () => {
    // Two days on: whoever missed a week shows first versions of zebra and walrus, for two queries of three.
    expect(await staleRates('behind', changed + 2 * 86_400_000, missed(7))).toEqual([2 / 3, 0])
  })

  it('is nothing where all changes were harvested, and before there were any', async () => {
    expect(await staleRates('in-time', changed + 5 * 86_400_000)).toEqual([0, 0])
    expect(await staleRates('before', justBefore, missed(7))).toEqual([0, 0])
  })
})
