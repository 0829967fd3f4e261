import { Argument, Command } from 'commander'
import { type ImportOptions, type ImportReport, importFile } from '../indexer/import.ts'
import { saidOf } from '../indexer/ingest.ts'
import { progressBar } from '../indexer/progress.ts'
import { systemClock } from '../src/clock.ts'
import { Embedders, openEmbedder, openEngine } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import type { DocumentId } from '../src/domain/document.ts'
import { BadSetting } from '../src/domain/errors.ts'
import { endOfDay, type Instant, parseDay, startOfDay } from '../src/domain/instant.ts'
import { beirLineReader, readBeirFolder } from '../src/sources/files/beir.ts'
import { importFormats } from '../src/sources/files/formats.ts'
import { kaggleFilter } from '../src/sources/files/kaggle.ts'

const formats = ['arxiv-jsonl', 'kaggle', 'beir', 'jsonl'] as const
type Format = (typeof formats)[number]

interface Filter {
  readonly category?: string[]
  readonly since?: string
  readonly until?: string
}

const ceiling = `
The embedded engine is made for up to about a million documents: at 500 a second the whole Kaggle snapshot (2.9 million)
would take an hour and a half to embed and 6 GB of memory to serve. Give --category or --since to take the part you need.`

export const importCommand = (): Command =>
  new Command('import')
    .description('add papers from files; what is there already is left alone')
    .addArgument(new Argument('<format>', 'what the files hold').choices(formats))
    .argument('<files...>', 'JSONL files, plain or gzipped; for beir: folders')
    .option('--category <category...>', 'kaggle: only these, such as cs.IR or cs')
    .option('--since <day>', 'kaggle: announced on this day or later')
    .option('--until <day>', 'kaggle: announced on this day or earlier')
    .addHelpText('after', ceiling)
    .action(runImport)

async function runImport(format: Format, files: string[], filter: Filter): Promise<void> {
  if (format === 'kaggle' && !filter.category && !filter.since) {
    throw new BadSetting(`import kaggle needs --category or --since.${ceiling}`)
  }
  if (format !== 'kaggle' && Object.keys(filter).length > 0) {
    throw new BadSetting('--category, --since and --until are for the kaggle format')
  }
  const jobs = await Promise.all(files.map((file) => jobOf(format, file, filter)))
  const config = readConfig(process.env)
  const engine = await openEngine(config.dataFolder)
  const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort(new BadSetting('stopped; run the same command again to go on from here')))
  try {
    for (const { file, options } of jobs) {
      const bar = progressBar(file.split('/').at(-1) ?? file)
      const onProgress: ImportOptions['onProgress'] = (bytes, of, counts) =>
        bar.update(Math.round(bytes / 1024), Math.round(of / 1024), `| ${counts.new} new`)
      const embedder = await embedders.serving(engine)
      try {
        const report = await importFile(engine, embedder, systemClock, file, {
          ...options,
          signal: stop.signal,
          onProgress,
        })
        bar.stop()
        print(report)
      } finally {
        bar.stop()
      }
    }
    console.log('searchable now; `freshet index once` moves them into the static index')
  } finally {
    await embedders.close()
    await engine.close()
  }
}

async function jobOf(format: Format, file: string, filter: Filter) {
  if (format === 'beir') {
    const { name, corpusFile } = await readBeirFolder(file)
    return { file: corpusFile, options: { read: beirLineReader(name), manner: `beir ${name}` } }
  }
  const read = importFormats[format]
  if (format !== 'kaggle') return { file, options: { read, manner: format } }
  const keep = kaggleFilter({
    categories: filter.category ?? [],
    since: dayOption('--since', filter.since, startOfDay),
    until: dayOption('--until', filter.until, endOfDay),
  })
  return { file, options: { read, keep, manner: JSON.stringify(['kaggle', filter]) } }
}

/** A day of the command line, as the instant that bounds it. */
export function dayOption(
  name: string,
  text: string | undefined,
  bound: (day: NonNullable<ReturnType<typeof parseDay>>) => Instant,
): Instant | null {
  if (text === undefined) return null
  const day = parseDay(text)
  if (!day) throw new BadSetting(`${name} ${text} is no day; write one like 2026-01-31`)
  return bound(day)
}

function print({ file, lines, resumedAt, filteredOut, bad, badLines, counts }: ImportReport): void {
  const parts = [
    saidOf(counts),
    ...(filteredOut > 0 ? [`${filteredOut} filtered out`] : []),
    ...(bad > 0 ? [`${bad} unreadable`] : []),
  ]
  const resumed = resumedAt > 0 ? ` (went on from line ${resumedAt + 1})` : ''
  console.log(`${file}: ${lines} lines${resumed}: ${parts.join(', ')}`)
  for (const { line, reason } of badLines) console.log(`  line ${line}: ${reason}`)
  if (bad > badLines.length) console.log(`  and ${bad - badLines.length} more`)
  if (bad > 0) process.exitCode = 3
}

export const purgeCommand = (): Command =>
  new Command('purge')
    .description('remove documents and all their versions')
    .argument('<ids...>')
    .action(async (ids: string[]) => {
      const engine = await openEngine(readConfig(process.env).dataFolder)
      const lock = await engine.lock('purge', 60_000)
      try {
        const purged = engine.documents.purge(ids as DocumentId[], systemClock.now())
        console.log(`${purged} of ${ids.length} were there and are gone`)
        if (purged < ids.length) process.exitCode = 3
      } finally {
        lock.release()
        await engine.close()
      }
    })
