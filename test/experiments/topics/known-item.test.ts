import { describe, expect, it } from 'vitest'
import { ageBins, knownItems, overlapOf } from '../../../experiments/topics/known-item.ts'
import { type DatedPaper, lexiconOf } from '../../../experiments/topics/lexicon.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import type { DocumentId } from '../../../src/domain/document.ts'
import { dayMs, instant } from '../../../src/domain/instant.ts'
import { termsOf } from '../../../src/domain/terms.ts'
import { generatedCorpus } from '../../upstream/generated.ts'

const from = instant(Date.UTC(2026, 0, 1))
const to = instant(Date.UTC(2026, 3, 1))
const papers: readonly DatedPaper[] = generatedCorpus({
  seed: 3,
  count: 1_500,
  from,
  to,
  percent: { withdrawn: 0 },
}).papers.map(({ id, versions: [{ title, abstract, announced }] }) => ({
  id: id as DocumentId,
  title,
  abstract,
  announced,
  withdrawn: false,
}))
const byId = new Map(papers.map((paper) => [paper.id, paper]))
const plan = { count: 400, seed: 11, from: instant(from + 30 * dayMs), to }
const queries = knownItems(papers, plan)
const targetOf = ({ grades }: JudgedQuery): DatedPaper => byId.get([...grades.keys()][0])!

describe('known items', () => {
  it('are the same for a seed, and others for another', () => {
    expect(knownItems([...papers].reverse(), plan)).toEqual(queries)
    const others = knownItems(papers, { ...plan, seed: 12 })
    expect(others.map((one) => one.text)).not.toEqual(queries.map((one) => one.text))
  })

  it('have one right answer, which was announced when it is asked for', () => {
    expect(queries).toHaveLength(400)
    for (const query of queries) {
      expect([...query.grades.values()]).toEqual([1])
      expect(targetOf(query).announced).toBeLessThanOrEqual(query.asked)
      expect(query.asked).toBeGreaterThan(plan.from)
      expect(query.asked).toBeLessThanOrEqual(plan.to)
    }
  })

  it('are spread evenly over the weeks, which are what is resampled', () => {
    const weeks = new Map<string, number>()
    for (const { unit } of queries) weeks.set(unit, (weeks.get(unit) ?? 0) + 1)
    expect([...weeks.keys()][0]).toBe('2026-W05')
    expect(weeks.size).toBe(10)
    expect(Math.max(...weeks.values()) - Math.min(...weeks.values())).toBeLessThanOrEqual(1)
  })

  it('are as old as the papers that are held when they are asked', () => {
    const isOld = (query: JudgedQuery) => query.asked - targetOf(query).announced > 30 * dayMs
    const expected = queries.map((query) => {
      const held = papers.filter(({ announced }) => announced <= query.asked)
      return held.filter(({ announced }) => query.asked - announced > 30 * dayMs).length / held.length
    })
    const share = expected.reduce((sum, one) => sum + one, 0) / expected.length
    // Three standard errors of a share of 400.
    expect(Math.abs(queries.filter(isOld).length / queries.length - share)).toBeLessThan(0.075)
    expect(new Set(queries.map(({ facts }) => facts.age))).toEqual(new Set(ageBins))
  })

  it('are of young papers alone where that is wished', () => {
    for (const query of knownItems(papers, { ...plan, count: 100, mostDaysOld: 7 })) {
      expect(query.asked - targetOf(query).announced).toBeLessThanOrEqual(7 * dayMs)
    }
  })

  it('are three to eight words, few of whose terms stand in the title, and never the title itself', () => {
    for (const query of queries) {
      const words = query.text.split(' ')
      expect(words.length).toBeGreaterThanOrEqual(3)
      expect(words.length).toBeLessThanOrEqual(8)
      const title = termsOf(targetOf(query).title)
      expect(title.join(' ')).not.toContain(termsOf(query.text).join(' '))
    }
    const { title, text } = overlapOf(queries)
    expect(title.p90).toBeLessThanOrEqual(0.5)
    expect(text.mean).toBeGreaterThan(0.5)
    expect(text.mean).toBeLessThan(1)
  })

  it('say nothing that no paper had said by then', () => {
    const firstSaid = new Map<string, number>()
    for (const { title, abstract, announced } of [...papers].sort((a, b) => b.announced - a.announced)) {
      for (const term of termsOf(`${title} ${abstract}`)) firstSaid.set(term, announced)
    }
    for (const { text, asked } of queries) {
      for (const term of termsOf(text)) expect(firstSaid.get(term)).toBeLessThanOrEqual(asked)
    }
  })

  it('are never withdrawn papers', () => {
    const gone = papers.map((paper, at) => ({ ...paper, withdrawn: at % 2 === 0 }))
    const withdrawn = new Set(gone.filter((paper) => paper.withdrawn).map((paper) => paper.id))
    expect(knownItems(gone, plan).some((query) => withdrawn.has(targetOf(query).id))).toBe(false)
  })
})

describe('what a corpus knows of its words', () => {
  const text = (n: number, thing: string, where: string): DatedPaper => ({
    id: `p${n}` as DocumentId,
    title: `Rowing ${thing} ${where}`,
    abstract: `The crew of a wooden ${thing} rows ${where} every morning, and the wooden ${thing} leaks.`,
    announced: instant(from + n * dayMs),
    withdrawn: false,
  })
  const places = ['upstream', 'downstream', 'offshore', 'seawards', 'westwards']
  const boats = Array.from({ length: 120 }, (_, n) => text(n, n % 2 === 0 ? 'dinghy' : 'barge', places[n % 5]))
  const filler = Array.from({ length: 400 }, (_, n) => ({
    ...text(n, 'x', 'y'),
    id: `f${n}` as DocumentId,
    title: `Baking ${n % 7} loaves`,
    abstract: `An oven bakes loaf ${n} slowly; bakers sell bread, rolls and cakes number ${n % 9}.`,
  }))
  const lexicon = lexiconOf([...boats, ...filler].sort((a, b) => a.announced - b.announced))

  it('words in like company can stand for each other, once both are known', () => {
    expect(lexicon.companion('dinghy', instant(from + 5 * dayMs))).toBe('barge')
    expect(lexicon.companion('dinghy', from)).not.toBe('barge')
  })

  it('words of one stem can stand for each other, once both are known', () => {
    expect(lexicon.variant('rows', from)).toBe('rowing')
    expect(lexicon.variant('rows', instant(from - dayMs))).toBe(null)
    expect(lexicon.variant('bakers', from)).toBe(null)
  })

  it('has no words of grammar, formulas and addresses', () => {
    expect(lexicon.contentWords('The $x^2$ of \\alpha boats at https://example.org/boats')).toEqual(['boats'])
  })
})
