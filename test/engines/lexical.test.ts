import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { averageLength, ceilingOf, idf, type LengthNorm, lengthNorm } from '../../src/domain/bm25.ts'
import { termsOf, tokensOf } from '../../src/domain/terms.ts'
import {
  byCeiling,
  LexicalRanker,
  type Scope,
  type Scored,
  scoreAt,
  type WeightedTerm,
} from '../../src/engines/embedded/lexical.ts'
import { analyse, type PostingList, type Postings } from '../../src/engines/embedded/postings.ts'
import { record } from './fixtures.ts'

const byScore = (one: Scored, other: Scored) => other.score - one.score || one.ordinal - other.ordinal

/** Every ordinal of the scope, scored by itself. */
function exhaustively(terms: readonly WeightedTerm[], lengths: Uint32Array, norm: LengthNorm, scope: Scope): Scored[] {
  const scored: Scored[] = []
  for (let ordinal = scope.low; ordinal < scope.high; ordinal++) {
    if (scope.allowed !== null && scope.allowed[ordinal] === 0) continue
    const score = scoreAt(terms, ordinal, lengths[ordinal], norm)
    if (score > 0) scored.push({ ordinal, score })
  }
  return scored.sort(byScore)
}

describe('the ranker', () => {
  /** One for all runs: what an earlier query left in its arrays must not show. */
  const ranker = new LexicalRanker()

  interface Case {
    readonly terms: readonly WeightedTerm[]
    readonly postings: Postings
    readonly scope: Scope
    readonly k: number
  }

  const cases: fc.Arbitrary<Case> = fc
    .record({
      count: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 200, max: 600 })),
      // From terms that are in every document to terms that are in hardly any.
      terms: fc.array(
        fc.record({
          weight: fc.integer({ min: -100, max: 100 }).map((at) => 10 ** (at / 100)),
          share: fc.constantFrom(1, 0.5, 0.1, 0.01),
        }),
        {
          maxLength: 9,
        },
      ),
      seed: fc.nat(),
      bounds: fc.option(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      ),
      allowedShare: fc.constantFrom(null, 0, 0.05, 0.5, 1),
      k: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(1000)),
    })
    .map(({ count, terms, seed, bounds, allowedShare, k }) => {
      const random = randomOf(seed)
      const lengths = Uint32Array.from({ length: count }, () => 1 + Math.floor(random() * 40))
      const lists = terms.map(({ weight, share }) => ({ ceiling: weight, list: randomList(count, share, random) }))
      const [low, high] = bounds === null ? [0, count] : bounds.map((at) => Math.round(at * count))
      const allowed =
        allowedShare === null ? null : Uint8Array.from({ length: count }, () => (random() < allowedShare ? 1 : 0))
      return {
        terms: lists.sort(byCeiling),
        postings: { list: () => null, lengths, count },
        scope: { low, high, allowed },
        k,
      }
    })

  const norm = lengthNorm({ documents: 10, tokens: 200 })

  test('gives the k best of its scope, each with the score of `scoreAt` to the last bit, whatever the shortcuts', () => {
    fc.assert(
      fc.property(cases, ({ terms, postings, scope, k }) => {
        const expected = exhaustively(terms, postings.lengths, norm, scope).slice(0, k)
        expect(ranker.top(terms, postings, norm, scope, k)).toEqual(expected)
      }),
      { numRuns: 1_500 },
    )
  })

  test('misses no document that only a weak term finds, as long as that can reach the k best', () => {
    const list = (ordinals: number[], tfs: number[]) => ({
      list: { ordinals: Uint32Array.from(ordinals), tfs: Uint8Array.from(tfs), start: 0, end: ordinals.length },
    })
    // The second best of the first term has 4.5; the second term alone gives 4.7, which is less than half of the best.
    const terms = [
      { ceiling: 10, ...list([0, 1, 2], [255, 1, 1]) },
      { ceiling: 4.7, ...list([9], [255]) },
    ]
    const postings = { list: () => null, lengths: new Uint32Array(10).fill(20), count: 10 }
    const best = ranker.top(terms, postings, norm, { low: 0, high: 10, allowed: null }, 2)
    expect(best.map((one) => one.ordinal)).toEqual([0, 9])
  })

  test('gives nothing for no terms, no scope and no k', () => {
    const random = randomOf(1)
    const terms = [{ ceiling: 1, list: randomList(5, 1, random) }]
    const postings = { list: () => null, lengths: new Uint32Array(5).fill(3), count: 5 }
    const all = { low: 0, high: 5, allowed: null }
    expect(ranker.top([], postings, norm, all, 3)).toEqual([])
    expect(ranker.top(terms, postings, norm, { ...all, high: 0 }, 3)).toEqual([])
    expect(ranker.top(terms, postings, norm, { ...all, low: 4, high: 2 }, 3)).toEqual([])
    expect(ranker.top(terms, postings, norm, all, 0)).toEqual([])
    expect(ranker.top(terms, postings, norm, all, 3)).toHaveLength(3)
  })
})

function randomList(count: number, share: number, random: () => number): PostingList {
  const ordinals = Array.from({ length: count }, (_, i) => i).filter(() => random() < share)
  // Half of the scores come close to their ceiling, where a shortcut that is too bold would lose them.
  // Lists lie one after another in a file, so none can count on starting at 0.
  return {
    ordinals: Uint32Array.from([7, 9, ...ordinals, 0]),
    tfs: Uint8Array.from([1, 1, ...ordinals.map(() => (random() < 0.5 ? 255 : 1 + Math.floor(random() * 4))), 1]),
    start: 2,
    end: ordinals.length + 2,
  }
}

/** mulberry32: any seed will do. */
function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Text {
  readonly title: string
  readonly abstract: string
}

/** Ours over an index of the texts; ordinals are places in the array. */
function ownSearch(texts: readonly Text[]): (query: string, k: number) => Scored[] {
  const analysed = texts.map((text) => analyse(record('x', text)))
  const lengths = Uint32Array.from(analysed, ({ length }) => length)
  const norm = lengthNorm({ documents: texts.length, tokens: lengths.reduce((sum, one) => sum + one, 0) })
  const lists = new Map<string, { ordinals: number[]; tfs: number[] }>()
  for (const [ordinal, { tfs }] of analysed.entries()) {
    for (const [term, tf] of tfs) {
      const list = lists.get(term) ?? { ordinals: [], tfs: [] }
      lists.set(term, { ordinals: [...list.ordinals, ordinal], tfs: [...list.tfs, tf] })
    }
  }
  const ranker = new LexicalRanker()
  return (query, k) => {
    const terms = termsOf(query)
    const weighted = [...new Set(terms)].flatMap((term): WeightedTerm[] => {
      const found = lists.get(term)
      if (!found) return []
      const { ordinals, tfs } = found
      const times = terms.filter((one) => one === term).length
      const list = { ordinals: Uint32Array.from(ordinals), tfs: Uint8Array.from(tfs), start: 0, end: ordinals.length }
      return [{ ceiling: ceilingOf(idf(texts.length, ordinals.length), times), list }]
    })
    const postings = { list: () => null, lengths, count: texts.length }
    return ranker.top(weighted.sort(byCeiling), postings, norm, { low: 0, high: texts.length, allowed: null }, k)
  }
}

/** SQLite's, which calls better smaller. */
function fts5Search(texts: readonly Text[]): (query: string, k: number) => Scored[] {
  const db = new Database(':memory:')
  db.exec("CREATE VIRTUAL TABLE f USING fts5 (title, abstract, tokenize = 'porter unicode61')")
  const insert = db.prepare('INSERT INTO f (rowid, title, abstract) VALUES (?, ?, ?)')
  for (const [ordinal, { title, abstract }] of texts.entries()) insert.run(ordinal + 1, title, abstract)
  const find = db.prepare<[string, number], { ordinal: number; score: number }>(
    'SELECT rowid - 1 AS ordinal, -bm25(f, 2.0, 1.0) AS score FROM f WHERE f MATCH ? ORDER BY score DESC, rowid LIMIT ?',
  )
  return (query, k) => {
    const words = tokensOf(query).map(({ start, end }) => `"${query.slice(start, end)}"`)
    return words.length === 0 ? [] : find.all(words.join(' OR '), k)
  }
}

describe('BM25', () => {
  const vocabulary = ['alpha', 'beta', 'gamma', 'model', 'models', 'modelling', 'the', 'été', 'GPT-4', 'rare']
  const words = (most: number) =>
    fc.array(fc.constantFrom(...vocabulary), { maxLength: most }).map((all) => all.join(' '))
  const corpora = fc.array(fc.record({ title: words(5), abstract: words(20) }), { minLength: 1, maxLength: 30 })

  test('gives every document the score that FTS5 gives it, title weight 2', () => {
    fc.assert(
      fc.property(corpora, words(6), (texts, query) => {
        // FTS5 divides by the mean length, which has to be one token at least to mean anything.
        fc.pre(averageLength({ documents: texts.length, tokens: tokensIn(texts) }) > 1)
        const [own, fts5] = [ownSearch(texts)(query, 100), fts5Search(texts)(query, 100)]
        const scores = (found: Scored[]) => new Map(found.map(({ ordinal, score }) => [ordinal, score]))
        expect(own).toHaveLength(fts5.length)
        const expected = scores(fts5)
        for (const { ordinal, score } of own) expect(score).toBeCloseTo(expected.get(ordinal) ?? Number.NaN, 9)
      }),
      { numRuns: 150 },
    )
  })

  const tokensIn = (texts: readonly Text[]) =>
    texts.reduce((sum, { title, abstract }) => sum + termsOf(title).length + termsOf(abstract).length, 0)

  const cranfield = join(import.meta.dirname, '../../../shared/data/retrieval/cranfield')
  const absent = !existsSync(cranfield)

  test.skipIf(absent)(`ranks Cranfield as well as FTS5 does${absent ? ` (skipped: no ${cranfield})` : ''}`, () => {
    const lines = (text: string) => text.split('\n').filter((line) => line !== '')
    const parsed = (text: string) =>
      lines(text).map((line): { _id: string; title?: string; text: string } => JSON.parse(line))
    const corpus = parsed(gunzipSync(readFileSync(`${cranfield}/corpus.jsonl.gz`)).toString())
    const queries = parsed(readFileSync(`${cranfield}/queries.jsonl`, 'utf8'))
    const gains = new Map(
      lines(readFileSync(`${cranfield}/qrels.tsv`, 'utf8')).map((line) => {
        const [query, document, gain] = line.split('\t')
        return [`${query} ${document}`, Number(gain)] as const
      }),
    )
    const texts = corpus.map(({ title = '', text }) => ({ title, abstract: text }))
    const quality = (search: (query: string, k: number) => Scored[]) =>
      queries.reduce((sum, query) => {
        const ranked = search(query.text, 10).map(
          ({ ordinal }) => gains.get(`${query._id} ${corpus[ordinal]._id}`) ?? 0,
        )
        const ideal = [...gains].filter(([pair]) => pair.startsWith(`${query._id} `)).map(([, gain]) => gain)
        return sum + dcg(ranked) / dcg(ideal.sort((one, other) => other - one).slice(0, 10))
      }, 0) / queries.length
    const [own, fts5] = [quality(ownSearch(texts)), quality(fts5Search(texts))]
    expect(fts5).toBeGreaterThan(0.3)
    expect(Math.abs(own - fts5)).toBeLessThan(0.003)
  })

  const dcg = (gains: readonly number[]) => gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0)
})
