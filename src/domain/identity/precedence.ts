import type { Sighting } from '../document.ts'
import { nameWithin } from './names.ts'
import { isPreprintDoi } from './preprint-dois.ts'

/** Who publishes a work says best what it is; then who registers it; then who gathers from both; then everybody else. */
const leading = ['arxiv', 'biorxiv', 'medrxiv', 'crossref', 'europe-pmc', 'openalex', 'semantic-scholar']

/** Whom to believe first. A total order, so that what is made of several sightings does not depend on how they came. */
export const bySource = (one: Sighting, other: Sighting): number =>
  Number(one.standIn) - Number(other.standIn) ||
  rankOf(one.source) - rankOf(other.source) ||
  compare(one.source, other.source) ||
  // Of one source: the article before its preprint.
  Number(isPreprint(one)) - Number(isPreprint(other)) ||
  other.version - one.version ||
  compare(nameWithin(one), nameWithin(other))

const isPreprint = ({ doi }: Sighting): boolean => doi !== null && isPreprintDoi(doi)

const rankOf = (source: string): number => {
  const rank = leading.indexOf(source)
  return rank === -1 ? leading.length : rank
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
