import { Command } from 'commander'
import { systemClock } from '../src/clock.ts'
import { openEngine } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import type { DocumentId } from '../src/domain/document.ts'
import type { DocumentStore, Engine } from '../src/ports.ts'

const lockWaitMs = 60_000

export const splitCommand = (): Command =>
  new Command('split')
    .description('take what one source says out of a document that it was wrongly folded into')
    .argument('<id>', 'the document, by any of its ids')
    .option('--source <name>', 'whose record is of another work; without it, what each source says is shown')
    .option('--undo', 'let it be folded again')
    .action(async (id: string, options: { source?: string; undo?: boolean }) => {
      const engine = await openEngine(readConfig(process.env).dataFolder)
      try {
        const done =
          options.source === undefined
            ? show(engine.documents, id)
            : await change(engine, id, options.source, options.undo ?? false)
        if (!done) process.exitCode = 3
      } finally {
        await engine.close()
      }
    })

function show(documents: DocumentStore, id: string): boolean {
  const document = documents.byId(id as DocumentId)
  if (!document) {
    console.log(`there is no document ${id}`)
    return false
  }
  console.log(`${document.id}: ${document.title}`)
  for (const one of documents.sightingsOf(document.id)) console.log(`  ${one.source} ${one.id}: ${one.title}`)
  return true
}

async function change(engine: Engine, id: string, source: string, undo: boolean): Promise<boolean> {
  const lock = await engine.lock('split', lockWaitMs)
  try {
    const { documents } = engine
    const ids = documents[undo ? 'rejoin' : 'split'](id as DocumentId, source, systemClock.now())
    if (ids === null) {
      console.log(
        undo
          ? `nothing of ${source} was ever split from ${id}`
          : `${id} is no document of several sources with ${source} among them; see: freshet split ${id}`,
      )
      return false
    }
    for (const one of ids) show(documents, one)
    if (!undo) console.log(`kept apart from now on; back with: freshet split ${id} --source ${source} --undo`)
    return true
  } finally {
    lock.release()
  }
}
