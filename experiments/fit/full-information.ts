import { progressBar } from '../../indexer/progress.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import { type Collection, type CollectionSpec, openCollection } from '../collection.ts'
import { withKnown } from '../known-vectors.ts'
import { limitedTo, missed, onTime } from '../replay/holding.ts'
import { openReplayLive } from '../replay/live.ts'
import { holdsPrimary, largestOf } from '../replay/open-replay.ts'
import { startWorld } from '../replay/world.ts'
import { type JudgedSet, judgedQueries } from '../topics/judged.ts'
import { knownItems } from '../topics/known-item.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { type Asking, observeAsking } from './asking.ts'

const knownItemCount = 500
/** A store that is a week behind should hold something when the first known item is asked. */
const headStartMs = 60 * dayMs
const missedDays = [1, 3, 7]
/** Of the store that holds a part of what the source has. */
const largest = 4

/**
 * Judged topics, as typed and as a sentence, and known items with their natural mix of ages, each before stores that were
 * harvested on time, late and in part, with and without what the source would answer.
 */
export async function fullInformation(
  judged: JudgedSet,
  whole: Collection,
  spec: CollectionSpec,
  seed: number,
  calibrationFor: (query: JudgedQuery) => Calibration,
): Promise<Asking[]> {
  const queries = [
    ...(['query', 'long'] as const).flatMap((form) =>
      judgedQueries(judged, form).map((one) => ({ ...one, id: `${one.id}-${form}` })),
    ),
    ...knownItemsOf(whole, seed),
  ]
  const [first] = queries.toSorted((one, other) => one.asked - other.asked)
  if (!first) return []
  // Of the first query's time, so that no later paper has a say.
  const categories = largestOf(whole, largest, first.asked)
  const part = await openCollection({
    ...spec,
    keep: { name: `primary ${categories.join(' ')}`, holds: holdsPrimary(categories) },
    embedder: withKnown(whole.embedder, whole.engine.embeddings),
  })
  const world = await startWorld(spec.files)
  const live = openReplayLive(world, seed)
  const bar = progressBar('asking live')
  try {
    const shelves = [
      { collection: whole, keepings: [onTime, ...missedDays.map(missed)] },
      { collection: part, keepings: [limitedTo('four-categories', categories)] },
    ]
    return await observeAsking(queries, { shelves, whole, live, calibrationFor, onProgress: bar.update })
  } finally {
    bar.stop()
    await live.close()
    await world.close()
    await part.close()
  }
}

function knownItemsOf({ engine }: Collection, seed: number): JudgedQuery[] {
  const papers = [...engine.forBuild(engine.documents.lastSeq())].flatMap((paper) =>
    paper.announced === null ? [] : { ...paper, announced: paper.announced },
  )
  const [first, last] = [papers.at(0), papers.at(-1)]
  if (!first || !last) return []
  const from = instant(first.announced + headStartMs)
  return knownItems(papers, { count: knownItemCount, seed, from, to: instant(last.announced + dayMs) })
}
