import type { VNode } from 'preact'
import type { SearchCall, Service } from '../src/http/service.ts'

export type Tab = 'search' | 'sources' | 'experiments' | 'docs'

/** One asking for a page. */
export interface Visit {
  readonly service: Service
  readonly caller: SearchCall['caller']
  /** The parameters of its address. */
  readonly url: URLSearchParams
  /** What stands in the places that `path` leaves open. */
  readonly params: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface View {
  readonly title: string
  readonly body: VNode
  /** What the script goes on from, as JSON beside the markup. */
  readonly state?: object
  /** Of the response, where what was asked for cannot be shown. */
  readonly status?: number
}

/** A page at an address of its own. Where keys are needed, only callers with one see what `render` says. */
export interface Page {
  readonly path: string
  /** Which tab of the navigation stands for it. */
  readonly tab: Tab
  /** Says nothing that needs a key. */
  readonly open?: true
  render(visit: Visit): View | Promise<View>
}
