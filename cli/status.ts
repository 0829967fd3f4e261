import { Command } from 'commander'
import { Duration } from 'luxon'
import { systemClock } from '../src/clock.ts'
import { openEngine, openRuntimeIn } from '../src/compose.ts'
import { openSources } from '../src/compose-sources.ts'
import { readConfig } from '../src/config.ts'
import { type Instant, isoOf } from '../src/domain/instant.ts'
import type { SourceStatus } from '../src/ports.ts'
import { sourceStatuses } from '../src/source-status.ts'

export const statusCommand = (): Command =>
  new Command('status').description('what is held, and how the sources are').action(async () => {
    const config = readConfig(process.env)
    const engine = await openEngine(config.dataFolder)
    const runtime = openRuntimeIn(config.dataFolder)
    const { documents, withdrawn, bySource } = engine.documents.counts()
    const held = Object.entries(bySource).map(([name, count]) => `${count} from ${name}`)
    console.log(
      `${config.dataFolder}: ${documents} documents${held.length > 0 ? `, ${held.join(', ')}` : ''}; ${withdrawn} withdrawn`,
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
    const sources = openSources(config, runtime)
    const now = systemClock.now()
    for (const one of sourceStatuses(sources, engine.documents, runtime, now)) printSource(one, now)
    const waiting = runtime.inbox.count()
    if (waiting > 0) console.log(`${waiting} records that live search found wait for the indexer`)
    await sources.close()
    runtime.close()
    await engine.close()
  })

function printSource(one: SourceStatus, now: Instant): void {
  const part = (text: string | false | null) => (text ? [text] : [])
  const ways = [...part(one.harvested && 'harvested'), ...part(one.live && 'asked live')].join(', ')
  const state = one.state === 'unreachable' && one.failingSince ? `failing since ${isoOf(one.failingSince)}` : one.state
  console.log(`${one.source} (${ways}): ${state}`)
  const lines = [
    ...part(one.watermark !== null && `has everything up to ${isoOf(one.watermark)}, ${ago(one.lagMs ?? 0)} ago`),
    ...part(one.nextVisit !== null && `next visit ${when(one.nextVisit, now)}: ${one.visitReason}`),
    ...part(one.pausedUntil !== null && `left alone until ${isoOf(one.pausedUntil)}, after failures in a row`),
    ...part(one.waitMs > 0 && `its provider may be asked again in ${ago(one.waitMs)}`),
    ...part(one.error && `error: ${one.error}`),
    ...part(one.liveError && one.liveError !== one.error && `asked live: ${one.liveError}`),
    ...part(one.warning && `warning: ${one.warning}`),
  ]
  for (const line of lines) console.log(`  ${line}`)
}

const ago = (ms: number): string =>
  Duration.fromMillis(ms).rescale().set({ milliseconds: 0 }).removeZeros().toHuman({ unitDisplay: 'short' }) || '0 sec'

const when = (at: Instant, now: Instant): string => (at <= now ? 'is due' : `in ${ago(at - now)}`)
