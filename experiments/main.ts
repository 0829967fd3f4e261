import { Command } from 'commander'
import { loadEnvFile } from '../src/config.ts'
import { demoCommand } from './commands/demo.ts'
import { fitCommand } from './commands/fit.ts'
import { listCommand } from './commands/list.ts'
import { onlineCommand } from './commands/online.ts'
import { registerCommand } from './commands/register.ts'
import { reportCommand } from './commands/report.ts'
import { runCommand } from './commands/run.ts'

loadEnvFile()
await new Command('experiment')
  .description('replay time over a dated corpus, compare arms, and decide the debate')
  .addCommand(listCommand())
  .addCommand(runCommand())
  .addCommand(demoCommand())
  .addCommand(fitCommand())
  .addCommand(reportCommand())
  .addCommand(onlineCommand())
  .addCommand(registerCommand())
  .showHelpAfterError()
  .parseAsync()
  .catch((error) => {
    // Our own errors are sentences; anything else is a bug, and its stack is what helps.
    const expected = error instanceof Error && error.name !== 'Error' && error.name !== 'TypeError'
    console.error(expected ? `${error.message}` : error)
    process.exitCode = 1
  })
