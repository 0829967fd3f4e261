import {
  type DocumentId,
  type DocumentKey,
  type DocumentVersion,
  factsOf,
  type Seq,
  type Sighting,
  type StoredDocument,
} from '../../domain/document.ts'
import type { EndedState } from '../../domain/former.ts'
import type { Name } from '../../domain/identity/names.ts'
import type { Holdings } from '../../domain/identity/neighbourhood.ts'
import { type Apart, type Label, labelOf } from '../../domain/identity/partition.ts'
import { bySource } from '../../domain/identity/precedence.ts'
import type { Checkpoint, Watermark } from '../../domain/watermark.ts'
import type { ImportProgress } from '../../ports.ts'

/** Everything that the embedded engine keeps in SQLite. A transaction works on a copy and puts it in place at its end. */
export interface State {
  readonly documents: Map<DocumentKey, StoredDocument>
  /** Of documents that are more than what one sighting says. */
  readonly sightings: Map<DocumentKey, readonly Sighting[]>
  /** Where those are. */
  readonly homes: Map<Label, DocumentKey>
  readonly ids: Map<DocumentId, DocumentKey>
  readonly names: Map<Name, readonly DocumentKey[]>
  apart: readonly Apart[]
  /** By key and source, which counts its own. */
  readonly versions: Map<DocumentKey, ReadonlyMap<string, ReadonlyMap<number, DocumentVersion>>>
  /** Of every source, in order of change. */
  readonly former: Map<DocumentKey, readonly EndedState[]>
  readonly purged: Map<DocumentKey, Seq>
  /** By fingerprint, in the order in which fingerprints were first seen; then by content hash. */
  readonly embeddings: Map<string, ReadonlyMap<string, Float32Array | null>>
  readonly watermarks: Map<string, Watermark>
  readonly checkpoints: Map<string, Checkpoint>
  readonly imports: Map<string, ImportProgress>
  seq: number
  lastKey: number
}

export const emptyState = (): State => ({
  documents: new Map(),
  sightings: new Map(),
  homes: new Map(),
  ids: new Map(),
  names: new Map(),
  apart: [],
  versions: new Map(),
  former: new Map(),
  purged: new Map(),
  embeddings: new Map(),
  watermarks: new Map(),
  checkpoints: new Map(),
  imports: new Map(),
  seq: 0,
  lastKey: 0,
})

export const copyOf = (state: State): State => ({
  documents: new Map(state.documents),
  sightings: new Map(state.sightings),
  homes: new Map(state.homes),
  ids: new Map(state.ids),
  names: new Map(state.names),
  apart: state.apart,
  versions: new Map(state.versions),
  former: new Map(state.former),
  purged: new Map(state.purged),
  embeddings: new Map(state.embeddings),
  watermarks: new Map(state.watermarks),
  checkpoints: new Map(state.checkpoints),
  imports: new Map(state.imports),
  seq: state.seq,
  lastKey: state.lastKey,
})

export const holdingsOf = (read: () => State): Holdings => ({
  keyOf: (id) => read().ids.get(id) ?? null,
  keyOfSighting: (label) => read().homes.get(label) ?? null,
  named: (name, limit) => (read().names.get(name) ?? []).slice(0, limit),
  document: (key) => read().documents.get(key) ?? null,
  sightings: (document) => read().sightings.get(document.key) ?? [asSighting(document)],
  apart: (labels) => read().apart.filter(({ taken, from }) => labels.includes(taken) || labels.includes(from)),
})

const asSighting = ({ contentHash, harvested, ...document }: StoredDocument): Sighting => ({
  ...factsOf(document),
  contentHash,
  harvested,
})

export function addName(state: State, name: Name, key: DocumentKey): void {
  const keys = new Set([...(state.names.get(name) ?? []), key])
  state.names.set(
    name,
    [...keys].sort((one, other) => one - other),
  )
}

export function dropName(state: State, name: Name, key: DocumentKey): void {
  const left = (state.names.get(name) ?? []).filter((one) => one !== key)
  if (left.length > 0) state.names.set(name, left)
  else state.names.delete(name)
}

export function keepSightings(state: State, key: DocumentKey, sightings: readonly Sighting[]): void {
  state.sightings.set(key, [...sightings].sort(bySource))
  for (const one of sightings) state.homes.set(labelOf(one), key)
}

export function dropSightings(state: State, key: DocumentKey): void {
  for (const one of state.sightings.get(key) ?? []) state.homes.delete(labelOf(one))
  state.sightings.delete(key)
}
