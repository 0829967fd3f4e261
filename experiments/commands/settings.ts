import { existsSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { BadSetting } from '../../src/domain/errors.ts'
import type { StudyOptions } from '../replay/study.ts'

/** Options of `run`, as typed. */
export interface RunOptions {
  readonly corpus?: readonly string[]
  readonly topics?: readonly string[]
  readonly qrels?: readonly string[]
  readonly beir?: readonly string[]
  readonly embedder?: string
  readonly knownItems: number
  readonly seed: number
  readonly out?: string
}

/** What lies beside the checkout in the workshop, and is taken where nothing was named. */
export const sharedTopics = ['../shared/data/topics']
export const sharedCorpora = ['../shared/data/corpus/arxiv-daily']
const shared = {
  beir: ['scifact', 'cranfield', 'cisi', 'cacm'].map((name) => `../shared/data/retrieval/${name}`),
  model: '../shared/models/all-MiniLM-L6-v2',
}
export const shippedModel = 'freshet-static'

/** All of a study but its folder. `say` is told what was taken without having been named. */
export function studySettings(options: RunOptions, say: (line: string) => void): Omit<StudyOptions, 'out'> {
  for (const path of [options.corpus, options.topics, options.qrels, options.beir].flatMap((named) => named ?? [])) {
    if (!existsSync(path)) throw new BadSetting(`there is no ${path}`)
  }
  const model = existsSync(shared.model) ? shared.model : null
  return {
    corpora: options.corpus ?? [],
    format: 'arxiv-jsonl',
    topics: options.topics ?? taken('topics', sharedTopics, say),
    qrels: options.qrels ?? [],
    beir: options.beir ?? taken('beir', shared.beir, say),
    embedder: options.embedder ?? takenModel(model, say),
    rivals: { static: shippedModel, int8: model && `${model}@int8`, fp32: model && `${model}@fp32` },
    knownItems: options.knownItems,
    seed: options.seed,
  }
}

export function taken(option: string, paths: readonly string[], say: (line: string) => void): readonly string[] {
  const there = paths.filter((path) => existsSync(path))
  if (there.length > 0) say(`--${option} was not given: taking ${there.join(' ')}`)
  return there
}

function takenModel(model: string | null, say: (line: string) => void): string {
  const embedder = model ? `${model}@fp32` : shippedModel
  say(`--embedder was not given: taking ${embedder}`)
  return embedder
}

/** What to type for the same study again, with nothing left to defaults but what is not there. */
export function commandOf(name: string, { out, ...study }: StudyOptions): string {
  const list = (option: string, values: readonly string[]) => (values.length > 0 ? [`--${option}`, ...values] : [])
  return [
    ...['npm', 'run', 'experiment', '--', 'run', name],
    ...list('corpus', study.corpora),
    ...list('topics', study.topics),
    ...list('qrels', study.qrels),
    ...list('beir', study.beir),
    ...['--embedder', study.embedder, '--known-items', String(study.knownItems), '--seed', String(study.seed)],
    ...['--out', out],
  ]
    .map((word) => (/^[\w./@:+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ')
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number')
  return Number(text)
}
