import { derivedArxivAnnouncement } from './calendar.ts'
import type { DocumentRecord, Seq, Sighting, StoredDocument } from './document.ts'
import { type Instant, instant } from './instant.ts'

/** What a source said of a work until it announced another version, or that the work was withdrawn. */
export interface FormerState {
  readonly source: string
  readonly version: number
  readonly title: string
  readonly abstract: string
  readonly contentHash: string
  readonly updated: Instant | null
  readonly withdrawn: boolean
  /** When the next state was announced. */
  readonly until: Instant
  /** The change that had brought this state into the store; 0 where it was never held. */
  readonly seq: Seq
}

/** A former state of a document that is held, and the change that ended it. */
export interface EndedState extends FormerState {
  readonly ended: Seq
}

/**
 * The state that `after` ends; null where it is the same one. Only what has a date of its own is another state: a newer
 * version, a withdrawal, its end. Other facts of the same version have always been so, for nobody says since when.
 */
export function formerState(held: Sighting | null, seq: Seq, after: Sighting, harvested: Instant): FormerState | null {
  if (held === null) {
    // Never seen but withdrawn: before that day it was there, and what is known of it now is the nearest to its text.
    const until = after.withdrawn ? versionAnnounced(after) : null
    return until === null ? null : { ...stateOf(after), withdrawn: false, until: earlier(until, harvested), seq }
  }
  if (held.standIn) return null
  const newer = held.version > 0 && after.version > held.version
  if (!newer && held.withdrawn === after.withdrawn) return null
  const until = newer ? (versionAnnounced(after) ?? harvested) : harvested
  return { ...stateOf(held), until: earlier(until, harvested), seq }
}

const stateOf = ({ source, version, title, abstract, contentHash, updated, withdrawn }: Sighting) => ({
  source,
  version,
  title,
  abstract,
  contentHash,
  updated,
  withdrawn,
})

/**
 * When the version of a record was announced, after the first: arXiv announces revisions as it does papers, others when they
 * say that they were handed in. Null for a first version, whose day is the work's own, and where nothing is said.
 */
export function versionAnnounced({ source, version, updated }: Pick<DocumentRecord, 'source' | 'version' | 'updated'>) {
  if (version < 2 || updated === null) return null
  return source === 'arxiv' ? derivedArxivAnnouncement(updated) : updated
}

const earlier = (one: Instant, other: Instant): Instant => instant(Math.min(one, other))

/** The state at `at`, of states in order of change; null where it is the one that the document is in now. */
export const stateAt = <State extends { readonly until: Instant }>(
  states: readonly State[],
  at: Instant,
): State | null => states[states.findLastIndex(({ until }) => until <= at) + 1] ?? null

/** The document as it was in a former state. What has no date, it has always had. */
export const inState = (document: StoredDocument, state: FormerState | null): StoredDocument =>
  state === null
    ? document
    : {
        ...document,
        version: state.version,
        title: state.title,
        abstract: state.abstract,
        contentHash: state.contentHash,
        updated: state.updated,
        withdrawn: state.withdrawn,
        seq: state.seq,
      }
