import type { VNode } from 'preact'
import type { SearchCall, Service } from '../src/http/service.ts'

export type Tab = 'search' | 'sources' | 'experiments'

/** One asking for a page. */
export interface Visit {
  readonly service: Service
  readonly caller: SearchCall['caller']
  /** The parameters of its address. */
  readonly url: URLSearchParams
  readonly signal: AbortSignal
}

export interface View {
  readonly title: string
  readonly body: VNode
  /** What the script goes on from, as JSON beside the markup. */
  readonly state?: object
}

/** A page at an address of its own. Where keys are needed, only callers with one see what `render` says. */
export interface Page {
  readonly path: string
  /** Which tab of the navigation stands for it. */
  readonly tab: Tab
  render(visit: Visit): View | Promise<View>
}
