import { type Change, type DocumentRecord, type DocumentVersion, type Sighting, textOf, union } from '../document.ts'
import type { Instant } from '../instant.ts'
import { nameOf } from './names.ts'

/**
 * What a record means for what is held of the same source under the same id. A stand-in never replaces anything and
 * any real record replaces a stand-in; an older version, or one of no known number, never replaces a known newer one.
 */
export function changeOf(held: Sighting | null, incoming: DocumentRecord, incomingHash: string): Change {
  if (!held) return 'new'
  if (incoming.standIn) return held.standIn && differs(held, incoming, incomingHash) ? 'revised' : 'unchanged'
  if (held.standIn) return incoming.withdrawn ? 'withdrawn' : 'revised'
  if (isOlder(held, incoming)) return redates(held, incoming) ? 'revised' : 'stale'
  if (incoming.withdrawn && !held.withdrawn) return 'withdrawn'
  if (!differs(held, incoming, incomingHash)) return 'unchanged'
  if (held.version > 0 && incoming.version > held.version) return 'replaced'
  return onlyMoreCategories(held, incoming, incomingHash) ? 'cross-listed' : 'revised'
}

const onlyMoreCategories = (held: Sighting, incoming: DocumentRecord, incomingHash: string): boolean =>
  incoming.categories.length > held.categories.length &&
  held.categories.every((category) => incoming.categories.includes(category)) &&
  !differs({ ...held, categories: incoming.categories }, incoming, incomingHash)

const isOlder = (held: Sighting, incoming: DocumentRecord): boolean => incoming.version < held.version

/**
 * A version that was withdrawn stays so: of arXiv's doors only OAI-PMH shows every withdrawal, and the same version seen
 * through another would undo it. A source that counts no versions may take it back.
 */
const staysWithdrawn = (held: Sighting, incoming: DocumentRecord): boolean =>
  incoming.withdrawn || (held.withdrawn && held.version > 0 && incoming.version === held.version)

/** The first announcement stays the first, except that a stated one replaces a derived one. */
function redates(held: Sighting, incoming: DocumentRecord): boolean {
  if (incoming.announced === null || incoming.announced === held.announced) return false
  if (held.announced === null) return true
  if (held.announcedBasis !== incoming.announcedBasis) return incoming.announcedBasis === 'stated'
  return incoming.announced < held.announced
}

function differs(held: Sighting, incoming: DocumentRecord, incomingHash: string): boolean {
  return (
    held.contentHash !== incomingHash ||
    held.id !== incoming.id ||
    held.version !== incoming.version ||
    held.withdrawn !== staysWithdrawn(held, incoming) ||
    redates(held, incoming) ||
    (incoming.comment !== null && held.comment !== incoming.comment) ||
    (incoming.doi !== null && held.doi !== incoming.doi) ||
    held.categories.join(' ') !== incoming.categories.join(' ') ||
    incoming.identifiers.some((one) => !held.identifiers.includes(one)) ||
    incoming.countries.some((one) => !held.countries.includes(one)) ||
    incoming.fields.some((one) => !held.fields.includes(one)) ||
    held.authors.join('\n') !== incoming.authors.join('\n')
  )
}

/** What is held after the record; what the record does not know, stays. */
export function merged(held: Sighting | null, record: DocumentRecord, harvested: Instant): DocumentRecord {
  const incoming = datedByNow(record, harvested)
  if (!held || held.standIn) return incoming
  const { announced, announcedBasis } = redates(held, incoming) ? incoming : held
  if (isOlder(held, incoming)) return { ...held, announced, announcedBasis }
  return {
    ...incoming,
    withdrawn: staysWithdrawn(held, incoming),
    comment: incoming.comment ?? held.comment,
    doi: incoming.doi ?? held.doi,
    identifiers: union(held.identifiers, held.id === incoming.id ? [] : [nameOf(held.id)], incoming.identifiers),
    countries: union(held.countries, incoming.countries),
    fields: union(held.fields, incoming.fields),
    submitted: incoming.submitted ?? held.submitted,
    // Of this version, and a newer one was handed in later.
    updated: incoming.updated ?? (incoming.version === held.version ? held.updated : null),
    announced,
    announcedBasis,
  }
}

/** The record as it is kept. An older record may bring a date and leave the text, and so its hash, as it was. */
export function sightingOf(
  held: Sighting | null,
  record: DocumentRecord,
  contentHash: string,
  harvested: Instant,
): Sighting {
  const after = merged(held, record, harvested)
  const sameText = held !== null && textOf(held) === textOf(after)
  return { ...after, versions: [], harvested, contentHash: sameText ? held.contentHash : contentHash }
}

/** The text that a newer version replaces; null where there is none to keep. */
export function earlierVersion(held: Sighting | null, after: DocumentRecord): DocumentVersion | null {
  if (!held || held.version === 0 || held.version === after.version) return null
  const { version, title, abstract } = held
  return { version, at: held.updated ?? held.submitted, title, abstract }
}

/** What we hold has been announced: a date that a calendar or a source puts later is late by some moderation or zone. */
export const datedByNow = (record: DocumentRecord, harvested: Instant): DocumentRecord =>
  record.announced !== null && record.announced > harvested
    ? { ...record, announced: harvested, announcedBasis: 'derived' }
    : record
