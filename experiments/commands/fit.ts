import { join } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { BadSetting } from '../../src/domain/errors.ts'
import { dayOf, parseDay } from '../../src/domain/instant.ts'
import { fit as learn } from '../fit/fit.ts'
import { codeIdentity } from '../replay/code.ts'
import { sharedCorpora, sharedTopics, shippedModel, taken, wholeNumber } from './settings.ts'

interface Options {
  readonly trainUntil: string
  readonly corpus?: readonly string[]
  readonly topics?: readonly string[]
  readonly qrels?: readonly string[]
  readonly labels: string
  readonly embedder: string
  readonly live: boolean
  readonly seed: number
  readonly out: string
  readonly fixtures?: string
}

export const fitCommand = (): Command =>
  new Command('fit')
    .description(
      'learn depth, gate, the weight of recency and the gains of asking live from early time, and say how they do later',
    )
    .requiredOption('--train-until <day>', 'nothing asked later trains anything')
    .option('--corpus <path...>', 'papers, files or folders; may be repeated')
    .option('--topics <path...>', 'judged topics, files or folders; may be repeated')
    .option('--qrels <file...>', 'judgements of topics that are files; may be repeated')
    .option('--labels <file>', 'queries labelled with the age of paper they want', 'data/labels/intents.jsonl')
    .option('--embedder <model>', 'whose scores are calibrated', shippedModel)
    .option('--no-live', 'leave the gains of asking live as they are')
    .option('--seed <n>', 'of folds', wholeNumber, 1)
    .option('--out <file>', 'where the figures are written', 'data/router.json')
    .option('--fixtures <folder>', 'where later queries are kept in figures, for tests')
    .action(async (options: Options) => {
      const trainUntil = parseDay(options.trainUntil)
      if (!trainUntil) throw new BadSetting(`--train-until ${options.trainUntil} is no day; write 2025-10-31`)
      const say = (line: string) => console.log(line)
      const corpora = options.corpus ?? taken('corpus', sharedCorpora, say)
      const topics = options.topics ?? taken('topics', sharedTopics, say)
      if (corpora.length === 0) throw new BadSetting('name the papers to learn from with --corpus')
      if (topics.length === 0) throw new BadSetting('name the judged topics to learn from with --topics')
      const config = readConfig(process.env)
      await learn({
        ...options,
        corpora,
        topics,
        qrels: options.qrels ?? [],
        trainUntil,
        fixtures: options.fixtures ?? null,
        stores: join(config.dataFolder, 'evaluate'),
        command: [
          'npm run experiment -- fit --train-until',
          trainUntil,
          ...encoderOf(options.embedder),
          ...(options.live ? [] : ['--no-live']),
        ].join(' '),
        commit: codeIdentity(),
        today: dayOf(systemClock.now()),
        say,
      })
    })

const encoderOf = (model: string): readonly string[] => (model === shippedModel ? [] : ['--embedder', model])
