import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { BadSetting, CorruptStore } from '../../src/domain/errors.ts'
import type { Arm } from '../arms.ts'
import { runText } from '../trec.ts'
import type { Keeping } from './holding.ts'
import type { AnswerRecord, Timing } from './records.ts'

/** All that determines the answers to a set of queries, beside the arm. */
export interface SetFacts {
  /** sha256 of each file of papers. */
  readonly corpora: readonly string[]
  readonly queries: string
  readonly fingerprint: string
  readonly calibration: string
  /** Commit, and whether anything was changed since. */
  readonly code: string
  readonly seed: number
  readonly keeping: Keeping
}

/**
 * The folder of a study:
 *
 *   manifest.json                            what determines the answers, by set of queries and keeping
 *   records/<set>/<keeping>/<arm>.jsonl      a line for each answer, in the order of the queries
 *   runs/<set>/<keeping>/<arm>.run           the same in TREC format
 *   timings/<set>/<keeping>/<arm>.jsonl      all that differs between two runs of the same
 */
export interface Archive {
  /** Throws BadSetting where the folder holds answers to the same set that something else determined. */
  begin(set: string, facts: SetFacts): void
  of(set: string, keeping: Keeping, arm: Arm): ArmArchive
}

export interface ArmArchive {
  readonly answers: Map<string, AnswerRecord>
  readonly timings: Timing[]
  append(answer: AnswerRecord, timing: Timing): void
  /** Writes the run, once all are there. */
  finish(queries: readonly string[]): void
}

const manifestShape = z.object({
  sets: z.record(z.string(), z.object({ hash: z.string(), facts: z.record(z.string(), z.unknown()) })),
})

export function openArchive(folder: string): Archive {
  const file = join(folder, 'manifest.json')
  return {
    begin(name, facts) {
      const set = `${name}/${facts.keeping.name}`
      const { sets } = existsSync(file) ? manifestShape.parse(jsonIn(file)) : { sets: {} }
      const hash = digestOf(facts)
      const before = sets[set]
      if (before && before.hash !== hash) throw new BadSetting(differing(folder, set, before.facts, facts))
      const all = Object.entries({ ...sets, [set]: { hash, facts } }).sort(([one], [other]) => (one < other ? -1 : 1))
      writeWhole(file, `${JSON.stringify({ sets: Object.fromEntries(all) }, null, 2)}\n`)
    },
    of(set, keeping, arm) {
      const place = (room: string, ending: string) => join(folder, room, set, keeping.name, `${arm.name}.${ending}`)
      const [records, timed] = [place('records', 'jsonl'), place('timings', 'jsonl')]
      // Written by us in full lines and read back by the same version: the manifest holds the commit.
      const answers = new Map(linesOf<AnswerRecord>(records).map((one) => [one.query, one]))
      const timings = linesOf<Timing>(timed).filter((one) => answers.has(one.query))
      return {
        answers,
        timings,
        append(answer, timing) {
          appendLine(timed, timing)
          appendLine(records, answer)
          answers.set(answer.query, answer)
          timings.push(timing)
        },
        finish(queries) {
          const rankings = queries.map((id) => [id, answers.get(id)?.hits ?? []] as const)
          writeWhole(place('runs', 'run'), runText(new Map(rankings), arm.name))
        },
      }
    },
  }
}

export const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

function differing(folder: string, set: string, before: Record<string, unknown>, facts: SetFacts): string {
  const names = Object.entries(facts).flatMap(([name, value]) =>
    JSON.stringify(before[name]) === JSON.stringify(value) ? [] : [name],
  )
  return `${folder} holds answers to ${set} with other ${names.join(', ')}; name another folder, or empty this one`
}

/** A line that was torn when the process died is cut off: it will be written again. */
function linesOf<T>(file: string): T[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole))
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line): T => JSON.parse(line))
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new CorruptStore(`${file} cannot be read`, { cause })
  }
}

function appendLine(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${JSON.stringify(value)}\n`)
}

function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
