import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isoOf } from '../../src/domain/instant.ts'
import type { Clock } from '../../src/ports.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import type { Claim } from '../claims/claim.ts'
import { type Registration, registrationOf, unregisteredIn } from '../registration.ts'
import { codeIdentity } from '../replay/code.ts'
import { openStudy } from '../replay/open-study.ts'
import type { Study, StudyOptions } from '../replay/study.ts'
import type { Input } from '../report/provenance.ts'
import { checkedFindings, type Run } from '../report/read.ts'
import { outcomeSays } from '../report/words.ts'
import { writeReport } from '../report/write.ts'

export interface RunParts {
  /** Where stores are kept from run to run. */
  readonly stores: string
  /** A line of JSON for every run, whatever became of it. */
  readonly log: string
  readonly calibration: Calibration
  readonly registration: Registration
  /** What was read; taken once for all claims of a command. */
  readonly inputs: readonly Input[]
  /** To be typed for the same run again. */
  readonly command: string
  readonly clock: Clock
  say(line: string): void
}

/** Runs a claim, writes findings, provenance and report into the folder of the study, and logs what became of it. */
export async function runClaim(claim: Claim, options: StudyOptions, parts: RunParts): Promise<Run> {
  const { registration } = parts
  const now = registrationOf([claim], registration.developmentTopics)
  const unregistered = unregisteredIn(claim.name, registration, now)
  if (unregistered.length > 0) parts.say(`not as registered: ${unregistered.join('; ')}`)
  const entry = {
    at: isoOf(parts.clock.now()),
    command: parts.command,
    code: codeIdentity(),
    claim: claim.name,
    registered: unregistered.length === 0,
  }
  try {
    const run = await found(claim, options, parts, unregistered)
    const outcomes = run.findings.verdicts.map(({ primary, standing, outcome }) => ({ primary, standing, outcome }))
    appendLine(parts.log, { ...entry, outcomes })
    return run
  } catch (error) {
    appendLine(parts.log, { ...entry, failed: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

async function found(
  claim: Claim,
  options: StudyOptions,
  parts: RunParts,
  unregistered: readonly string[],
): Promise<Run> {
  const study = await openStudy(options, {
    stores: parts.stores,
    calibration: parts.calibration,
    developmentTopics: new Set(parts.registration.developmentTopics),
    say: parts.say,
  })
  try {
    const fingerprints = new Set<string>()
    const findings = checkedFindings(await claim.run(noting(study, fingerprints)))
    const { name, says, hypothesis, falsifier, primaries } = claim
    const provenance = {
      claim: { name, says, hypothesis, falsifier, primaries },
      command: parts.command,
      commit: codeIdentity(),
      seed: options.seed,
      fingerprints: [...fingerprints].sort(),
      inputs: parts.inputs,
      unregistered,
    }
    mkdirSync(options.out, { recursive: true })
    writeFileSync(join(options.out, 'findings.json'), `${JSON.stringify(findings, null, 2)}\n`)
    writeFileSync(join(options.out, 'provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`)
    await writeReport(options.out, { findings, provenance })
    return { findings, provenance }
  } finally {
    await study.close()
  }
}

/** The same study, which notes the encoders that are used. */
function noting(study: Study, fingerprints: Set<string>): Study {
  const noted = <T extends { readonly fingerprint: string }>(replay: T): T => {
    fingerprints.add(replay.fingerprint)
    return replay
  }
  return {
    ...study,
    replay: async (embedder) => noted(await study.replay(embedder)),
    async control(folder, embedder) {
      const control = await study.control(folder, embedder)
      noted(control.replay)
      return control
    },
    async stream() {
      const stream = await study.stream()
      noted(stream.replay)
      return stream
    },
  }
}

function appendLine(file: string, entry: object): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${JSON.stringify(entry)}\n`)
}

/** A line for each verdict, for the terminal. */
export const verdictLines = ({ findings }: Run): string[] =>
  findings.verdicts.map(
    (verdict) => `${outcomeSays(verdict)}: ${verdict.primary} (${verdict.standing}). ${verdict.says}`,
  )
