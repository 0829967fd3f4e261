import { join } from 'node:path'
import { readConfig } from '../../../src/config.ts'
import type { DocumentId } from '../../../src/domain/document.ts'
import { openCollection } from '../../collection.ts'
import type { Table } from '../../findings.ts'
import { mean, ndcg } from '../../measures.ts'
import type { Study } from '../../replay/study.ts'
import { ascending, quantileOf } from '../../statistics/quantile.ts'
import { readControl } from '../../topics/beir.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import type { QuerySet } from '../compared.ts'
import { binaryCodes, binarySearch, exactSearch, type Hit, type Vectors, vectorsOf } from './binary-codes.ts'

/** Vectors of a collection and of its queries. */
export interface Material {
  readonly ids: readonly DocumentId[]
  readonly vectors: Vectors
  readonly queries: readonly { readonly query: JudgedQuery; readonly vector: Float32Array }[]
}

/** Of the store that the control was indexed in: nothing is encoded again but the queries. Null where it was not named. */
export async function materialOf(study: Study, { name, queries }: QuerySet, encoder: string): Promise<Material | null> {
  const control = study.controls().find((one) => one.name === name)
  const [first] = queries
  if (!control || !first) return null
  const { corpusFile, read } = await readControl(control.folder, first.asked)
  const folder = join(readConfig(process.env).dataFolder, 'evaluate')
  const { engine, embedder, close } = await openCollection({ files: [corpusFile], read, model: encoder, folder })
  try {
    const documents = [...engine.forBuild(engine.documents.lastSeq())]
    const hashes = documents.map(({ contentHash }) => contentHash)
    const held = engine.embeddings.load(embedder.fingerprint, hashes)
    const rows = documents.flatMap(({ id, contentHash }) => {
      const vector = held.get(contentHash)
      return vector ? [{ id, vector }] : []
    })
    const asked = await embedder.embed(
      queries.map(({ text }) => text),
      'query',
    )
    return {
      ids: rows.map(({ id }) => id),
      vectors: vectorsOf(rows.map(({ vector }) => vector)),
      queries: queries.flatMap((query, i) => {
        const vector = asked[i]
        return vector ? [{ query, vector }] : []
      }),
    }
  } finally {
    await close()
  }
}

const shown = 10
const rounds = 5

/** Vectors alone, for BM25 would hide what the codes lose; both searches in plain JavaScript, one after the other. */
export function binaryTable({ ids, vectors, queries }: Material): Table {
  const codes = binaryCodes(vectors)
  const exact = timed(queries, (query) => exactSearch(vectors, query, shown))
  const binary = timed(queries, (query) => binarySearch(codes, vectors, query, shown))
  const quality = (found: readonly (readonly Hit[])[]) =>
    mean(
      found.map((hits, i) =>
        ndcg(
          hits.map(({ row }) => ids[row]),
          queries[i].query.grades,
        ),
      ),
    )
  const alike = mean(
    binary.found.map((hits, i) => {
      const right = new Set(exact.found[i].map(({ row }) => row))
      return hits.filter(({ row }) => right.has(row)).length / right.size
    }),
  )
  const bytes = { exact: vectors.dimension * 4, binary: codes.words * 4 }
  return {
    title: `Binary codes and rescoring, ${ids.length} vectors of ${vectors.dimension} dimensions`,
    note: `Vectors alone, the best ${shown} of each query. Codes are sign bits, searched in full by Hamming distance; the best ${10 * shown} are rescored by their full vectors, which must still be kept but may lie on disk. Both searches are plain JavaScript, median of ${rounds} rounds over ${queries.length} queries: the product’s own exact search is native and faster than either.`,
    columns: [
      'search',
      'nDCG@10',
      'of the exact top 10',
      'bytes a paper, searched',
      'MB for 100,000',
      'CPU ms a query',
      'CPU saved',
    ],
    rows: [
      ['full vectors', quality(exact.found), 1, bytes.exact, bytes.exact / 10, exact.cpuMs, 0],
      [
        'binary + rescore',
        quality(binary.found),
        alike,
        bytes.binary,
        bytes.binary / 10,
        binary.cpuMs,
        1 - binary.cpuMs / exact.cpuMs,
      ],
    ],
  }
}

function timed(queries: Material['queries'], search: (query: Float32Array) => Hit[]) {
  const found = queries.map(({ vector }) => search(vector))
  const took = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage()
    for (const { vector } of queries) search(vector)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / queries.length
  })
  return { found, cpuMs: quantileOf(ascending(took), 0.5) }
}
