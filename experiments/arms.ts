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
  /** The same decay for every query. */
  | { readonly kind: 'flat'; readonly gamma: number; readonly halfLifeDays: number }
  /** Decay wherever the query holds a recency word. */
  | { readonly kind: 'recency-word' }
