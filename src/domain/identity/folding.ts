import { type DocumentId, type DocumentRecord, factsOf, type Sighting, union } from '../document.ts'
import type { Instant } from '../instant.ts'
import { nameOf } from './names.ts'
import { isPreprintDoi } from './preprint-dois.ts'

/** What a document shows, made of all that is said of it. */
export interface Folded extends DocumentRecord {
  readonly contentHash: string
  readonly sources: readonly string[]
}

/**
 * One document of the sightings of one work, best source first. The first says what the work is; what it does not
 * know, the others say. Title and abstract come from one and the same, for they are embedded as they came.
 */
export function folded(sightings: readonly Sighting[], id: DocumentId): Folded {
  const [lead] = sightings
  if (sightings.length === 1 && lead.id === id) return { ...lead, sources: [lead.source] }
  const text = sightings.find((one) => one.abstract !== '' && (lead.withdrawn || !one.withdrawn)) ?? lead
  const first = <T>(of: (one: Sighting) => T | null): T | null => sightings.map(of).find((one) => one !== null) ?? null
  const dois = sightings.flatMap(({ doi }) => (doi === null ? [] : [doi]))
  const doi = dois.find((one) => !isPreprintDoi(one)) ?? dois.at(0) ?? null
  const names = sightings.flatMap((one) => [
    ...(one.id === id ? [] : [nameOf(one.id)]),
    ...(one.doi === null || one.doi === doi ? [] : [nameOf(`doi:${one.doi}`)]),
    ...one.identifiers,
  ])
  return {
    ...factsOf(lead),
    id,
    title: text.title,
    abstract: text.abstract,
    contentHash: text.contentHash,
    authors: sightings.find((one) => one.authors.length > 0)?.authors ?? [],
    categories: union(...sightings.map((one) => one.categories)),
    comment: first((one) => one.comment),
    doi,
    identifiers: union(names).filter((name) => name !== nameOf(id) && name !== (doi && nameOf(`doi:${doi}`))),
    countries: union(...sightings.map((one) => one.countries)),
    fields: union(...sightings.map((one) => one.fields)),
    submitted: first((one) => one.submitted),
    updated: first((one) => one.updated),
    ...announcementOf(sightings),
    sources: union(sightings.map((one) => one.source)),
  }
}

/**
 * The first time that the work was shown anywhere. A date that was only derived counts where the first source derived it
 * itself (arXiv's calendar is good for a day), or where nobody has a better one.
 */
function announcementOf(sightings: readonly Sighting[]): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const dated = sightings.flatMap(({ announced, announcedBasis }) =>
    announced === null ? [] : [{ announced, announcedBasis }],
  )
  const certain = dated.filter((one) => one.announcedBasis === 'stated')
  const [lead] = sightings
  const own = lead.announced === null ? [] : [{ announced: lead.announced, announcedBasis: lead.announcedBasis }]
  const counted = [...certain, ...own]
  return earliest(counted.length > 0 ? counted : dated) ?? { announced: null, announcedBasis: 'unknown' }
}

const earliest = <T extends { readonly announced: Instant }>(dates: readonly T[]): T | null =>
  dates.reduce<T | null>((least, one) => (least === null || one.announced < least.announced ? one : least), null)
