import type { StoredDocument } from '../../src/domain/document.ts'
import type { Evidence, Tier } from '../../src/domain/evidence.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import type { Filters } from '../../src/domain/query.ts'
import type { DocumentStore, GatherRequest, Snapshot } from '../../src/ports.ts'
import { documentsAsOf as statesAsOf } from '../../src/retrieval/past.ts'
import type { Holding } from './holding.ts'

/**
 * The snapshot of a store that holds everything, as that of a store that holds no more than this: its static tier is
 * what was announced by the cut, its fresh tier what was announced from there to the harvest, and statistics are those of
 * the two. Vectors are searched exactly: what a graph loses is measured apart.
 */
export function viewOf(snapshot: Snapshot, holding: Holding): Snapshot {
  const held = (request: GatherRequest): GatherRequest => ({
    ...request,
    horizon: earlier(request.horizon, holding.harvested),
    tiers: everywhere,
    exact: true,
  })
  let known: Promise<boolean> | null = null
  const parts = async (request: GatherRequest): Promise<Part[]> => {
    known ??= hasFresh(snapshot, holding, request)
    return partsOf(request, held(request), holding, await known)
  }
  return {
    generation: snapshot.generation,
    fingerprint: snapshot.fingerprint,
    mark: snapshot.mark,
    async gather(request) {
      // What is true of both tiers together is the same in every part, and there even where no part is wanted.
      const shared = await snapshot.gather({ ...held(request), tiers: nowhere })
      const gathered: Evidence[] = []
      for (const part of await parts(request)) gathered.push(relabelled(await snapshot.gather(part.request), part.tier))
      return {
        ...shared,
        candidates: gathered.flatMap((one) => one.candidates),
        best: {
          cosine: Math.max(shared.best.cosine, ...gathered.map((one) => one.best.cosine)),
          bm25: Math.max(shared.best.bm25, ...gathered.map((one) => one.best.bm25)),
        },
      }
    },
    async scoreOf(keys, request) {
      const found: Evidence['candidates'][number][] = []
      for (const { request: narrowed, tier } of await parts(request)) {
        for (const one of await snapshot.scoreOf(keys, narrowed)) found.push({ ...one, tier })
      }
      return found
    },
    scoreRecords: (records, request) => snapshot.scoreRecords(records, held(request)),
    pinnedAt: (mark) => viewOf(snapshot.pinnedAt(mark), holding),
  }
}

/** Documents as they were when they were harvested, where a query names them and where a record found live turns out to be one. */
export function documentsAsOf(documents: DocumentStore, { harvested }: Pick<Holding, 'harvested'>): DocumentStore {
  const isHeld = ({ announced }: { readonly announced: Instant | null }) => announced === null || announced <= harvested
  const lastEnd = documents.lastEnd()
  // Most collections hold one version of everything, and nothing to look up.
  const then = lastEnd === null || lastEnd <= harvested ? documents : statesAsOf(documents, harvested)
  const orNull = (found: StoredDocument | null) => {
    if (!found || !isHeld(found)) return null
    return then === documents ? found : (then.byKeys([found.key]).get(found.key) ?? null)
  }
  return {
    ...then,
    byId: (id) => orNull(documents.byId(id)),
    byDoi: (doi) => orNull(documents.byDoi(doi)),
    byTitleKey: (key) => then.byTitleKey(key).filter(isHeld),
    identify: (record) => orNull(documents.identify(record)),
  }
}

interface Part {
  readonly tier: Tier
  readonly request: GatherRequest
}

function partsOf(asked: GatherRequest, held: GatherRequest, { cut }: Holding, fresh: boolean): Part[] {
  const { filters, tiers } = asked
  const within = (narrower: Partial<Filters>): GatherRequest => ({ ...held, filters: { ...filters, ...narrower } })
  const parts: Part[] = []
  if (tiers.static) {
    const until = filters.until === null ? cut : earlier(filters.until, cut)
    parts.push({ tier: 'static', request: fresh ? within({ until }) : held })
  }
  if (tiers.fresh && fresh) {
    const after = instant(cut + 1)
    const since = filters.since === null ? after : instant(Math.max(filters.since, after))
    parts.push({ tier: 'fresh', request: within({ since }) })
  }
  return parts
}

/**
 * Whether anything was announced between cut and harvest. Where nothing was, nothing needs to be told apart; where
 * something was, documents without a date would be in neither part, for a bound on the date leaves them out.
 */
async function hasFresh(snapshot: Snapshot, { cut, harvested }: Holding, request: GatherRequest): Promise<boolean> {
  const by = async (horizon: Instant) => (await snapshot.gather({ ...request, ...counting, horizon })).documents
  if ((await by(cut)) === (await by(harvested))) return false
  const undated = await by(instant(-8.64e15))
  if (undated > 0) throw new RangeError(`${undated} documents without a date have no place in a replay of time`)
  return true
}

const everywhere = { static: true, fresh: true }
const nowhere = { static: false, fresh: false }
const counting = { terms: [], vector: null, tiers: nowhere }

const earlier = (one: Instant, other: Instant): Instant => (one < other ? one : other)

const relabelled = (evidence: Evidence, tier: Tier): Evidence => ({
  ...evidence,
  candidates: evidence.candidates.map((one) => ({ ...one, tier })),
})
