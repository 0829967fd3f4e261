import type { DocumentKey, DocumentRecord } from '../domain/document.ts'
import { textOf } from '../domain/document.ts'
import { strongNames } from '../domain/identity/names.ts'
import { datedByNow } from '../domain/identity/revision.ts'
import type { Instant } from '../domain/instant.ts'
import type { DocumentStore, GatherRequest, Snapshot } from '../ports.ts'
import type { LiveAnswer } from './live.ts'

/** What live sources brought that the snapshot does not hold. */
export interface Late {
  readonly candidates: Awaited<ReturnType<Snapshot['scoreRecords']>>
  readonly records: readonly DocumentRecord[]
  /** Documents of the snapshot of which a source showed a newer version. */
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
  const { fresh, outdated } = sift(answers, snapshot, documents, request.now)
  const vectors = await embed(fresh.map(({ record }) => textOf(record)))
  const scored = await snapshot.scoreRecords(
    fresh.map(({ record }, i) => ({ record, vector: vectors[i] ?? null })),
    request,
  )
  const unheld = new Map<string, number>()
  for (const [i, { source }] of fresh.entries()) {
    if (scored[i]) unheld.set(source, (unheld.get(source) ?? 0) + 1)
  }
  return { candidates: scored, records: fresh.map(({ record }) => record), outdated, unheld }
}

interface Sifted {
  readonly fresh: { readonly source: string; readonly record: DocumentRecord }[]
  readonly outdated: Set<DocumentKey>
}

function sift(
  answers: readonly LiveAnswer[],
  snapshot: Snapshot,
  documents: Pick<DocumentStore, 'identify'>,
  now: Instant,
): Sifted {
  const seen = new Set<string>()
  const sifted: Sifted = { fresh: [], outdated: new Set() }
  for (const { report, records } of answers) {
    for (const given of records) {
      const record = datedByNow(given, now)
      const ids = strongNames(record)
      const again = ids.some((id) => seen.has(id))
      for (const id of ids) seen.add(id)
      if (again || record.withdrawn) continue
      const held = documents.identify(record)
      if (!held || held.seq > snapshot.mark) sifted.fresh.push({ source: report.source, record })
      else if (held.source === record.source && record.version > held.version && held.version > 0) {
        sifted.outdated.add(held.key)
      }
    }
  }
  return sifted
}
