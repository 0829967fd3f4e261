import { Command } from 'commander'
import { openEmbedder, openEngine } from '../src/compose.ts'
import { type Config, readConfig } from '../src/config.ts'
import type { Finding } from '../src/ports.ts'

export const doctorCommand = (): Command =>
  new Command('doctor').description('look for what is broken; changes nothing').action(async () => {
    const config = readConfig(process.env)
    const engine = await openEngine(config.dataFolder)
    let ill = false
    const tell = ({ ok, check, says }: Finding) => {
      ill ||= !ok
      console.log(`${ok ? 'ok    ' : 'BROKEN'} ${check}: ${says}`)
    }
    for await (const finding of engine.diagnose()) tell(finding)
    tell(await modelFinding(config))
    await engine.close()
    if (ill) process.exitCode = 1
  })

async function modelFinding(config: Config): Promise<Finding> {
  try {
    const embedder = await openEmbedder(config.model, config.modelOverrides)
    await embedder.close()
    return { check: 'model', ok: true, says: `${embedder.fingerprint} loads` }
  } catch (error) {
    return { check: 'model', ok: false, says: error instanceof Error ? error.message : String(error) }
  }
}
