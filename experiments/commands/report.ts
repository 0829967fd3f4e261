import { dirname, resolve, sep } from 'node:path'
import { Command } from 'commander'
import { readRun } from '../report/read.ts'
import { writeOverview, writeReport } from '../report/write.ts'

export const reportCommand = (): Command =>
  new Command('report')
    .description('make the report of runs anew from their findings; of several an overview, too')
    .argument('<folder...>', 'folders of runs')
    .option('--out <folder>', 'where the overview is written; by default in the folder that holds them all')
    .action(async (folders: string[], { out }: { out?: string }) => {
      const runs = folders.map((folder) => ({ folder, run: readRun(folder) }))
      for (const { folder, run } of runs) {
        await writeReport(folder, run)
        console.log(`${folder}/report.html`)
      }
      if (runs.length === 1) return
      const overview = out ?? commonFolder(folders)
      writeOverview(overview, runs)
      console.log(`${overview}/overview.html`)
    })

function commonFolder(folders: readonly string[]): string {
  const [first, ...others] = folders.map((folder) => dirname(resolve(folder)).split(sep))
  const end = first.findIndex((name, i) => others.some((other) => other[i] !== name))
  return end < 0 ? first.join(sep) : first.slice(0, end).join(sep) || sep
}
