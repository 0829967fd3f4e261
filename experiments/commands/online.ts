import { Command } from 'commander'
import { openRuntimeIn } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { onlineSummary } from '../interleaving.ts'
import { markdown } from '../report/markdown.ts'
import { tableBlock } from '../report/page.ts'

export const onlineCommand = (): Command =>
  new Command('online')
    .description('what people said of answers (POST /v1/feedback), and which of two interleaved ways they preferred')
    .action(() => {
      const runtime = openRuntimeIn(readConfig(process.env).dataFolder)
      try {
        console.log(markdown({ title: 'Feedback', blocks: onlineSummary(runtime).map(tableBlock) }))
      } finally {
        runtime.close()
      }
    })
