import { z } from 'zod'
import { tableSchema, verdictSchema } from './findings.ts'
import type { ReadRun, Shelves } from './run-folders.ts'

/** Runs of experiments as they go over the wire: what they found, how sure that is, and where it lies. */

const summary = {
  run: z.string(),
  folder: z.string(),
  claim: z.string(),
  says: z.string().meta({ description: 'The claim in a sentence.' }),
  hypothesis: z.string(),
  registered: z.boolean().meta({ description: 'Claim, margins and code are as they were registered beforehand.' }),
  verdicts: z.array(verdictSchema),
}

export const experimentsSchema = z
  .strictObject({
    folders: z.array(z.string()).meta({ description: 'Where runs are looked for.' }),
    runs: z.array(z.strictObject(summary)),
    unreadable: z.array(z.strictObject({ folder: z.string(), reason: z.string() })),
  })
  .meta({ description: 'The runs of experiments on disk.' })

export const experimentSchema = z
  .strictObject({
    ...summary,
    falsifier: z.string(),
    unregistered: z.array(z.string()).meta({ description: 'What is not as it was registered.' }),
    command: z.string().meta({ description: 'Typed in a checkout, it gives the same figures again.' }),
    commit: z.string().nullable(),
    seed: z.number(),
    encoders: z.array(z.string()),
    arms: tableSchema,
    slices: z.array(tableSchema),
    tables: z.array(tableSchema),
    figures: z.array(z.strictObject({ title: z.string(), caption: z.string(), file: z.string() })),
    threats: z.array(z.string()),
    notRun: z.array(z.string()),
    files: z.array(z.string()).meta({ description: 'Served under /experiments/{run}/.' }),
  })
  .meta({ description: 'What one run found, and how to get it again.' })

export type WireExperiments = z.infer<typeof experimentsSchema>
export type WireExperiment = z.infer<typeof experimentSchema>

export async function listExperiments(shelves: Shelves): Promise<WireExperiments> {
  const { runs, unreadable } = await shelves.list()
  return { folders: [...shelves.folders], runs: runs.map(summaryOf), unreadable: [...unreadable] }
}

export async function describeExperiment(shelves: Shelves, run: string): Promise<WireExperiment> {
  const read = await shelves.read(run)
  const { findings, provenance, files } = read
  return {
    ...summaryOf(read),
    falsifier: provenance.claim.falsifier,
    unregistered: provenance.unregistered,
    command: provenance.command,
    commit: provenance.commit,
    seed: provenance.seed,
    encoders: provenance.fingerprints,
    arms: findings.arms,
    slices: findings.slices,
    tables: findings.tables,
    figures: findings.figures.map(({ name, title, caption }) => ({ title, caption, file: `figures/${name}.svg` })),
    threats: findings.threats,
    notRun: findings.notRun,
    files: [...files],
  }
}

const summaryOf = ({ run, folder, findings, provenance }: ReadRun): WireExperiments['runs'][number] => ({
  run,
  folder,
  claim: findings.claim,
  says: provenance.claim.says,
  hypothesis: provenance.claim.hypothesis,
  registered: provenance.unregistered.length === 0,
  verdicts: findings.verdicts,
})

const verdictExample: WireExperiment['verdicts'][number] = {
  primary: 'agility, harvest on time',
  outcome: 'supported',
  standing: 'development',
  says: 'Class recent, gains halved every 30 days: +0.159 (95% interval +0.096 to +0.246): a gain above 0.030.',
  effect: { mean: 0.159, interval: { low: 0.096, high: 0.246, level: 0.95 }, units: 18, p: 0.00012 },
  margin: 0.03,
  pHolm: 0.045,
}

const summaryExample = {
  run: 'published-agility',
  folder: 'docs/results/agility',
  claim: 'agility',
  says: 'Inference agility beats static indexes.',
  hypothesis: 'Where recent work is wanted, the router is better than the index of last night, and elsewhere no worse.',
  registered: true,
  verdicts: [verdictExample],
}

export const experimentsExample: WireExperiments = {
  folders: ['docs/results', 'data/runs'],
  runs: [summaryExample],
  unreadable: [{ folder: 'data/runs/broken', reason: 'findings.json: verdicts: Invalid input: expected array' }],
}

export const experimentExample: WireExperiment = {
  ...summaryExample,
  falsifier: 'The interval of the gain on class recent lies wholly below the margin.',
  unregistered: [],
  command: 'npm run experiment -- run agility --known-items 300 --seed 1',
  commit: '12364f2319ccf99af69a2c6a57f00c34c51d591e',
  seed: 1,
  encoders: ['freshet-static'],
  arms: {
    title: 'The arms side by side',
    note: null,
    columns: ['arm', 'nDCG@10'],
    rows: [
      ['router', 0.412],
      ['nightly static', 0.253],
    ],
  },
  slices: [],
  tables: [],
  figures: [{ title: 'Gain by store', caption: 'The router minus the index of last night.', file: 'figures/gain.svg' }],
  threats: ['The topics are few.'],
  notRun: [],
  files: ['findings.json', 'provenance.json', 'figures/gain.svg'],
}
