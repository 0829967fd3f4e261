import { join } from 'node:path'
import { Command } from 'commander'
import { sampleFile } from '../../indexer/sample.ts'
import { readConfig } from '../../src/config.ts'
import { agility } from '../claims/agility.ts'
import { runParts, runsFolder } from './run.ts'
import { runClaim, verdictLines } from './run-claim.ts'
import { shippedModel, wholeNumber } from './settings.ts'

export const demoCommand = (): Command =>
  new Command('demo')
    .description(
      'offline, in two minutes: whether agility beats a static index on a generated stream of papers and on the sample',
    )
    .option('--seed <n>', 'of the stream, and of all randomness', wholeNumber, 1)
    .option('--out <folder>', 'where the run is kept')
    .action(async ({ seed, out }: { seed: number; out?: string }) => {
      const config = readConfig(process.env)
      const folder = out ?? join(runsFolder(config), 'demo')
      const rivals = { static: shippedModel, int8: null, fp32: null }
      // Without topics a claim is run on the stream; known items are drawn from the sample.
      const papers = { corpora: [sampleFile], format: 'sample', knownItems: 40 } as const
      const study = { ...papers, topics: [], qrels: [], beir: [], embedder: shippedModel, rivals, seed, out: folder }
      const command = `npm run experiment -- demo --seed ${seed} --out ${folder}`
      const run = await runClaim(agility, study, { ...runParts(config, []), command })
      for (const line of [...verdictLines(run), join(folder, 'report.html')]) console.log(line)
    })
