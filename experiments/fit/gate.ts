import type { Intent } from '../../src/domain/route.ts'
import { intents } from '../../src/domain/route.ts'
import type { GateWeights, SignWeights } from '../../src/retrieval/calibration.ts'
import { type GateSigns, gateOf, type Leaning, noLeaning, signNames } from '../../src/retrieval/gate.ts'
import { type Example, fitMultinomial, logit, type Prior } from '../logistic.ts'
import { mean } from '../measures.ts'
import { seeded } from '../seeded.ts'
import type { Observed } from './observe.ts'

/** Classes of the multinomial; a stated time is no matter of likelihood. */
const classes: readonly Intent[] = ['atemporal', 'recent', 'old']

/**
 * Words mean what they say even where few queries show it; every other sign has to earn its weight, on the scale on
 * which it varies.
 */
const wordPriors: Readonly<Record<'recent' | 'old', Partial<Record<(typeof signNames)[number], number>>>> = {
  recent: { recencyWords: 2.5, oldWords: -1, overviewWords: -0.5, authorName: -0.5 },
  old: { recencyWords: -1, oldWords: 3.5, overviewWords: 1.5, authorName: 2.5 },
}
const wordSigma = 1
const signSigma = 0.5
/** For a direction in the encoder's space: hundreds of weights, each of little. */
const subjectSigma = 1
const intercept: Prior = { mean: -1, sigma: 2 }

export function fitGate(observed: readonly Observed[], withSubject: boolean): GateWeights {
  const undated = observed.filter(({ labelled }) => labelled.intent !== 'dated')
  const size = withSubject ? (undated[0]?.subject.length ?? 0) : 0
  const examples = undated.map(
    (one): Example => ({
      features: [1, ...signNames.map((name) => one.signs[name]), ...one.subject.slice(0, size)],
      label: classes.indexOf(one.labelled.intent),
    }),
  )
  const spreads = signNames.map((_, i) => spreadOf(examples.map(({ features }) => features[i + 1])))
  const priorsOf = (intent: 'recent' | 'old'): Prior[] => [
    intercept,
    ...signNames.map((name, i): Prior => {
      const expected = wordPriors[intent][name]
      return expected === undefined ? { mean: 0, sigma: signSigma / spreads[i] } : { mean: expected, sigma: wordSigma }
    }),
    ...Array.from({ length: size }, (): Prior => ({ mean: 0, sigma: subjectSigma })),
  ]
  const [recent, old] = fitMultinomial(examples, [priorsOf('recent'), priorsOf('old')])
  const directions = { recent: directionIn(recent), old: directionIn(old) }
  return { recent: namedWeights(recent), old: namedWeights(old), subject: size === 0 ? null : directions }
}

/** A sign that never varies has nothing to earn. */
const spreadOf = (values: readonly number[]): number => {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) || 1
}

/** Values in the order of `signNames`, each under its name. */
export function bySign(values: readonly number[]): GateSigns {
  const of = (name: (typeof signNames)[number]) => values[signNames.indexOf(name)]
  return {
    recencyWords: of('recencyWords'),
    oldWords: of('oldWords'),
    overviewWords: of('overviewWords'),
    pastYear: of('pastYear'),
    version: of('version'),
    plainWords: of('plainWords'),
    burst: of('burst'),
    growth: of('growth'),
    dateShift: of('dateShift'),
    pace: of('pace'),
    youth: of('youth'),
    bestYouth: of('bestYouth'),
    bestDepth: of('bestDepth'),
    unknownTerms: of('unknownTerms'),
    rarity: of('rarity'),
    authorName: of('authorName'),
    question: of('question'),
    hyphen: of('hyphen'),
  }
}

const namedWeights = ([prior, ...rest]: readonly number[]): SignWeights => ({
  prior: rounded(prior),
  ...bySign(rest.slice(0, signNames.length).map(rounded)),
})

const directionIn = (weights: readonly number[]): number[] => weights.slice(signNames.length + 1).map(rounded)

const rounded = (value: number): number => Math.round(value * 1000) / 1000

/** What the product would make of an observed query under these weights. */
export const judgedBy = ({ decided, subject }: Observed, weights: GateWeights) =>
  gateOf({ ...decided, leaning: leaningAlong(subject, weights) }, weights)

/** As `decide` finds it by the store's vectors. */
export const leaningAlong = (subject: readonly number[], weights: GateWeights): Leaning =>
  weights.subject
    ? { recent: logit(weights.subject.recent, subject), old: logit(weights.subject.old, subject) }
    : noLeaning

/** Divides all log odds by a temperature: above 1, the gate was too sure of itself. */
export function tempered({ recent, old, subject }: GateWeights, temperature: number): GateWeights {
  const by = (weights: SignWeights): SignWeights => {
    const scaled = [weights.prior, ...signNames.map((name) => weights[name])].map((weight) => weight / temperature)
    return namedWeights(scaled)
  }
  const along = (direction: readonly number[]) => direction.map((weight) => rounded(weight / temperature))
  return {
    recent: by(recent),
    old: by(old),
    subject: subject && { recent: along(subject.recent), old: along(subject.old) },
  }
}

const temperatures = Array.from({ length: 31 }, (_, i) => 2 ** ((i - 10) / 10))

/** The temperature under which the labels are likeliest; 1 where there is nothing to tell it by. */
export function temperatureFor(observed: readonly Observed[], weights: GateWeights): number {
  const undated = observed.filter(({ labelled }) => labelled.intent !== 'dated')
  if (undated.length === 0) return 1
  const losses = temperatures.map((temperature) => {
    return { temperature, loss: figuresOf(undated, () => tempered(weights, temperature)).logLoss }
  })
  return losses.reduce((best, one) => (one.loss < best.loss ? one : best)).temperature
}

export interface GateFigures {
  readonly queries: number
  readonly accuracy: number
  readonly logLoss: number
  readonly recall: Readonly<Record<Intent, number>>
  /** Rows are what was wanted, columns what was said, in the order of `intents`. */
  readonly confusion: readonly (readonly number[])[]
  readonly byStratum: Readonly<Record<string, { readonly queries: number; readonly accuracy: number }>>
}

export function figuresOf(observed: readonly Observed[], weightsFor: (one: Observed) => GateWeights): GateFigures {
  const judged = observed.map((one) => ({ ...one.labelled, said: judgedBy(one, weightsFor(one)) }))
  const right = (some: typeof judged) => mean(some.map(({ intent, said }) => (said.intent === intent ? 1 : 0)))
  const strata = [...new Set(judged.map((one) => one.stratum))].sort()
  const of = (intent: Intent) => right(judged.filter((one) => one.intent === intent))
  return {
    queries: judged.length,
    accuracy: right(judged),
    logLoss: mean(judged.map(({ intent, said }) => -Math.log(Math.max(smallest, said.intents[intent])))),
    recall: { recent: of('recent'), atemporal: of('atemporal'), old: of('old'), dated: of('dated') },
    confusion: intents.map((wanted) =>
      intents.map((said) => judged.filter((one) => one.intent === wanted && one.said.intent === said).length),
    ),
    byStratum: Object.fromEntries(
      strata.map((stratum) => {
        const some = judged.filter((one) => one.stratum === stratum)
        return [stratum, { queries: some.length, accuracy: right(some) }]
      }),
    ),
  }
}
/** A stated time that is none costs this much, and not infinitely. */
const smallest = 0.01

/** Folds by unit, each with its share of every stratum. */
export function foldsOf(observed: readonly Observed[], folds: number, seed: number): ReadonlyMap<string, number> {
  const random = seeded(seed)
  const units = new Map(observed.map(({ labelled }) => [labelled.unit, labelled.stratum]))
  const drawn = [...units].map(([unit, stratum]) => ({ unit, stratum, at: random() }))
  drawn.sort((one, other) => (one.stratum === other.stratum ? one.at - other.at : one.stratum < other.stratum ? -1 : 1))
  return new Map(drawn.map(({ unit }, i) => [unit, i % folds]))
}

/** Weights for each query from all folds but its own. */
export function crossFitted(
  observed: readonly Observed[],
  folds: number,
  seed: number,
  withSubject: boolean,
): (one: Observed) => GateWeights {
  const foldOf = foldsOf(observed, folds, seed)
  const fitted = Array.from({ length: folds }, (_, fold) =>
    fitGate(
      observed.filter(({ labelled }) => foldOf.get(labelled.unit) !== fold),
      withSubject,
    ),
  )
  return ({ labelled }) => fitted[foldOf.get(labelled.unit) ?? 0]
}
