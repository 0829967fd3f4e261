import { z } from 'zod'
import { type Provider, providers } from './exchange.ts'

const retryAfter = z.object({ seconds: z.number(), as: z.enum(['seconds', 'date']).default('seconds') })

/** What happens to an answer on its way: the provider is slow, gone, in trouble, or somebody else. */
const transportFault = z.discriminatedUnion('kind', [
  /** 429 in the provider's own words. */
  z.object({ kind: z.literal('throttled'), retryAfter: retryAfter.optional() }),
  /** 503. */
  z.object({ kind: z.literal('unavailable'), retryAfter: retryAfter.optional() }),
  z.object({
    kind: z.literal('status'),
    status: z.number(),
    body: z.string().default(''),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** The provider's own form of an error, with 400, or with 200 as if it were none. */
  z.object({ kind: z.literal('error-message'), status: z.union([z.literal(200), z.literal(400)]) }),
  /** Ends early, and says that this was all. */
  z.object({ kind: z.literal('truncated'), share: z.number().default(0.5) }),
  /** Ends early, and the connection breaks. */
  z.object({ kind: z.literal('reset'), share: z.number().default(0.5) }),
  z.object({ kind: z.literal('trickle'), chunkBytes: z.number().default(256), pauseMs: z.number().default(1000) }),
  /** Never answers, or begins to and never goes on. */
  z.object({ kind: z.literal('hang'), after: z.enum(['request', 'headers']).default('request') }),
  /** The connection is closed without a word. */
  z.object({ kind: z.literal('dropped') }),
  /** The right body under another type. */
  z.object({ kind: z.literal('wrong-type'), type: z.string().default('text/html') }),
  /** A page of some proxy's, with 200. */
  z.object({ kind: z.literal('html-page') }),
  /** In an encoding that it does not name. */
  z.object({ kind: z.literal('wrong-encoding'), encoding: z.enum(['latin1', 'utf16le']).default('latin1') }),
  /** A few bytes that unpack to so many. */
  z.object({ kind: z.literal('gzip-bomb'), bytes: z.number().default(256 * 1024 * 1024) }),
  /** Entities of entities in XML; lists of lists in JSON. */
  z.object({ kind: z.literal('entity-bomb') }),
  z.object({ kind: z.literal('redirect'), to: z.string(), status: z.number().default(302) }),
  /** From the address to itself, with a number that grows. */
  z.object({ kind: z.literal('redirect-loop') }),
])

/** What an answer, delivered in good order, is wrong about. */
const contentFault = z.discriminatedUnion('kind', [
  /** No entries, under the true total. */
  z.object({ kind: z.literal('empty-page') }),
  /** No entries, and a total of none. */
  z.object({ kind: z.literal('nothing') }),
  z.object({ kind: z.literal('wrong-total'), by: z.number() }),
  /** The entries of the page before. */
  z.object({ kind: z.literal('repeated-page') }),
  /** Every entry twice, in a page of the right length. */
  z.object({ kind: z.literal('doubled') }),
  z.object({ kind: z.literal('reversed') }),
  z.object({ kind: z.literal('short-page'), keep: z.number() }),
  /** The token or cursor that is shown is not known any more. */
  z.object({ kind: z.literal('expired-token') }),
])

export const fault = z.union([transportFault, contentFault])
export type Fault = z.infer<typeof fault>
/** As it is written: what has a usual value may be left out. */
export type FaultInput = z.input<typeof fault>
export type TransportFault = z.infer<typeof transportFault>
export type ContentFault = z.infer<typeof contentFault>

const contentKinds: ReadonlySet<string> = new Set(contentFault.options.map((one) => one.shape.kind.value))
export const isContentFault = (one: Fault): one is ContentFault => contentKinds.has(one.kind)

/** Which requests a fault meets. */
export const selection = z.object({
  /** Left out, all of them. */
  providers: z.array(z.enum(providers)).optional(),
  /** Regular expressions on the path and on parameters of the query; one that is absent is as if empty. */
  path: z.string().optional(),
  query: z.record(z.string(), z.string()).optional(),
  /** So many of those it would meet get through first. */
  after: z.number().int().min(0).default(0),
  /** Then the first of every so many is met. */
  every: z.number().int().min(1).default(1),
  /** And no more than so many; left out, until it is cleared. */
  times: z.number().int().min(0).optional(),
})
export type Selection = z.input<typeof selection>

export interface Requested {
  readonly provider: Provider
  readonly path: string
  readonly query: URLSearchParams
}

export interface ActiveFault {
  readonly fault: Fault
  /** How many requests it has met. */
  readonly hits: number
  clear(): void
}

/**
 * A request meets the first fault, in the order in which they were added, that selects it; the others do not count it.
 * So "refuse twice, then drop three connections" is two faults in a row, with `times` 2 and 3.
 */
export interface Switchboard {
  add(fault: FaultInput, selection?: Selection & { readonly matches?: (asked: Requested) => boolean }): ActiveFault
  /** All faults, or those that were added for this provider alone. */
  clear(provider?: Provider): void
  readonly active: readonly ActiveFault[]
}

interface Switch extends ActiveFault {
  readonly of: readonly Provider[] | undefined
  /** Counts the request if it is selected; true when the fault meets it. */
  meets(asked: Requested): boolean
}

export function openSwitchboard(): Switchboard & { faultFor(asked: Requested): Fault | null } {
  let switches: Switch[] = []
  return {
    add(given, { matches, ...selected } = {}) {
      const added = newSwitch(fault.parse(given), selection.parse(selected), matches ?? (() => true), () => {
        switches = switches.filter((one) => one !== added)
      })
      switches.push(added)
      return added
    },
    clear(provider) {
      switches = switches.filter((one) => provider !== undefined && !(one.of?.length === 1 && one.of[0] === provider))
    },
    get active() {
      return switches
    },
    faultFor: (asked) => switches.find((one) => one.meets(asked))?.fault ?? null,
  }
}

function newSwitch(
  fault: Fault,
  { providers: of, path, query, after, every, times }: z.output<typeof selection>,
  matches: (asked: Requested) => boolean,
  clear: () => void,
): Switch {
  const pathPattern = new RegExp(path ?? '')
  const patterns = Object.entries(query ?? {}).map(([name, pattern]) => ({ name, pattern: new RegExp(pattern) }))
  let selected = 0
  let hits = 0
  return {
    fault,
    of,
    clear,
    get hits() {
      return hits
    },
    meets(asked) {
      if (times !== undefined && hits >= times) return false
      if ((of && !of.includes(asked.provider)) || !pathPattern.test(asked.path) || !matches(asked)) return false
      if (!patterns.every(({ name, pattern }) => pattern.test(asked.query.get(name) ?? ''))) return false
      const turn = selected++ - after
      if (turn < 0 || turn % every !== 0) return false
      hits++
      return true
    },
  }
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly total: number
}

/** A page of a list as the fault has it; `read` gives the truth. */
export function faultyPage<T>(
  fault: ContentFault | null,
  start: number,
  count: number,
  read: (start: number, count: number) => Page<T>,
): Page<T> {
  const { items, total } = read(fault?.kind === 'repeated-page' ? Math.max(0, start - count) : start, count)
  switch (fault?.kind) {
    case 'empty-page':
      return { items: [], total }
    case 'nothing':
      return { items: [], total: 0 }
    case 'wrong-total':
      return { items, total: Math.max(0, total + fault.by) }
    case 'doubled':
      return { items: items.flatMap((item) => [item, item]).slice(0, items.length), total }
    case 'reversed':
      return { items: items.toReversed(), total }
    case 'short-page':
      return { items: items.slice(0, fault.keep), total }
    case 'repeated-page':
    case 'expired-token':
    case undefined:
      return { items, total }
  }
}
