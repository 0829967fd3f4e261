import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Day, dayOf } from '../../src/domain/instant.ts'
import {
  type Calibration,
  depthCalibrationFor,
  type FreshnessWeights,
  type GateWeights,
  gateWeightsFor,
  loadCalibration,
} from '../../src/retrieval/calibration.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import { importFormats } from '../../src/sources/files/formats.ts'
import type { Topic } from '../../src/sources/files/topics.ts'
import { type Collection, corpusFiles, openCollection } from '../collection.ts'
import type { Grades } from '../measures.ts'
import { readJudged } from '../topics/judged.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { depthFigures, fitDepth, type Graded, gradeCandidates } from './depth.ts'
import { fullInformation } from './full-information.ts'
import { crossFitted, figuresOf, fitGate, type GateFigures, judgedBy, temperatureFor, tempered } from './gate.ts'
import { labelledTopics, readLabels } from './labels.ts'
import { fitLive } from './live.ts'
import { learnedFrom, sayLive } from './live-report.ts'
import { type Observed, observe } from './observe.ts'
import { toLine } from './recorded.ts'
import { askingToLine } from './recorded-askings.ts'
import { type Spans, spansOf } from './spans.ts'
import { bestWeights, type Judged, judgedTopic, type TradeOff, tradeOffs } from './tradeoff.ts'

export interface FitOptions {
  readonly corpora: readonly string[]
  /** Folders or files. */
  readonly topics: readonly string[]
  readonly qrels: readonly string[]
  /** `data/labels/intents.jsonl`. */
  readonly labels: string
  /** Nothing that was asked later trains anything. */
  readonly trainUntil: Day
  readonly embedder: string
  readonly seed: number
  /** False: the gains of asking live are left as they are; they hardly depend on the encoder. */
  readonly live: boolean
  /** Where evaluation stores are kept. */
  readonly stores: string
  readonly out: string
  /** Folder for what was seen of later queries, in figures, for tests without corpus and encoder; null: not kept. */
  readonly fixtures: string | null
  readonly command: string
  readonly commit: string
  readonly today: Day
  say(line: string): void
}

const folds = 10

/** Learns depth and gate for one encoder, and how much age may cost, from early time; says how they do later. */
export async function fit(options: FitOptions): Promise<Calibration> {
  const { say, trainUntil, seed } = options
  const judged = await readJudged(options.topics, options.qrels)
  const spec = {
    files: corpusFiles(options.corpora),
    read: importFormats['arxiv-jsonl'],
    model: options.embedder,
    folder: options.stores,
  }
  const collection = await openCollection(spec)
  try {
    const before = loadCalibration(null)
    const { fingerprint } = collection.embedder
    const [model] = fingerprint.split(':')
    const topics = spansOf(judged.topics, (topic) => topic.asOf, trainUntil)
    const gradesOf = (id: string): Grades => judged.qrels.get(id) ?? new Map()
    const graded = async (some: readonly Topic[]): Promise<Graded[]> => {
      const all: Graded[] = []
      for (const topic of some) all.push(...(await gradeCandidates(topic, gradesOf(topic.id), collection)))
      return all
    }
    const early = [...topics.train, ...topics.calibrate]
    const depth = fitDepth(await graded(early), depthCalibrationFor(fingerprint, handSet))
    const later = depthFigures(await graded(topics.confirm), depth)
    say(
      `depth, from ${early.length} topics: nDCG@10 of candidates on ${later.topics} later ones ${figure(later.byDepth)}, by convex combination ${figure(later.byFusion)}`,
    )
    const withDepth: Calibration = { ...before, models: { ...before.models, [model]: depth } }

    const labelled = [...readLabels(options.labels), ...labelledTopics(judged.topics)]
    const observed = await observe(labelled, collection, withDepth)
    const spans = spansOf(observed, (one) => one.labelled.day, trainUntil)
    const gate = calibrated(spans, true)
    const any = calibrated(spans, false)
    sayGate(spans, observed, gate, fingerprint, options)

    const freshness = fitFreshness(observed, gradesOf, collection, trainUntil, options)
    const unasked = {
      models: withDepth.models,
      // Directions hold for one encoder; the signs hardly depend on it.
      gate: { ...before.gate, any, [model]: gate },
      freshness: { ...before.freshness, any: freshness, [model]: freshness },
    }
    const unseen = gatesUnseen(spans.train, gate, seed)
    const gateFor = ({ unit }: JudgedQuery) => ({
      ...before,
      ...unasked,
      gate: { ...unasked.gate, [model]: unseen(unit) },
    })
    const askings = options.live ? await fullInformation(judged, collection, spec, seed, gateFor) : []
    const asked = spansOf(askings, (one) => dayOf(one.asked), trainUntil)
    const live = options.live ? fitLive(asked, folds, seed) : null
    if (live) sayLive(asked, live, seed, say)

    const next: Calibration = {
      version: 3,
      provenance: {
        ...(await provenanceOf(options, collection, topics.train.length, spans.train.length)),
        live: live ? learnedFrom(asked, live) : before.provenance.live,
      },
      ...unasked,
      live: { ...before.live, ...live?.gains },
    }
    writeFileSync(options.out, `${JSON.stringify(next, null, 2)}\n`)
    say(`written to ${options.out}`)
    if (options.fixtures) {
      writeLines(options.fixtures, 'later-queries.jsonl', spans.confirm.map(toLine))
      if (live) writeLines(options.fixtures, 'later-askings.jsonl', asked.confirm.map(askingToLine))
    }
    return next
  } finally {
    await collection.close()
  }

  function calibrated({ train, calibrate }: Spans<Observed>, withSubject: boolean): GateWeights {
    const weights = fitGate(train, withSubject)
    return tempered(weights, temperatureFor(calibrate, weights))
  }

  function sayGate(
    { confirm }: Spans<Observed>,
    observed: readonly Observed[],
    gate: GateWeights,
    fingerprint: string,
    { labels }: FitOptions,
  ): void {
    const ofLabels = (some: readonly Observed[]) => some.filter((one) => !one.labelled.stratum.startsWith('topic-'))
    const byHand = gateWeightsFor(fingerprint, handSet)
    say(`gate on ${labels}, asked later: ${sentenceOf(figuresOf(ofLabels(confirm), () => gate))}`)
    say(`  the same by hand: ${sentenceOf(figuresOf(ofLabels(confirm), () => byHand))}`)
    const crossed = figuresOf(ofLabels(observed), crossFitted(observed, folds, seed, true))
    say(`gate, ${folds}-fold over all labels: ${sentenceOf(crossed)}`)
    say(`  wanted by row, said by column (recent, atemporal, old, dated): ${JSON.stringify(crossed.confusion)}`)
    for (const [stratum, { queries, accuracy }] of Object.entries(crossed.byStratum)) {
      say(`  ${stratum}: ${figure(accuracy)} of ${queries}`)
    }
  }
}

/** By topics up to the end of calibration, each under a gate that has not seen it; the curve over all is for people. */
function fitFreshness(
  observed: readonly Observed[],
  gradesOf: (topic: string) => Grades,
  collection: Collection,
  trainUntil: Day,
  { seed, say }: FitOptions,
): FreshnessWeights {
  const weightsFor = crossFitted(observed, folds, seed, true)
  const judged = observed
    .filter(({ labelled }) => labelled.id.endsWith('-query') && labelled.intent !== 'dated')
    .map(
      (one): Judged =>
        judgedTopic(one, judgedBy(one, weightsFor(one)).pRecent, gradesOf(one.labelled.unit), collection),
    )
  const { train, calibrate, confirm } = spansOf(judged, (one) => one.observed.labelled.day, trainUntil)
  const weights = bestWeights([...train, ...calibrate])
  say(
    `recency may cost ${weights.gamma} of a score from p_rec ${weights.floor} on, halving in ${weights.halfLifeShare} of the matches' own time, from ${train.length + calibrate.length} topics; later topics:`,
  )
  for (const one of tradeOffs(confirm)) say(`  ${lineOf(one)}`)
  say('all topics, under gates that have not seen them (development):')
  for (const one of tradeOffs(judged)) say(`  ${lineOf(one)}`)
  return weights
}

/** Gates for topics that trained the gate, each from the folds that its topic is not in; the gate itself for all else. */
function gatesUnseen(train: readonly Observed[], gate: GateWeights, seed: number): (unit: string) => GateWeights {
  const crossed = crossFitted(train, folds, seed, true)
  const byUnit = new Map(train.map((one) => [one.labelled.unit, crossed(one)]))
  return (unit) => byUnit.get(unit) ?? gate
}

function writeLines(folder: string, name: string, lines: readonly string[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
}

const lineOf = ({ weights: { gamma, halfLifeShare, floor }, recentDecayed, subject }: TradeOff): string =>
  `gamma ${gamma}, half-life x ${halfLifeShare}, floor ${floor}: recent, decayed ${figure(recentDecayed)}; subject ${Object.entries(
    subject,
  )
    .map(([kind, change]) => `${kind.replace('topic-', '')} ${figure(change)}`)
    .join(', ')}`

const sentenceOf = ({ queries, accuracy, logLoss, recall }: GateFigures): string =>
  `${figure(accuracy)} of ${queries} right, log loss ${figure(logLoss)}, recall ${Object.entries(recall)
    .map(([intent, share]) => `${intent} ${figure(share)}`)
    .join(', ')}`

const figure = (value: number): string => value.toFixed(3)

async function provenanceOf(
  { command, commit, seed, trainUntil, labels, today }: FitOptions,
  { engine }: Collection,
  topics: number,
  queries: number,
): Promise<Omit<Calibration['provenance'], 'live'>> {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { announced } of engine.forBuild(engine.documents.lastSeq())) {
    if (announced === null) continue
    from = Math.min(from, announced)
    to = Math.max(to, announced)
  }
  const day = (at: number) => (Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : null)
  return {
    fitted: today,
    command,
    commit,
    seed,
    corpus: { from: day(from), to: day(to), papers: engine.documents.count() },
    topics: { count: topics, trainUntil },
    labels: `${labels}: ${queries} labelled queries and forms of topics`,
  }
}
