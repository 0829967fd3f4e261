/**
 * An arm is a way to answer a query that can be named, compared and charged for. What it may see of the store is said by
 * `reach`; what order it puts the answers in, by `ranking` and `recency`; when it asks live sources, by `live`.
 */
export interface Arm {
  /** Stable, a file name: 'static-7d', 'router'. */
  readonly name: string
  readonly says: string
  readonly reach: Reach
  readonly ranking: 'lexical' | 'dense' | 'hybrid' | 'rrf'
  readonly recency: RecencyRule
  readonly live: 'never' | 'always' | 'by-value' | 'random' | 'one-rule'
}

export type Reach =
  /** A generation built so many days before the newest one of the keeping; its statistics are frozen at its cut. */
  | { readonly kind: 'static'; readonly olderDays: number }
  /** The newest generation, and what was harvested since. */
  | { readonly kind: 'static+fresh' }
  /** Everything announced by the instant of the query: exact, always current. */
  | { readonly kind: 'current' }

export type RecencyRule =
  | { readonly kind: 'off' }
  /** The product's own gate and half-life. */
  | { readonly kind: 'gate' }
  /** The same decay for every query, whether or not a hit matches well. */
  | { readonly kind: 'flat'; readonly gamma: number; readonly halfLifeDays: number }
  /** Decay wherever the query holds a recency word. */
  | { readonly kind: 'recency-word' }

const off: RecencyRule = { kind: 'off' }
const gate: RecencyRule = { kind: 'gate' }
const staticAndFresh: Reach = { kind: 'static+fresh' }
const allAnnounced: Reach = { kind: 'current' }

/** The product's fusion, of what was announced, without recency and without asking anybody. */
const plain = { reach: allAnnounced, ranking: 'hybrid', recency: off, live: 'never' } as const

export const bm25: Arm = {
  ...plain,
  name: 'bm25',
  says: 'Words alone, over all that was announced.',
  ranking: 'lexical',
}
export const dense: Arm = {
  ...plain,
  name: 'dense',
  says: 'Vectors alone, over all that was announced.',
  ranking: 'dense',
}
export const current: Arm = { ...plain, name: 'current', says: 'Words and vectors over all that was announced.' }
export const currentGate: Arm = {
  ...current,
  name: 'current+gate',
  says: 'All that was announced, recency by the gate.',
  recency: gate,
}

/** A generation that is so many days older than the newest. */
export const staticAged = (days: number): Arm => ({
  ...plain,
  name: `static-${days}d`,
  says: days === 0 ? 'The newest generation alone.' : `A generation ${days} days older than the newest.`,
  reach: { kind: 'static', olderDays: days },
})
export const staticAges = [0, 1, 3, 7, 14, 30] as const
/** What a nightly job serves: the newest generation of the keeping. */
export const nightlyStatic: Arm = staticAged(0)

export const staticFresh: Arm = {
  ...plain,
  name: 'static+fresh',
  says: 'The newest generation and all harvested since.',
  reach: staticAndFresh,
}
export const staticFreshLive: Arm = {
  ...staticFresh,
  name: 'static+fresh+live',
  says: 'Static and fresh, and the sources are always asked.',
  live: 'always',
}

export const router: Arm = {
  ...staticFresh,
  name: 'router',
  says: 'The product as it stands: recency by the gate, sources by their value.',
  recency: gate,
  live: 'by-value',
}
export const routerNoLive: Arm = {
  ...router,
  name: 'router-no-live',
  says: 'The product without live sources.',
  live: 'never',
}

export const rrf: Arm = {
  ...staticFresh,
  name: 'rrf',
  says: 'Static and fresh, fused by reciprocal ranks.',
  ranking: 'rrf',
}
const decayed = (arm: Arm, name: string, gamma: number, halfLifeDays: number): Arm => ({
  ...arm,
  name: `${name}-${String(gamma).replace(/^0/, '')}-${halfLifeDays}d`,
  says: `${arm.says} Every hit loses up to ${gamma} of its score to age, half of that within ${halfLifeDays} days.`,
  recency: { kind: 'flat', gamma, halfLifeDays },
})
/** `flat-.2-30d`. */
export const flat = (gamma: number, halfLifeDays: number): Arm => decayed(staticFresh, 'flat', gamma, halfLifeDays)
/** `rrf-flat-.2-30d`. */
export const rrfFlat = (gamma: number, halfLifeDays: number): Arm => decayed(rrf, 'rrf-flat', gamma, halfLifeDays)

export const oneRule: Arm = {
  ...staticFresh,
  name: 'one-rule',
  says: 'Decays at a recency word, and asks the sources where something was announced since the harvest as well.',
  recency: { kind: 'recency-word' },
  live: 'one-rule',
}
export const randomLive: Arm = {
  ...router,
  name: 'random-live',
  says: 'The product, its calls of live sources given to as many queries drawn at random.',
  live: 'random',
}

/** All of them, in the order of tables. */
export const allArms: readonly Arm[] = [
  bm25,
  dense,
  ...staticAges.map(staticAged),
  staticFresh,
  staticFreshLive,
  router,
  routerNoLive,
  current,
  currentGate,
  rrf,
  rrfFlat(0.2, 30),
  rrfFlat(0.6, 30),
  flat(0.2, 30),
  flat(0.6, 30),
  oneRule,
  randomLive,
]

/** What a router can choose from: where to look, and whether recency counts. The oracle takes the best of them per query. */
export const routes: readonly Arm[] = [
  nightlyStatic,
  { ...nightlyStatic, name: 'static-0d+gate', says: 'The newest generation, recency by the gate.', recency: gate },
  staticFresh,
  routerNoLive,
  staticFreshLive,
  {
    ...staticFreshLive,
    name: 'static+fresh+live+gate',
    says: 'The sources always, recency by the gate.',
    recency: gate,
  },
]
