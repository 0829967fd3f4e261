import { setImmediate as breathe } from 'node:timers/promises'
import { type DocumentKey, documentKinds, textOf } from '../domain/document.ts'
import type { Folded } from '../domain/identity/folding.ts'
import { labelOf } from '../domain/identity/partition.ts'
import { type ShownWork, worksAmong } from '../domain/identity/unheld.ts'
import { noFilters } from '../domain/query.ts'
import type { DocumentStore, GatherRequest, Snapshot } from '../ports.ts'
import type { LiveAnswer } from './live.ts'

/** What live sources brought that the snapshot does not hold. */
export interface Late {
  readonly candidates: Awaited<ReturnType<Snapshot['scoreRecords']>>
  readonly records: readonly Folded[]
  /** Documents of the snapshot of which a source showed a newer version, or which changed while it was asked. */
  readonly outdated: ReadonlySet<DocumentKey>
  /** By source: how many of its records are candidates. */
  readonly unheld: ReadonlyMap<string, number>
}

/**
 * Records of all answers, each work once, scored by the encoder and the statistics of the other tiers. A record without
 * a vector is scored by its words.
 */
export async function scoreLate(
  answers: readonly LiveAnswer[],
  snapshot: Snapshot,
  documents: Pick<DocumentStore, 'identify'>,
  embed: (texts: readonly string[]) => Promise<readonly (Float32Array | null)[]>,
  request: GatherRequest,
): Promise<Late> {
  const shown = answers.flatMap(({ records }) => records.filter((one) => !one.withdrawn))
  const { fresh, outdated } = await sift(worksAmong(shown, request.now), snapshot, documents, request)
  const records = fresh.map(({ record }) => record)
  const vectors = await embed(records.map(textOf))
  const candidates = await snapshot.scoreRecords(
    records.map((record, i) => ({ record, vector: vectors[i] ?? null })),
    request,
  )
  const found = fresh.filter((_, i) => candidates[i] !== null)
  const unheld = new Map(
    answers.map(({ report, records: given }) => {
      const labels = new Set(given.map(labelOf))
      return [report.source, found.filter((work) => [...work.labels].some((label) => labels.has(label))).length]
    }),
  )
  return { candidates, records, outdated, unheld }
}

interface Sifted {
  readonly fresh: readonly ShownWork[]
  readonly outdated: Set<DocumentKey>
}

async function sift(
  works: readonly ShownWork[],
  snapshot: Snapshot,
  documents: Pick<DocumentStore, 'identify'>,
  request: GatherRequest,
): Promise<Sifted> {
  const fresh: ShownWork[] = []
  const outdated = new Set<DocumentKey>()
  for (const work of works) {
    const { record } = work
    const held = documents.identify(record)
    // The store may be ahead of the snapshot: what was revised since is in it all the same, in an older form.
    const changed = held !== null && held.seq > snapshot.mark
    if (held === null || (changed && !(await holds(snapshot, held.key, request)))) fresh.push(work)
    else if (changed || (held.source === record.source && held.version > 0 && record.version > held.version)) {
      outdated.add(held.key)
    }
    // Each look-up takes a while in a crowded neighbourhood, and other queries wait for this thread.
    await breathe()
  }
  return { fresh, outdated }
}

async function holds(snapshot: Snapshot, key: DocumentKey, request: GatherRequest): Promise<boolean> {
  return (await snapshot.scoreOf([key], { ...request, ...unconditional })).length > 0
}

const unconditional = {
  filters: { ...noFilters, kinds: documentKinds },
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
  tiers: { static: true, fresh: true },
}
