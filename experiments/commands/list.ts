import { Command } from 'commander'
import { claims } from '../claims/all.ts'
import type { Claim } from '../claims/claim.ts'
import { wrapped } from '../report/pens.ts'
import { exactly } from '../report/words.ts'

export const listCommand = (): Command =>
  new Command('list')
    .description('experiments, one for each claim, with hypothesis, falsifier and margins')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: true }) => {
      const all = claims.map(({ run: _, ...claim }) => claim)
      console.log(json ? JSON.stringify(all, null, 2) : all.map(described).join('\n\n'))
    })

const described = ({ name, says, hypothesis, falsifier, primaries }: Omit<Claim, 'run'>): string =>
  [
    `${name}: ${says}`,
    ...row('hypothesis', hypothesis),
    ...row('refuted if', falsifier),
    ...primaries.flatMap((one) => row('primary', `${one.name}, margin ${exactly(one.margin)}: ${one.says}`)),
  ].join('\n')

const row = (label: string, text: string): string[] =>
  wrapped(text, 96).map((line, i) => `  ${(i === 0 ? label : '').padEnd(10)}  ${line}`)
