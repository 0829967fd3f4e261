import { describe, expect, test } from 'vitest'
import { router, routerNoLive, staticAged, staticAges, staticFresh } from '../../../experiments/arms.ts'
import { oracleOf, utilities } from '../../../experiments/claims/agility/baselines.ts'
import { breakEvenOf, breakEvens, buildHours, readingOf } from '../../../experiments/claims/agility/break-even.ts'
import {
  decomposition,
  type Regime,
  regimeArms,
  regimeVerdict,
  subjectMeasure,
} from '../../../experiments/claims/agility/regimes.ts'
import { agility } from '../../../experiments/claims/agility.ts'
import { measured, type QuerySet } from '../../../experiments/claims/compared.ts'
import { onTime } from '../../../experiments/replay/holding.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import { type Answering, fakeReplay, fakeStudy, judgedQuery } from './fake-study.ts'

/** Announced on the day of the query, which a build of 02:00 has not seen, and long before. */
const announced = { new: '2025-12-10T01:00:00Z', old: '2025-06-02T00:00:00Z', autumn: '2025-10-30T00:00:00Z' }

const recent = many(12, 'recent', { new: 3, old: 1 })
const atemporal = many(12, 'atemporal', { old: 3, wrong: 0 })
const topics = [...recent, ...atemporal]

const isStatic: (name: string) => boolean = (name) => name.startsWith('static-')
const stale: readonly string[] = ['old']
const agile = ({ class: kind }: JudgedQuery) => (kind === 'recent' ? ['new', 'old'] : ['old'])

const verdictOn = async (answer: Answering, queries = topics) => regimeVerdict(await regimeOf(answer, queries))

async function regimeOf(answer: Answering, queries = topics): Promise<Regime> {
  const [primary] = agility.primaries
  const set = { ...setOf(answer), queries }
  return { primary, keeping: onTime, arms: await measured(set, regimeArms, onTime) }
}

describe('agility', () => {
  test('runs every store that was registered, on topics and on known items, and shows where the router loses', async () => {
    const knownItems = ['0-1', '>30'].flatMap((age) =>
      many(12, 'known-item', { old: 1 }).map((query) => ({
        ...query,
        id: `${query.id} ${age}`,
        facts: { ...query.facts, age },
      })),
    )
    const answer: Answering = ({ name }, query) => {
      if (query.class === 'known-item') return name === 'router' && query.facts.age === '>30' ? ['x', 'old'] : stale
      return isStatic(name) ? stale : agile(query)
    }
    const { verdicts, slices } = await agility.run(fakeStudy({ topics, knownItems, world: { announced, answer } }))
    expect(verdicts.map((one) => one.primary)).toEqual(agility.primaries.map((one) => one.name))
    expect(verdicts.map((one) => one.outcome)).toEqual(Array(5).fill('supported'))
    expect(verdicts[0].standing).toBe('development')
    const table = slices.find(({ title }) => title.startsWith('Known items by age'))
    expect(table?.rows.map(([slice, , , , difference, , , reads]) => [slice, difference, reads])).toEqual([
      ['all', -0.25, 'loses'],
      ['0-1', 0, 'the same'],
      ['>30', -0.5, 'loses'],
    ])
  }, 120_000)

  test('runs on the generated stream where there are no topics, and says that it is simulation', async () => {
    const study = fakeStudy({ stream: topics, world: { announced, answer: () => stale } })
    const { verdicts, notRun, threats } = await agility.run(study)
    expect(new Set(verdicts.map((one) => one.standing))).toEqual(new Set(['simulation']))
    expect(threats[0]).toContain('generator')
    expect(notRun[0]).toContain('Known items')
  }, 120_000)
})

describe('the verdict on one store', () => {
  test('is supported where recent queries gain beyond the margin and the others lose nothing', async () => {
    const verdict = await verdictOn(({ name }, query) => (isStatic(name) ? stale : agile(query)))
    expect(verdict.outcome).toBe('supported')
  })

  test('is refuted where the router shows what the index of last night shows', async () => {
    expect((await verdictOn(() => stale)).outcome).toBe('refuted')
  })

  test('is refuted where the gain on recent queries is paid for by the others', async () => {
    const verdict = await verdictOn(({ name }, query) => {
      if (isStatic(name)) return stale
      return query.class === 'recent' ? ['new', 'old'] : ['wrong', 'old']
    })
    expect(verdict.outcome).toBe('refuted')
  })

  test('is undecided where what is gained is all older than 30 days', async () => {
    const months = many(12, 'recent', { autumn: 3, wrong: 0 })
    const verdict = await verdictOn(({ name }) => (isStatic(name) ? ['wrong'] : ['autumn']), [...months, ...atemporal])
    expect(verdict.effect?.interval.low).toBeGreaterThan(0.03)
    expect(verdict.outcome).toBe('undecided')
    expect(verdict.says).toContain('does not confirm it')
  })

  test('is undecided where the arms show papers that nobody judged', async () => {
    const verdict = await verdictOn(({ name }, query) => (isStatic(name) ? stale : [...agile(query), 'x', 'y']))
    expect(verdict.outcome).toBe('undecided')
    expect(verdict.says).toContain('judged@10')
  })

  test('is none where no query wants recent work', async () => {
    expect(await verdictOn(() => stale, atemporal)).toMatchObject({ outcome: 'undecided', effect: null, pHolm: null })
  })

  test('does not take the gain of scoring recency for one of agility', async () => {
    const { rows } = decomposition([
      await regimeOf(({ recency }, query) => {
        const freshFirst = recency.kind === 'gate' ? ['new', 'old'] : ['old', 'new']
        return query.class === 'recent' ? freshFirst : ['old']
      }),
    ])
    const gainOf = (step: string) => Number.parseFloat(String(rows.find(([, name]) => name === step)?.[3]))
    expect(gainOf('all of it')).toBeGreaterThan(0.2)
    expect(gainOf('recency scoring alone')).toBe(gainOf('all of it'))
    expect(gainOf('the fresh tier, recency scored')).toBe(0)
    expect(gainOf('live sources by their value')).toBe(0)
  })
})

describe('the oracle', () => {
  test('takes the best route of each query', async () => {
    const set = setOf(({ name, recency }, query) => {
      if (query.class === 'recent') return recency.kind === 'gate' && !isStatic(name) ? ['new', 'old'] : ['old', 'new']
      return recency.kind === 'gate' ? ['x', 'old'] : ['old']
    })
    const arms = await measured(set, regimeArms, onTime)
    const best = utilities(oracleOf(arms))
    expect([...best.values()]).toEqual(topics.map(() => 1))
    expect([...utilities(arms.of(staticFresh)).values()].some((one) => one < 1)).toBe(true)
  })
})

describe('break-even', () => {
  test('is told for every age and hour, and asks generations of the same cut once', async () => {
    const asked: string[] = []
    const set = setOf(({ name }, { id }, keeping) => {
      if (keeping.name.startsWith('built')) asked.push(`${keeping.name} ${name} ${id}`)
      return isStatic(name) ? stale : ['new', 'old']
    })
    const arms = await measured(set, regimeArms, onTime)
    const found = await breakEvens(set, arms)
    expect(found).toHaveLength(buildHours.length * staticAges.length * 3 * 2)
    // From 04:00 on the build has seen the papers of its day, so that the later hours have nothing of their own.
    expect(new Set(asked.map((one) => one.slice(0, 'built-00h'.length)))).toEqual(new Set(['built-00h', 'built-04h']))
    const shares = found.filter((one) => one.age === 0 && one.treatment === 'router' && one.measure === subjectMeasure)
    expect(shares.map((one) => [one.hour, one.gains.length])).toEqual(
      buildHours.map((hour) => [hour, hour < 4 ? recent.length : 0]),
    )
  })

  const phase = { age: 0, hour: 2, keeping: onTime }
  const between = async (answer: Answering) => {
    const arms = await measured(setOf(answer), [staticFresh, router, routerNoLive, staticAged(0)], onTime)
    return breakEvenOf(arms.of(staticFresh), arms.of(staticAged(0)), subjectMeasure, phase)
  }

  test('is the loss over loss and gain: by hand', async () => {
    const found = await between(({ name }, { class: kind }) => {
      if (isStatic(name)) return kind === 'recent' ? ['x'] : ['old']
      return kind === 'recent' ? ['new', 'old'] : ['x', 'old']
    })
    // Unseen: all of it against nothing. Others: the right paper at rank 2 instead of 1 loses 1 - 1/log2(3).
    const loss = 1 - 1 / Math.log2(3)
    expect([found.gains.length, found.losses.length]).toEqual([12, 12])
    expect(found.share?.value).toBeCloseTo(loss / (1 + loss), 12)
    expect(readingOf(found)).toBe('wins where such queries are more than this share')
  })

  test('is 0 where nothing is lost elsewhere', async () => {
    const found = await between(({ name }, query) => (isStatic(name) ? stale : agile(query)))
    expect(found.share?.value).toBe(0)
    expect(readingOf(found)).toContain('costs nothing elsewhere')
  })

  test('is 1 where nothing is gained', async () => {
    const found = await between(({ name }, query) =>
      isStatic(name) || query.class === 'recent' ? stale : ['x', 'old'],
    )
    expect(found.share?.value).toBe(1)
    expect(readingOf(found)).toBe('gains nothing: never wins')
  })

  test('cannot be told where every relevant paper had been seen', async () => {
    const set = { ...setOf(() => stale), queries: atemporal }
    const arms = await measured(set, [staticFresh, staticAged(0)], onTime)
    const found = breakEvenOf(arms.of(staticFresh), arms.of(staticAged(0)), subjectMeasure, phase)
    expect(found.share).toBeNull()
    expect(readingOf(found)).toBe('no query here has unseen papers')
  })
})

function setOf(answer: Answering): QuerySet {
  const replay = fakeReplay({ announced, answer })
  return { name: 'topics', replay, queries: topics, complete: false, standing: 'development', seed: 7 }
}

function many(count: number, kind: string, grades: Record<string, number>): JudgedQuery[] {
  return Array.from({ length: count }, (_, i) => judgedQuery({ id: `${kind} ${i}`, class: kind, grades }))
}
