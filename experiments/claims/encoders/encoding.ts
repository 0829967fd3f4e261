import { openEmbedder } from '../../../src/compose.ts'
import { textOf } from '../../../src/domain/document.ts'
import type { Embedder } from '../../../src/ports.ts'
import { mean } from '../../measures.ts'
import { cpuMs, encoderCpuMs } from '../../replay/cost.ts'
import { seeded } from '../../seeded.ts'
import type { QuerySet } from '../compared.ts'

/** Queries and papers whose encoding is timed together: a clock of hundredths of a second is too coarse for one query. */
export interface Block {
  readonly queries: readonly { readonly id: string; readonly text: string }[]
  readonly papers: readonly string[]
}

/** User + system time of all processes, of one query and of one paper, block by block. */
export interface Encoding {
  readonly queryMs: readonly number[]
  readonly paperMs: readonly number[]
}

/** Null where the system does not tell what a child has used. */
export type MeasureEncoding = (model: string, blocks: readonly Block[]) => Promise<Encoding | null>

/** Enough for an interval over blocks. */
const most = { blocks: 12, queries: 20, papers: 16 }
const rounds = 3

export const conditions = `Encoding is timed apart: up to ${most.blocks} blocks of up to ${most.queries} queries, one at a time, and ${most.papers} judged papers, together, drawn by the seed; mean of ${rounds} rounds, each in a new encoder's process that has run warm.`

/** The same for every encoder. */
export function blocksOf({ queries, replay, seed }: QuerySet): readonly Block[] {
  const random = seeded(seed)
  const asked = shuffled(queries, random).slice(0, most.blocks * most.queries)
  const judged = [...new Set(queries.flatMap(({ grades }) => [...grades.keys()]))]
  const papers = shuffled(judged, random)
    .flatMap((id) => replay.paper(id) ?? [])
    .slice(0, most.blocks * most.papers)
  const count = Math.min(most.blocks, asked.length, papers.length)
  const dealt = <T>(items: readonly T[], block: number): readonly T[] => items.filter((_, i) => i % count === block)
  return Array.from({ length: count }, (_, block) => ({
    queries: dealt(asked, block).map(({ id, text }) => ({ id, text })),
    papers: dealt(papers, block).map(textOf),
  }))
}

/** Fisher and Yates. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[all[i], all[j]] = [all[j], all[i]]
  }
  return all
}

export const measureEncoding: MeasureEncoding = async (model, blocks) => {
  const measured: Encoding[] = []
  for (let round = 0; round < rounds; round++) {
    // A new one each time: this one remembers what it was asked.
    const embedder = await openEmbedder(model)
    try {
      // Whoever has just loaded a model has used some time.
      if (encoderCpuMs() === 0) return null
      measured.push(await oneRound(embedder, blocks))
    } finally {
      await embedder.close()
    }
  }
  const meanOf = (of: (one: Encoding) => readonly number[]) =>
    blocks.map((_, i) => mean(measured.map((one) => of(one)[i])))
  return { queryMs: meanOf((one) => one.queryMs), paperMs: meanOf((one) => one.paperMs) }
}

async function oneRound(embedder: Embedder, blocks: readonly Block[]): Promise<Encoding> {
  // What is only done once, and the compiling of what is done often, is no cost of a query. As documents, which are not
  // remembered.
  for (const { queries } of blocks) for (const { text } of queries) await embedder.embed([text], 'document')
  await embedder.embed(blocks[0]?.papers ?? [], 'document')
  const queryMs: number[] = []
  const paperMs: number[] = []
  for (const { queries, papers } of blocks) {
    const started = cpuMs()
    for (const { text } of queries) await embedder.embed([text], 'query')
    const asked = cpuMs()
    await embedder.embed(papers, 'document')
    queryMs.push((asked - started) / queries.length)
    paperMs.push((cpuMs() - asked) / papers.length)
  }
  return { queryMs, paperMs }
}
