import { Command } from 'commander'
import { runCommandLine } from '../indexer/command-line.ts'
import { indexCommand } from '../indexer/main.ts'
import { version } from '../src/compose.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { doctorCommand } from './doctor.ts'
import { evaluateCommand } from './evaluate.ts'
import { fetchCommand } from './fetch.ts'
import { importCommand, purgeCommand } from './import.ts'
import { mcpCommand } from './mcp.ts'
import { queriesCommand } from './queries.ts'
import { routeCommand } from './route.ts'
import { searchCommand } from './search.ts'
import { splitCommand } from './split.ts'
import { statusCommand } from './status.ts'

await runCommandLine(
  new Command('freshet')
    .description('search research papers, depth against freshness, and say why')
    .version(version)
    .addCommand(searchCommand())
    .addCommand(routeCommand())
    .addCommand(mcpCommand())
    .addCommand(importCommand())
    .addCommand(fetchCommand())
    .addCommand(purgeCommand())
    .addCommand(splitCommand())
    .addCommand(indexCommand())
    .addCommand(statusCommand())
    .addCommand(queriesCommand())
    .addCommand(doctorCommand())
    .addCommand(evaluateCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand()),
)
