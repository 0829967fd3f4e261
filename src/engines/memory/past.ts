import type { DocumentKey, Seq } from '../../domain/document.ts'
import { inState, stateAt } from '../../domain/former.ts'
import type { Instant } from '../../domain/instant.ts'
import type { DocumentStore } from '../../ports.ts'
import { type Entry, entryOf, type View } from './evidence.ts'

interface PastEntry {
  readonly entry: Entry
  readonly until: Instant
  readonly ended: Seq
}

/** Former states of documents: of each those that a change left it with, oldest change first. */
export class Past {
  readonly #known = new Map<DocumentKey, { from: Seq; states: readonly PastEntry[] }[]>()
  readonly #documents: DocumentStore
  readonly #vectorOf: (contentHash: string) => Float32Array | null

  constructor(documents: DocumentStore, vectorOf: (contentHash: string) => Float32Array | null) {
    this.#documents = documents
    this.#vectorOf = vectorOf
    this.learn(documents.changedOnce(), 0 as Seq)
  }

  learn(keys: readonly DocumentKey[], from: Seq): void {
    const found = this.#documents.formerStates(keys)
    const documents = this.#documents.byKeys(keys)
    for (const key of keys) {
      const document = documents.get(key)
      const states = (document && found.get(key)) ?? []
      if (states.length === 0 && !this.#known.has(key)) continue
      const entries = states.flatMap((state): PastEntry[] => {
        if (!document) return []
        const entry = entryOf(inState(document, state), this.#vectorOf(state.contentHash))
        return [{ entry, until: state.until, ended: state.ended }]
      })
      this.#known.set(key, [...(this.#known.get(key) ?? []), { from, states: entries }])
    }
  }

  /** Puts every document that has changed since into the state that it was in, where it would have been held. */
  viewAt(view: View, horizon: Instant, mark: Seq, cut: Seq | null): View {
    const then = new Map<DocumentKey, Entry>()
    for (const [key, learnt] of this.#known) {
      const states = learnt.findLast(({ from }) => from <= mark)?.states.filter(({ ended }) => ended <= mark) ?? []
      const state = stateAt(states, horizon)
      if (state) then.set(key, state.entry)
    }
    const unchanged = ({ document }: Entry) => !then.has(document.key)
    const there = [...then.values()].filter(({ document }) => !document.withdrawn)
    const isStatic = ({ document }: Entry) => cut !== null && document.seq <= cut
    return {
      static: [...view.static.filter(unchanged), ...there.filter(isStatic)],
      fresh: [...view.fresh.filter(unchanged), ...there.filter((entry) => !isStatic(entry))],
    }
  }
}
