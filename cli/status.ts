import { Command } from 'commander'
import { openEngine, openRuntimeIn } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { isoOf } from '../src/domain/instant.ts'

export const statusCommand = (): Command =>
  new Command('status').description('what is held, and how the sources are').action(async () => {
    const config = readConfig(process.env)
    const engine = await openEngine(config.dataFolder)
    const runtime = openRuntimeIn(config.dataFolder)
    const { documents, withdrawn, bySource } = engine.documents.counts()
    const sources = Object.entries(bySource).map(([name, count]) => `${count} from ${name}`)
    console.log(
      `${config.dataFolder}: ${documents} documents${sources.length > 0 ? `, ${sources.join(', ')}` : ''}; ${withdrawn} withdrawn`,
    )
    const current = engine.catalog.current()
    if (current) {
      const since = engine.documents.lastSeq() - current.mark
      console.log(
        `generation ${current.id} of ${isoOf(current.createdAt)}: ${current.documents} documents; ${since} changes since`,
      )
      console.log(`model ${current.fingerprint}`)
    } else {
      console.log('no generation is published yet; run: freshet index once')
    }
    const marks = new Map(engine.documents.watermarks().map((one) => [one.source, one.through]))
    for (const one of runtime.health()) {
      const through = marks.get(one.source)
      const so =
        one.state === 'ok' ? 'ok' : `${one.state} since ${one.failingSince ? isoOf(one.failingSince) : 'the start'}`
      console.log(
        `${one.source}: ${so}${through ? `, harvested through ${isoOf(through)}` : ''}${one.error ? ` (${one.error})` : ''}`,
      )
    }
    runtime.close()
    await engine.close()
  })
