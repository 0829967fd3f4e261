import { Command } from 'commander'
import { runCommandLine } from '../indexer/command-line.ts'
import { demoCommand } from './commands/demo.ts'
import { fitCommand } from './commands/fit.ts'
import { listCommand } from './commands/list.ts'
import { onlineCommand } from './commands/online.ts'
import { registerCommand } from './commands/register.ts'
import { reportCommand } from './commands/report.ts'
import { runCommand } from './commands/run.ts'

await runCommandLine(
  new Command('experiment')
    .description('replay time over a dated corpus, compare arms, and decide the debate')
    .addCommand(listCommand())
    .addCommand(runCommand())
    .addCommand(demoCommand())
    .addCommand(fitCommand())
    .addCommand(reportCommand())
    .addCommand(onlineCommand())
    .addCommand(registerCommand()),
)
