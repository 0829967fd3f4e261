import type { DocumentKey, Seq } from '../../domain/document.ts'
import { holdsPhrase } from '../../domain/filters.ts'
import { inState, stateAt } from '../../domain/former.ts'
import type { Instant } from '../../domain/instant.ts'
import { termsOf } from '../../domain/terms.ts'
import type { DocumentStore, EmbeddingStore, GatherRequest } from '../../ports.ts'
import { freshTier } from './fresh.ts'
import { type Gone, goneAmong } from './gone.ts'
import { tfAt } from './postings.ts'
import type { PhraseMatches, Standing } from './standing.ts'

/** Documents taken in before other work gets its turn. */
const sliceSize = 32

export interface PastParts {
  readonly documents: Pick<DocumentStore, 'changedOnce' | 'formerStates' | 'byKeys'>
  readonly embeddings: Pick<EmbeddingStore, 'load'>
}

/**
 * Former states of documents, for searches as of a past moment. Nobody else needs them, so they are read at the first such
 * search and kept up to date from then on. Like the fresh tier it only grows: what a change leaves a document with is
 * added beside what there was.
 */
export interface Past {
  load(): Promise<void>
  /** These documents changed. */
  learn(keys: readonly DocumentKey[], change: Seq): void
  /** What stood at the request's horizon, and whose text of now it stands for. `cut`: the generation's mark. */
  at(request: GatherRequest, mark: Seq, cut: Seq | null): PastStanding
}

export interface PastStanding {
  readonly standings: readonly Standing[]
  readonly displaced: readonly DocumentKey[]
}

interface PastText {
  /** -1: the document was withdrawn in that state. */
  readonly ordinal: number
  readonly until: Instant
  readonly seq: Seq
  readonly ended: Seq
}

/** What shapes the past as a search sees it. */
interface Moment {
  readonly horizon: Instant
  readonly mark: Seq
  readonly cut: Seq | null
  /** How often something was learnt. */
  readonly learnt: number
}
const momentFields = ['horizon', 'mark', 'cut', 'learnt'] as const

interface Scene {
  readonly displaced: readonly DocumentKey[]
  readonly parts: readonly {
    readonly name: Standing['name']
    readonly ordinals: ReadonlyMap<DocumentKey, number>
    readonly gone: Gone
  }[]
}

export function pastOf({ documents, embeddings }: PastParts, fingerprint: string | null, dimension: number): Past {
  const tier = freshTier(dimension)
  const texts: { readonly title: string; readonly abstract: string }[] = []
  /** What each change left a document with, oldest change first. */
  const known = new Map<DocumentKey, { from: Seq; states: readonly PastText[] }[]>()
  let learnt = 0
  let loading: Promise<void> | null = null

  function learn(keys: readonly DocumentKey[], from: Seq): void {
    const states = documents.formerStates(keys)
    if (states.size === 0 && !keys.some((key) => known.has(key))) return
    learnt++
    const now = documents.byKeys(keys)
    const hashes = [...states.values()].flatMap((some) => some.map((one) => one.contentHash))
    const vectors = fingerprint === null ? new Map<string, null>() : embeddings.load(fingerprint, hashes)
    for (const key of keys) {
      const document = now.get(key)
      const found = (document && states.get(key)) ?? []
      if (found.length === 0 && !known.has(key)) continue
      const placed = found.map(({ until, seq, ended, ...state }): PastText => {
        const then = document && inState(document, { ...state, until, seq })
        if (!then || then.withdrawn) return { ordinal: -1, until, seq, ended }
        tier.add(then, vectors.get(then.contentHash) ?? null)
        return { ordinal: texts.push(then) - 1, until, seq, ended }
      })
      known.set(key, [...(known.get(key) ?? []), { from, states: placed }])
    }
  }

  async function load(): Promise<void> {
    const keys = documents.changedOnce()
    for (let start = 0; start < keys.length; start += sliceSize) {
      // What changed while this went on has been learnt already.
      learn(
        keys.slice(start, start + sliceSize).filter((key) => !known.has(key)),
        0 as Seq,
      )
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** The same for all searches of one moment. */
  let remembered: (Moment & { readonly scene: Scene }) | null = null

  function sceneAt(moment: Moment): Scene {
    if (remembered && momentFields.every((name) => remembered?.[name] === moment[name])) return remembered.scene
    const { horizon, mark, cut } = moment
    const then = statesAt(horizon, mark)
    const wasStatic = ({ seq }: PastText) => cut !== null && seq <= cut
    const parts = (['static', 'fresh'] as const).map((name) => {
      const there = [...then].filter(([, one]) => one.ordinal >= 0 && wasStatic(one) === (name === 'static'))
      const ordinals = new Map(there.map(([key, one]) => [key, one.ordinal]))
      const stands = new Set(ordinals.values())
      const others = texts.flatMap((_, ordinal) => (stands.has(ordinal) ? [] : ordinal))
      return { name, ordinals, gone: goneAmong(tier, others, texts.length, horizon) }
    })
    const scene = { displaced: [...then.keys()], parts: parts.filter(({ ordinals }) => ordinals.size > 0) }
    remembered = { ...moment, scene }
    return scene
  }

  function statesAt(horizon: Instant, mark: Seq): Map<DocumentKey, PastText> {
    const then = new Map<DocumentKey, PastText>()
    for (const [key, left] of known) {
      const states = left.findLast(({ from }) => from <= mark)?.states ?? []
      const state = stateAt(
        states.filter(({ ended }) => ended <= mark),
        horizon,
      )
      if (state) then.set(key, state)
    }
    return then
  }

  /** FTS5 knows only texts of now. */
  function phrasesAmong(then: ReadonlyMap<DocumentKey, number>, request: GatherRequest): PhraseMatches {
    const holding = (phrase: string): ReadonlySet<DocumentKey> => {
      const terms = termsOf(phrase)
      const lists = terms.map((term) => tier.postings.list(term))
      const holds = ([, ordinal]: readonly [DocumentKey, number]) => {
        if (!lists.every((list) => list !== null && tfAt(list, ordinal) > 0)) return false
        const { title, abstract } = texts[ordinal]
        return holdsPhrase({ title: termsOf(title), abstract: termsOf(abstract) }, terms)
      }
      return new Set([...then].filter(holds).map(([key]) => key))
    }
    return { required: request.phrases.map(holding), excluded: request.excludedPhrases.map(holding) }
  }

  return {
    load: () => {
      loading ??= load().catch((error) => {
        loading = null
        throw error
      })
      return loading
    },
    learn(keys, change) {
      if (loading !== null) learn(keys, change)
    },
    at(request, mark, cut) {
      const { horizon } = request
      const { displaced, parts } = sceneAt({ horizon, mark, cut, learnt })
      const standings = parts.map(({ name, ordinals, gone }) => ({
        tier,
        name,
        high: texts.length,
        gone,
        phrases: phrasesAmong(ordinals, request),
        ordinalOf: (key: DocumentKey) => ordinals.get(key) ?? -1,
      }))
      return { standings, displaced }
    },
  }
}
