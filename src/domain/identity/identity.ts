import {
  type Change,
  type DocumentId,
  type DocumentKey,
  type DocumentRecord,
  type DocumentVersion,
  factsOf,
  type Seq,
  type Sighting,
  type StoredDocument,
} from '../document.ts'
import { type FormerState, formerState } from '../former.ts'
import type { Instant } from '../instant.ts'
import { nameOf, namesOf } from './names.ts'
import { type Holdings, type Neighbourhood, neighbourhoodOf } from './neighbourhood.ts'
import { type Apart, type Label, labelOf, partition } from './partition.ts'
import { changeOf, earlierVersion, sightingOf } from './revision.ts'
import { type Settlement, settled } from './settlement.ts'

/**
 * Which document a record belongs to. A document is one work, made of what each source says of it; which sightings are of
 * one work is worked out anew, for all that share a name, whenever one of them changes. Decisions are made here; engines look
 * up and store.
 */

/** What a record that was received does to the store. */
export interface Receipt {
  readonly change: Change
  /** Null: nothing is to be stored but the dates of its versions. */
  readonly settlement: Settlement | null
  /** Of the record's document: where it is in the settlement, or which it is. Null: of none that is held. */
  readonly place: number | null
  readonly key: DocumentKey | null
  /** The text of the version that was replaced. */
  readonly earlier: DocumentVersion | null
  /** What the source said of the work until then. */
  readonly former: FormerState | null
}

export function received(holdings: Holdings, record: DocumentRecord, contentHash: string, harvested: Instant): Receipt {
  const label = labelOf(record)
  const key = holdings.keyOf(record.id)
  // Most of what is harvested is held as it is: that is seen before anything else is looked up.
  const known = sightingIn(holdings, key, label)
  if (known && isNothing(changeOf(known, record, contentHash))) {
    return nothing(changeOf(known, record, contentHash), key)
  }
  const near = nearTo(holdings, record)
  const found = homeOf(near, label)
  const held = found?.sighting ?? null
  const change = changeOf(held, record, contentHash)
  if (isNothing(change)) return nothing(change, found?.key ?? null)
  const sighting = sightingOf(held, record, contentHash, harvested)
  const sightings = [...sightingsOf(near).filter((one) => labelOf(one) !== label), sighting]
  const settlement = settled(holdings, near, sightings, apartOf(holdings, sightings))
  const place = settlement.documents.findIndex((one) => one.sightings.includes(sighting))
  // A stand-in, and the work itself is held.
  if (place === -1) return nothing('unchanged', null)
  return {
    change: held ? change : firstChange(settlement, place, record, contentHash),
    settlement,
    place,
    key: null,
    earlier: earlierVersion(held, sighting),
    former: formerState(held, found?.seq ?? (0 as Seq), sighting, harvested),
  }
}

const isNothing = (change: Change): change is 'unchanged' | 'stale' => change === 'unchanged' || change === 'stale'

const nothing = (change: Change, key: DocumentKey | null): Receipt => ({
  change,
  settlement: null,
  place: null,
  key,
  earlier: null,
  former: null,
})

/** Its id and its own sighting lead to its document even where its names are those of a crowd. */
function nearTo(holdings: Holdings, record: DocumentRecord): Neighbourhood {
  const keys = [holdings.keyOf(record.id), holdings.keyOfSighting(labelOf(record))]
  return neighbourhoodOf(
    holdings,
    namesOf(record),
    keys.filter((key) => key !== null),
  )
}

function sightingIn(holdings: Holdings, key: DocumentKey | null, label: Label): Sighting | null {
  const document = key === null ? null : holdings.document(key)
  return (document && holdings.sightings(document).find((one) => labelOf(one) === label)) ?? null
}

function homeOf(near: Neighbourhood, label: Label): { key: DocumentKey; seq: Seq; sighting: Sighting } | null {
  for (const [key, { document, sightings }] of near.documents) {
    const sighting = sightings.find((one) => labelOf(one) === label)
    if (sighting) return { key, seq: document.seq, sighting }
  }
  return null
}

const sightingsOf = (near: Neighbourhood): Sighting[] => [...near.documents.values()].flatMap((held) => held.sightings)

const apartOf = (holdings: Holdings, sightings: readonly Sighting[]): readonly Apart[] =>
  sightings.length < 2 ? [] : holdings.apart(sightings.map(labelOf))

/** A source tells of the work for the first time: it is new, or another source told of it, or we had written a stand-in. */
function firstChange(settlement: Settlement, place: number, record: DocumentRecord, contentHash: string): Change {
  const { before, sightings } = settlement.documents[place]
  if (sightings.length > 1) return 'folded'
  return before?.standIn ? changeOf(before, record, contentHash) : 'new'
}

/** The held document that this record would become part of; null when it would be a document of its own. */
export function identified(holdings: Holdings, record: DocumentRecord): StoredDocument | null {
  const near = nearTo(holdings, record)
  const label = labelOf(record)
  const home = homeOf(near, label)
  // Nobody sees the sighting, so it needs no hash and no date.
  const sighting: Sighting = { ...factsOf(record), contentHash: '', harvested: 0 as Instant }
  const sightings = [...sightingsOf(near).filter((one) => labelOf(one) !== label), sighting]
  const works = partition(sightings, apartOf(holdings, sightings), near.crowded)
  const work = works.find((one) => one.includes(sighting)) ?? []
  const keys = work.flatMap((one) => (one === sighting ? [] : (homeOf(near, labelOf(one))?.key ?? [])))
  const found = keys.length > 0 ? Math.min(...keys) : home?.key
  return near.documents.get(found as DocumentKey)?.document ?? null
}

/** Also by an id that it had before, and by any other of its names. */
export const keyFor = (holdings: Holdings, id: DocumentId): DocumentKey | null =>
  holdings.keyOf(id) ?? holdings.named(nameOf(id), 1).at(0) ?? null

/** A change of who is kept apart from whom, and what follows. */
export interface Separation {
  readonly pairs: readonly Apart[]
  readonly settlement: Settlement
  /** Of the documents that hold what the one held. */
  readonly ids: readonly DocumentId[]
}

/** Takes what one source says out of a document; null when there is nothing else in it, or nothing of the source. */
export function separated(holdings: Holdings, id: DocumentId, source: string): Separation | null {
  const { key, sightings: all } = heldFor(holdings, id)
  const taken = all.filter((one) => one.source === source)
  const rest = all.filter((one) => one.source !== source)
  if (taken.length === 0 || rest.length === 0) return null
  const pairs = taken.flatMap((one) => rest.map((other) => ({ taken: labelOf(one), from: labelOf(other) })))
  return { pairs, ...resettled(holdings, key, all, (apart) => [...apart, ...pairs]) }
}

/** Takes back every taking of what the source says, seen from the document's side or from the other's; null when there was none. */
export function reunited(holdings: Holdings, id: DocumentId, source: string): Separation | null {
  const { key, sightings: all } = heldFor(holdings, id)
  const ofSource = (labels: readonly Label[]) =>
    holdings.apart(labels).filter(({ taken }) => taken.startsWith(`${source} `))
  // They were taken, several perhaps, from all that was in the document then, and nobody knows where it is now.
  const pairs = ofSource(ofSource(all.map(labelOf)).flatMap(({ taken, from }) => [taken, from]))
  if (pairs.length === 0) return null
  const isPair = (one: Apart) => pairs.some(({ taken, from }) => taken === one.taken && from === one.from)
  return { pairs, ...resettled(holdings, key, all, (apart) => apart.filter((one) => !isPair(one))) }
}

function heldFor(holdings: Holdings, id: DocumentId): { key: DocumentKey | null; sightings: readonly Sighting[] } {
  const key = keyFor(holdings, id)
  const document = key === null ? null : holdings.document(key)
  return { key, sightings: document ? holdings.sightings(document) : [] }
}

function resettled(
  holdings: Holdings,
  key: DocumentKey | null,
  of: readonly Sighting[],
  change: (apart: readonly Apart[]) => readonly Apart[],
): Pick<Separation, 'settlement' | 'ids'> {
  const near = neighbourhoodOf(holdings, [], key === null ? [] : [key])
  const sightings = sightingsOf(near)
  const settlement = settled(holdings, near, sightings, change(apartOf(holdings, sightings)))
  const labels = new Set(of.map(labelOf))
  const theirs = settlement.documents.filter((one) => one.sightings.some((sighting) => labels.has(labelOf(sighting))))
  return { settlement, ids: theirs.map(({ after }) => after.id) }
}
