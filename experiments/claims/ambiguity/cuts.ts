import type { Effect, LineFigure, Table, Verdict } from '../../findings.ts'
import { signed } from '../../report/words.ts'
import { slopeEffect, type Trend } from '../../statistics/effect.ts'
import { savingEffect } from '../../statistics/ratio.ts'
import { fewestUnits, verdictOf } from '../../statistics/verdict.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import { cutTo } from '../../topics/truncate.ts'
import type { Primary } from '../claim.ts'
import { compared, judgedGapOf, type Measured, type QuerySet, type Tested } from '../compared.ts'
import { byClass, range } from '../slices.ts'
import type { Asking, CheapArm, Rivals } from './rivals.ts'

export const measure = 'nDCG@10'

/** Words that are left of a query. */
export const cutsToWords = [5, 3, 2, 1] as const

export interface Cut {
  readonly words: number
  readonly rivals: Rivals
}

export async function cutsOf(
  set: Pick<QuerySet, 'name' | 'queries' | 'complete'>,
  ask: Asking,
): Promise<readonly Cut[]> {
  const cuts: Cut[] = []
  for (const words of cutsToWords) {
    const { complete } = set
    cuts.push({ words, rivals: await ask(cutTo(set.queries, words), { name: `${set.name}-first-${words}`, complete }) })
  }
  return cuts
}

/** Null where the arm was not run. */
export const cheapOf = ({ rivals }: Cut, arm: CheapArm): Measured | null => rivals.cheap.get(arm) ?? null

/**
 * What the cheap arm loses against the best along the cuts, topic by topic. The axis counts halvings of the words that are
 * left, so that from four words to two is as far as from two to one; a query that a cut leaves as it was has no new point.
 */
export function trendsOf(cuts: readonly Cut[], arm: CheapArm, counts: (query: JudgedQuery) => boolean): Trend[] {
  const points = new Map<string, Map<number, number>>()
  for (const { words, rivals } of cuts) {
    const cheap = rivals.cheap.get(arm)
    if (!cheap) continue
    const [best, other] = [rivals.best.scores(measure), cheap.scores(measure)]
    for (const query of cheap.set.queries.filter(counts)) {
      const left = Math.min(words, query.text.split(/\s+/).length)
      const own = points.get(query.unit) ?? new Map<number, number>()
      points.set(query.unit, own)
      own.set(-Math.log2(left), (best.get(query.id) ?? 0) - (other.get(query.id) ?? 0))
    }
  }
  return [...points].map(([unit, own]) => ({ unit, points: [...own].map(([x, y]) => ({ x, y })) }))
}

/** Loss of nDCG@10 more with each halving of the words; null where no topic has two cuts. */
export function slopeOver(
  cuts: readonly Cut[],
  arm: CheapArm,
  seed: number,
  counts: (query: JudgedQuery) => boolean = () => true,
): Effect | null {
  const trends = trendsOf(cuts, arm, counts).filter(({ points }) => points.length > 1)
  return trends.length > 0 ? slopeEffect(trends, { seed }) : null
}

const widestGap = 0.05
const isKnown = (gap: number | null): boolean => gap === null || Math.abs(gap) <= widestGap

const gapAt = ({ rivals }: Cut, arm: CheapArm): number | null => {
  const cheap = rivals.cheap.get(arm)
  return cheap ? judgedGapOf(rivals.best, cheap) : null
}

/** Supported if the slope lies wholly above 0, refuted if wholly below; open where the pools cannot tell. */
export function cutVerdict(
  primary: Primary,
  effect: Effect,
  { cuts, arm, standing }: { readonly cuts: readonly Cut[]; readonly arm: CheapArm; readonly standing: Tested },
): Verdict {
  const gaps = cuts.map((cut) => ({ words: cut.words, gap: gapAt(cut, arm) }))
  const judgedGap = gaps.reduce<number | null>(
    (widest, { gap }) => (gap !== null && Math.abs(gap) >= Math.abs(widest ?? 0) ? gap : widest),
    null,
  )
  const verdict = verdictOf(primary, effect, { rule: 'superiority', standing, judgedGap })
  const unknown = gaps.filter(({ gap }) => !isKnown(gap)).map(({ words }) => words)
  const says = [
    `With each halving of the words that are left, the loss against ${cuts[0]?.rivals.best.arm.name} changes by ${range(effect)} nDCG@10 (${effect.units} topics): ${direction(effect)}.`,
    ...(unknown.length > 0
      ? [
          `Undecided: where ${unknown.join(', ')} words are left, judged@10 of the two arms differs by up to ${signed(judgedGap ?? 0, 3)}, and the pools cannot tell what the unjudged papers are worth.`,
        ]
      : []),
    ...(effect.units < fewestUnits ? [`Undecided: fewer than ${fewestUnits} topics decide nothing.`] : []),
  ]
  return { ...verdict, says: says.join(' ') }
}

function direction({ interval: { low, high } }: Effect): string {
  if (low > 0) return 'it surely grows'
  return high < 0 ? 'it surely does not grow' : 'the interval does not say whether it grows'
}

/** Loss at every cut, and the slope over all and over those whose pools hold. */
export function cutTable(cuts: readonly Cut[], arms: readonly CheapArm[], seed: number): Table {
  return {
    title: 'Loss against the best arm, by words that are left of the query',
    note: `In nDCG@10, in brackets the interval and the difference of judged@10 (best minus cheap). Slopes are for each halving of the words; the last column leaves out cuts at which judged@10 differs by more than ${widestGap}.`,
    columns: ['arm', ...cuts.map(({ words }) => wordsLeft(words)), 'slope, all cuts', 'slope, pools hold'],
    rows: arms.flatMap((arm) => {
      const name = cuts.flatMap((cut) => cheapOf(cut, arm)?.arm.name ?? [])[0]
      if (name === undefined) return []
      const holding = cuts.filter((cut) => isKnown(gapAt(cut, arm)))
      const [all, known] = [cuts, holding].map((those) => slopeOver(those, arm, seed))
      return [[name, ...cuts.map((cut) => lossAt(cut, arm)), all && range(all), known && range(known)]]
    }),
  }
}

function lossAt({ rivals }: Cut, arm: CheapArm): string | null {
  const cheap = rivals.cheap.get(arm)
  const found = cheap && compared(rivals.best, cheap, measure)
  if (!found) return null
  return `${range(found.effect)}${found.judgedGap === null ? '' : ` (judged ${signed(found.judgedGap, 3)})`}`
}

/** As everything fails when nothing is left of a query, the loss must shrink in the end: what share of the rest is it? */
export const shareTable = (cuts: readonly Cut[], arms: readonly CheapArm[], seed: number): Table => ({
  title: 'Loss as a share of what the best arm still has, by words that are left',
  note: 'One minus the ratio of the two means of nDCG@10, with its interval. The registered slope is that of the absolute loss, which cannot exceed what the best arm has left; this is shown beside it and not tested.',
  columns: ['arm', ...cuts.map(({ words }) => wordsLeft(words))],
  rows: arms.flatMap((arm) => {
    const name = cuts.flatMap((cut) => cheapOf(cut, arm)?.arm.name ?? [])[0]
    return name === undefined ? [] : [[name, ...cuts.map((cut) => shareLost(cut, arm, seed))]]
  }),
})

function shareLost({ rivals }: Cut, arm: CheapArm, seed: number): string | null {
  const cheap = rivals.cheap.get(arm)
  if (!cheap) return null
  const [scores, best] = [cheap.scores(measure), rivals.best.scores(measure)]
  const ids = cheap.set.queries.map(({ id }) => id)
  const units = ids.map((id) => ({ treatment: scores.get(id) ?? 0, comparator: best.get(id) ?? 0 }))
  return units.some((unit) => unit.comparator > 0) ? range(savingEffect(units, { seed })) : null
}

/** Where the loss shrinks too: class by class. */
export const classSlopes = (cuts: readonly Cut[], arms: readonly CheapArm[], seed: number): Table => ({
  title: 'Slope of the loss by class of the topic',
  note: 'In nDCG@10 for each halving of the words; not corrected for being many.',
  columns: ['class', 'topics', ...arms],
  rows: byClass(cuts[0]?.rivals.best.set.queries ?? []).map(({ name, queries }) => [
    name,
    queries.length,
    ...arms.map((arm) => {
      const slope = slopeOver(cuts, arm, seed, (query) => query.class === name)
      return slope && range(slope)
    }),
  ]),
})

export const cutFigure = (cuts: readonly Cut[], arms: readonly CheapArm[]): LineFigure => ({
  kind: 'lines',
  name: 'loss-by-words-left',
  title: 'What cheap arms lose as the query is cut',
  caption: `nDCG@10 of ${cuts[0]?.rivals.best.arm.name} minus that of the cheap arm, against the words that are left of the query, with 95% intervals over topics. The claim wants lines that rise to the left.`,
  xLabel: 'words that are left of the query',
  yLabel: 'loss of nDCG@10 against the best arm',
  xScale: 'log',
  reference: 0,
  series: arms.flatMap((arm) => {
    const points = cuts.flatMap((cut) => {
      const cheap = cheapOf(cut, arm)
      const found = cheap && compared(cut.rivals.best, cheap, measure)
      if (!found) return []
      const { mean, interval } = found.effect
      return [
        { x: cut.words, y: mean, ...(Number.isFinite(interval.low) && { low: interval.low, high: interval.high }) },
      ]
    })
    const label = cuts.flatMap((cut) => cheapOf(cut, arm)?.arm.name ?? [])[0]
    return label === undefined ? [] : [{ label, points }]
  }),
})

export const wordsLeft = (words: number): string => (words === 1 ? 'first word' : `first ${words} words`)
