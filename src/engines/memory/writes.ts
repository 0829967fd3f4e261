import {
  type Change,
  type DocumentId,
  type DocumentKey,
  type DocumentRecord,
  type DocumentVersion,
  factsOf,
  noChanges,
  type Seq,
} from '../../domain/document.ts'
import type { EndedState } from '../../domain/former.ts'
import { keyFor, received, reunited, type Separation, separated } from '../../domain/identity/identity.ts'
import { nameOf, namesOf } from '../../domain/identity/names.ts'
import type { Settled, Settlement } from '../../domain/identity/settlement.ts'
import type { Instant } from '../../domain/instant.ts'
import type { DocumentStore, WriteCounts } from '../../ports.ts'
import { addName, dropName, dropSightings, holdingsOf, keepSightings, type State } from './state.ts'

type Writes = Pick<DocumentStore, 'write' | 'purge' | 'split' | 'rejoin'>

export function writesOf(transact: <T>(change: (next: State) => T) => T): Writes {
  const separate = (
    decide: (next: State) => Separation | null,
    apart: (next: State, pairs: Separation['pairs']) => State['apart'],
    at: Instant,
  ) =>
    transact((next): readonly DocumentId[] | null => {
      const separation = decide(next)
      if (!separation) return null
      next.apart = apart(next, separation.pairs)
      settle(next, separation.settlement, at)
      return separation.ids
    })
  return {
    write: ({ writes, embeddings, harvested, watermark, checkpoint, progress }) =>
      transact((next): WriteCounts => {
        const counts = noChanges()
        for (const { fingerprint, contentHash, vector } of embeddings) {
          const known = next.embeddings.get(fingerprint) ?? new Map<string, Float32Array | null>()
          // The first embedding of a text stays.
          if (!known.has(contentHash)) next.embeddings.set(fingerprint, new Map([...known, [contentHash, vector]]))
        }
        for (const { record, contentHash } of writes) counts[writeOne(next, record, contentHash, harvested)]++
        if (checkpoint) next.checkpoints.set(checkpoint.source, checkpoint)
        if (watermark) {
          const before = next.watermarks.get(watermark.source)
          if (!before || before.through <= watermark.through || before.scope !== watermark.scope) {
            next.watermarks.set(watermark.source, watermark)
          }
          next.checkpoints.delete(watermark.source)
        }
        if (progress) next.imports.set(progress.file, progress)
        return counts
      }),
    purge: (ids) => transact((next) => ids.filter((id) => purgeOne(next, id)).length),
    split: (id, source, at) =>
      separate(
        (next) =>
          separated(
            holdingsOf(() => next),
            id,
            source,
          ),
        ({ apart }, pairs) => [...apart, ...pairs],
        at,
      ),
    rejoin: (id, source, at) =>
      separate(
        (next) =>
          reunited(
            holdingsOf(() => next),
            id,
            source,
          ),
        ({ apart }, pairs) => apart.filter((one) => !pairs.includes(one)),
        at,
      ),
  }
}

function purgeOne(next: State, id: DocumentId): boolean {
  const holdings = holdingsOf(() => next)
  const key = keyFor(holdings, id)
  const document = key === null ? null : holdings.document(key)
  if (!document) return false
  for (const name of [nameOf(document.id), ...holdings.sightings(document).flatMap(namesOf)]) {
    dropName(next, name, document.key)
  }
  dropSightings(next, document.key)
  next.ids.delete(document.id)
  bury(next, document.key)
  return true
}

function bury(next: State, key: DocumentKey): void {
  next.documents.delete(key)
  next.versions.delete(key)
  next.former.delete(key)
  next.purged.set(key, ++next.seq as Seq)
}

function writeOne(next: State, record: DocumentRecord, contentHash: string, harvested: Instant): Change {
  const holdings = holdingsOf(() => next)
  const { change, settlement, place, key, earlier, former } = received(holdings, record, contentHash, harvested)
  const keys = settlement ? settle(next, settlement, harvested) : []
  const home = place === null ? key : keys[place]
  if (home === null) return change
  if (earlier) keepVersion(next, home, record.source, earlier)
  const ended = next.documents.get(home)?.seq
  if (former && ended !== undefined) keepFormer(next, home, [{ ...former, ended }])
  for (const { version, at } of record.versions) {
    keepVersion(next, home, record.source, { version, at, title: null, abstract: null })
  }
  return change
}

function settle(next: State, { documents, gone, moves }: Settlement, at: Instant): DocumentKey[] {
  for (const { before } of documents) {
    if (before === null) continue
    dropSightings(next, before.key)
    next.ids.delete(before.id)
  }
  for (const { document, names } of gone) {
    dropSightings(next, document.key)
    next.ids.delete(document.id)
    for (const name of names) dropName(next, name, document.key)
  }
  const keys = documents.map((one) => put(next, one, at))
  for (const { from, source, to } of moves) {
    for (const version of next.versions.get(from)?.get(source)?.values() ?? []) {
      keepVersion(next, keys[to], source, version)
    }
    next.versions.set(from, new Map([...(next.versions.get(from) ?? [])].filter(([one]) => one !== source)))
    const states = next.former.get(from) ?? []
    const left = states.filter((one) => one.source !== source)
    next.former.set(from, left)
    keepFormer(
      next,
      keys[to],
      states.filter((one) => one.source === source),
    )
  }
  for (const { document } of gone) bury(next, document.key)
  return keys
}

function put(next: State, settled: Settled, harvested: Instant): DocumentKey {
  const { before, after, changed, sightings, plain, newNames, lostNames } = settled
  const key = before?.key ?? ((next.lastKey + 1) as DocumentKey)
  next.lastKey = Math.max(next.lastKey, key)
  next.ids.set(after.id, key)
  if (before === null || changed) {
    const { contentHash, sources } = after
    const seq = ++next.seq as Seq
    next.documents.set(key, { ...factsOf(after), contentHash, sources, key, seq, harvested })
  }
  if (!plain) keepSightings(next, key, sightings)
  for (const name of lostNames) dropName(next, name, key)
  for (const name of newNames) addName(next, name, key)
  return key
}

function keepFormer(next: State, key: DocumentKey, states: readonly EndedState[]): void {
  const all = [...(next.former.get(key) ?? []), ...states]
  next.former.set(
    key,
    all.sort((one, other) => one.ended - other.ended),
  )
}

/** What the new knowledge does not say, the old one keeps. */
function keepVersion(next: State, key: DocumentKey, source: string, version: DocumentVersion): void {
  const all = next.versions.get(key) ?? new Map<string, ReadonlyMap<number, DocumentVersion>>()
  const versions = all.get(source) ?? new Map<number, DocumentVersion>()
  const known = versions.get(version.version)
  const { at, title, abstract } = version
  const both = {
    version: version.version,
    at: at ?? known?.at ?? null,
    title: title ?? known?.title ?? null,
    abstract: abstract ?? known?.abstract ?? null,
  }
  next.versions.set(key, new Map([...all, [source, new Map([...versions, [version.version, both]])]]))
}
