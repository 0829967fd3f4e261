import type { Study } from '../replay/study.ts'
import type { QuerySet, Tested } from './compared.ts'

/** Judged topics as typed; where none were named, the generated stream, and all that follows is simulation. */
export async function topicSet(study: Study): Promise<QuerySet> {
  const { seed } = study.options
  const queries = await study.topics()
  if (queries.length > 0) {
    const replay = await study.replay()
    return { name: 'topics', replay, queries, complete: false, standing: study.standing, seed }
  }
  const stream = await study.stream()
  return { name: 'stream', ...stream, complete: true, standing: 'simulation', seed }
}

/** Known items of the corpus under the main encoder; null where there is no corpus to draw them from. */
export async function knownItemSet(study: Study): Promise<QuerySet | null> {
  const { corpora, seed } = study.options
  const queries = corpora.length > 0 ? await study.knownItems() : []
  if (queries.length === 0) return null
  const replay = await study.replay()
  return { name: 'known-items', replay, queries, complete: true, standing: await standingOfOthers(study), seed }
}

/** A BEIR folder of that name under an encoder; null where none was named. Complete by its own convention. */
export async function controlSet(study: Study, name: string, embedder?: string): Promise<QuerySet | null> {
  const control = study.controls().find((one) => one.name === name)
  if (!control) return null
  const { replay, queries } = await study.control(control.folder, embedder)
  const { seed } = study.options
  return { name, replay, queries, complete: true, standing: await standingOfOthers(study), seed }
}

/** Only topics can be kept apart: without any, nothing that is run confirms. */
const standingOfOthers = async (study: Study): Promise<Tested> =>
  (await study.topics()).length > 0 ? study.standing : 'development'
