import { Command } from 'commander'
import { ingest, saidOf } from '../indexer/ingest.ts'
import { systemClock } from '../src/clock.ts'
import { Embedders, openEmbedder, openEngine, openRuntimeIn } from '../src/compose.ts'
import { openSources } from '../src/compose-sources.ts'
import { readConfig } from '../src/config.ts'
import { BadSetting } from '../src/domain/errors.ts'
import { parseArxivId } from '../src/domain/identifiers.ts'

export const fetchCommand = (): Command =>
  new Command('fetch')
    .description('look single papers up at arXiv by their ids and add them')
    .argument('<ids...>', 'such as 2401.01234 or math/0306266')
    .action(runFetch)

async function runFetch(texts: string[]): Promise<void> {
  const ids = texts.map((text) => {
    const parsed = parseArxivId(text)
    if (!parsed) throw new BadSetting(`${text} is no arXiv id; write one like 2401.01234`)
    return parsed.id
  })
  const config = readConfig(process.env)
  const engine = await openEngine(config.dataFolder)
  const runtime = openRuntimeIn(config.dataFolder)
  const { live, close } = openSources(
    { ...config, sources: { ...config.sources, kinds: ['arxiv'], feeds: [] } },
    runtime,
  )
  try {
    const arxiv = live.find((one) => one.origin === 'arxiv')
    const records = (await arxiv?.lookUp?.(ids, new AbortController().signal)) ?? []
    const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
    const one = async function* () {
      yield { records }
    }
    const counts = await ingest(engine, await embedders.serving(engine), systemClock, one(), { purpose: 'fetch' })
    await embedders.close()
    const found = new Set(records.map((record) => record.id))
    console.log(saidOf(counts))
    for (const id of ids.filter((each) => !found.has(each))) console.log(`arXiv has no ${id}`)
    if (found.size < ids.length) process.exitCode = 3
  } finally {
    await close()
    runtime.close()
    await engine.close()
  }
}
