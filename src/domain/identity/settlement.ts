import { type DocumentId, type DocumentKey, factsOf, type Sighting, type StoredDocument } from '../document.ts'
import { parseArxivId } from '../identifiers.ts'
import { type Folded, folded } from './folding.ts'
import { type Name, nameOf, namesOf, nameWithin } from './names.ts'
import type { Holdings, Neighbourhood } from './neighbourhood.ts'
import { type Apart, type Label, labelOf, partition } from './partition.ts'
import { bySource } from './precedence.ts'

/** What becomes of the documents of a neighbourhood. */
export interface Settlement {
  readonly documents: readonly Settled[]
  /** Those whose sightings went to others. */
  readonly gone: readonly { readonly document: StoredDocument; readonly names: readonly Name[] }[]
  /** Whose versions go with their sighting into another document, by its place in `documents`. */
  readonly moves: readonly { readonly from: DocumentKey; readonly source: string; readonly to: number }[]
}

export interface Settled {
  /** Null: it is new. */
  readonly before: StoredDocument | null
  readonly after: Folded
  /** Readers see a difference. */
  readonly changed: boolean
  readonly sightings: readonly Sighting[]
  /** Made of one sighting and like it, so that the document itself is all that need be kept. */
  readonly plain: boolean
  readonly newNames: readonly Name[]
  readonly lostNames: readonly Name[]
}

/**
 * Divides the sightings of a neighbourhood into documents. The oldest document that brings a sighting into a work lends it
 * its key; where a document falls apart, the work of its best source keeps the key.
 */
export function settled(
  holdings: Holdings,
  { documents, crowded }: Neighbourhood,
  sightings: readonly Sighting[],
  apart: readonly Apart[],
): Settlement {
  const home = new Map<Label, DocumentKey>()
  for (const [key, held] of documents) for (const one of held.sightings) home.set(labelOf(one), key)
  const homeOf = (one: Sighting) => home.get(labelOf(one)) ?? null
  const works = [...partition(sightings, apart, crowded)].sort(([one], [other]) => bySource(one, other))
  const keys = new Set<DocumentKey>()
  const ids = new Set<DocumentId>()
  const isFree = (id: DocumentId) => {
    const holder = ids.has(id) ? null : holdings.keyOf(id)
    return !ids.has(id) && (holder === null || documents.has(holder))
  }
  const results = works.map((work): Settled => {
    const key = oldest(work.map(homeOf).filter((one) => one !== null && !keys.has(one)))
    if (key !== null) keys.add(key)
    const members = withoutStandIns(work)
    const id = idFor(members, isFree)
    ids.add(id)
    return settledAs(members, id, key === null ? null : (documents.get(key) ?? null))
  })
  const gone = [...documents].flatMap(([key, held]) =>
    keys.has(key) ? [] : [{ document: held.document, names: allNames(held.sightings, held.document.id) }],
  )
  return { documents: results, gone, moves: movesOf(results, homeOf) }
}

const oldest = (keys: readonly (DocumentKey | null)[]): DocumentKey | null =>
  keys.reduce((least, key) => (least === null || (key !== null && key < least) ? key : least), null)

/** A summary of ours gives way to whatever anybody says. */
function withoutStandIns(work: readonly Sighting[]): readonly Sighting[] {
  const real = work.filter((one) => !one.standIn)
  return real.length > 0 ? real : work
}

/** An arXiv id before a DOI before any other; another name only where the id is that of a better document. */
export function idFor(sightings: readonly Sighting[], isFree: (id: DocumentId) => boolean): DocumentId {
  const ids = sightings.map(({ id }) => id)
  const rank = (id: DocumentId) => (parseArxivId(id) ? 0 : id.startsWith('doi:') ? 1 : 2)
  const [lead] = sightings
  const within = nameWithin(lead)
  const last = within === lead.id ? `${lead.source}:${within}` : within
  const candidates = [...ids].sort((one, other) => rank(one) - rank(other))
  for (let i = 1; ; i++) {
    const id = candidates.find(isFree)
    if (id !== undefined) return id
    candidates.push((i === 1 ? last : `${last}~${i}`) as DocumentId)
  }
}

function settledAs(
  sightings: readonly Sighting[],
  id: DocumentId,
  held: { readonly document: StoredDocument; readonly sightings: readonly Sighting[] } | null,
): Settled {
  const after = folded(sightings, id)
  const names = allNames(sightings, id)
  const namesBefore = held ? allNames(held.sightings, held.document.id) : []
  return {
    before: held?.document ?? null,
    after,
    changed: held === null || shown(held.document) !== shown(after),
    sightings,
    plain: sightings.length === 1 && sightings[0].id === id,
    newNames: names.filter((name) => !namesBefore.includes(name)),
    lostNames: namesBefore.filter((name) => !names.includes(name)),
  }
}

/** Also by an id that none of its sightings has. */
const allNames = (sightings: readonly Sighting[], id: DocumentId): Name[] => [
  ...new Set([nameOf(id), ...sightings.flatMap(namesOf)]),
]

const shown = (document: Folded): string => JSON.stringify([factsOf(document), document.contentHash, document.sources])

function movesOf(results: readonly Settled[], homeOf: (one: Sighting) => DocumentKey | null): Settlement['moves'] {
  const stays = (key: DocumentKey, source: string) =>
    results.some(({ before, sightings }) => before?.key === key && sightings.some((one) => one.source === source))
  return results.flatMap(({ before, sightings }, to) => {
    const moves = new Map<string, { from: DocumentKey; source: string; to: number }>()
    for (const one of sightings) {
      const { source } = one
      const from = homeOf(one)
      if (from === null || from === before?.key || stays(from, source)) continue
      moves.set(`${from} ${source}`, { from, source, to })
    }
    return [...moves.values()]
  })
}
