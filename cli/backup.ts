import { Command } from 'commander'
import { openEngine } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'

export const backupCommand = (): Command =>
  new Command('backup')
    .description('write all documents, embeddings and marks into one file; the server may go on running')
    .argument('<file>')
    .action(async (file: string) => {
      const engine = await openEngine(readConfig(process.env).dataFolder)
      try {
        await engine.backup(file)
        console.log(`${engine.documents.count()} documents are in ${file}`)
      } finally {
        await engine.close()
      }
    })

export const restoreCommand = (): Command =>
  new Command('restore')
    .description('replace everything by what a backup holds')
    .argument('<file>')
    .action(async (file: string) => {
      const engine = await openEngine(readConfig(process.env).dataFolder)
      try {
        const lock = await engine.lock('restore', 60_000)
        try {
          await engine.restore(file)
        } finally {
          lock.release()
        }
        const { documents } = engine.documents.counts()
        console.log(
          `${documents} documents are restored and searchable; \`freshet index once\` builds their static index`,
        )
      } finally {
        await engine.close()
      }
    })
