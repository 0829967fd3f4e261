import { join, relative } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../../src/clock.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { BadSetting } from '../../src/domain/errors.ts'
import { loadCalibration } from '../../src/retrieval/calibration.ts'
import { claims } from '../claims/all.ts'
import type { Claim } from '../claims/claim.ts'
import { readRegistration } from '../registration.ts'
import { writeOverview } from '../report/write.ts'
import { inputsOf } from './inputs.ts'
import { type RunParts, runClaim, verdictLines } from './run-claim.ts'
import { commandOf, type RunOptions, studySettings, wholeNumber } from './settings.ts'

export const runCommand = (): Command =>
  new Command('run')
    .description('replay what a claim needs, decide it, and write findings, figures and report')
    .argument('<name...>', 'experiments, as `list` names them; or all')
    .option('--corpus <path...>', 'papers to replay, files or folders; may be repeated')
    .option('--topics <path...>', 'judged topics, files or folders; may be repeated')
    .option('--qrels <file...>', 'judgements of topics that are files; may be repeated')
    .option('--beir <folder...>', 'BEIR folders, the atemporal controls; may be repeated')
    .option('--embedder <model>', 'of all arms, unless a claim compares encoders')
    .option('--known-items <n>', 'how many known items to draw', wholeNumber, 1000)
    .option('--seed <n>', 'of all randomness', wholeNumber, 1)
    .option('--out <folder>', 'where the run is kept and gone on with; of several, the folder of their folders')
    .action(async (names: string[], options: RunOptions) => {
      const chosen = claimsNamed(names)
      const config = readConfig(process.env)
      const settings = studySettings(options, say)
      const parts = runParts(config, await inputsOf(settings))
      const parent = options.out ?? runsFolder(config)
      const several = chosen.length > 1
      const runs = []
      for (const claim of chosen) {
        const folder = options.out && !several ? options.out : join(parent, claim.name)
        const study = { ...settings, out: folder }
        try {
          const run = await runClaim(claim, study, { ...parts, command: commandOf(claim.name, study) })
          for (const line of [...verdictLines(run), join(folder, 'report.html')]) console.log(line)
          runs.push({ folder, run })
        } catch (error) {
          // The others do not rest on this one, and hours may lie between them.
          if (!several) throw error
          say(`${claim.name} failed: ${error instanceof Error ? error.message : error}`)
          process.exitCode = 1
        }
      }
      if (!several) return
      writeOverview(parent, runs)
      console.log(join(parent, 'overview.html'))
    })

/** What is told while something runs stands apart from what it found. */
export const say = (line: string): void => console.error(line)

export const runsFolder = (config: Config): string => relative('', join(config.dataFolder, 'runs'))

export const runParts = (config: Config, inputs: RunParts['inputs']): Omit<RunParts, 'command'> => ({
  stores: join(config.dataFolder, 'evaluate'),
  log: join(config.dataFolder, 'runs', 'log.jsonl'),
  calibration: loadCalibration(config.router),
  registration: readRegistration(),
  inputs,
  clock: systemClock,
  say,
})

function claimsNamed(names: readonly string[]): readonly Claim[] {
  if (names.includes('all')) return claims
  return [...new Set(names)].map((name) => {
    const claim = claims.find((one) => one.name === name)
    const known = claims.map((one) => one.name).join(', ')
    if (!claim) throw new BadSetting(`there is no experiment ${name}; there are ${known}`)
    return claim
  })
}
