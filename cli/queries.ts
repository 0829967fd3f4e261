import { Command, InvalidArgumentError } from 'commander'
import { openRuntimeIn } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { isoOf } from '../src/domain/instant.ts'

export const queriesCommand = (): Command =>
  new Command('queries')
    .description('list what was searched, newest first, as far as the query log goes back')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'one JSON object a line')
    .action(({ limit, json }: { limit: string; json?: true }) => {
      if (!/^[1-9]\d*$/.test(limit)) throw new InvalidArgumentError('write a whole number from 1')
      const runtime = openRuntimeIn(readConfig(process.env).dataFolder)
      for (const query of runtime.queries.newest(Number(limit))) {
        const at = isoOf(query.at)
        console.log(json ? JSON.stringify({ ...query, at }) : `${at}  ${query.caller}  ${query.text}`)
      }
      runtime.close()
    })
