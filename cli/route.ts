import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { z } from 'zod'
import { BadSetting, UnreadableRecord } from '../src/domain/errors.ts'
import { type Instant, isoOf } from '../src/domain/instant.ts'
import { intents } from '../src/domain/route.ts'
import { typedQuery } from '../src/domain/understanding.ts'
import { type Decided, decide } from '../src/retrieval/decide.ts'
import { stagewatch } from '../src/retrieval/stagewatch.ts'
import { askedAt } from './search.ts'
import { openSearching, type Searching } from './searching.ts'

interface Options {
  readonly file?: string
  readonly asOf?: string
  readonly json?: true
}

export const routeCommand = (): Command =>
  new Command('route')
    .description('what the gate and the router make of a query, without its hits')
    .argument('[words...]')
    .option('--file <jsonl>', 'many queries: field "query", and "as_of" where it is not that of --as-of')
    .option('--as-of <time>', 'as if asked at the end of this day, or at this instant')
    .option('--json', 'for programs; a file gives a line for each of its own')
    .action(async (words: string[], options: Options) => {
      const asked = words.join(' ')
      if ((asked === '') === (options.file === undefined)) throw new BadSetting('name a query, or --file with queries')
      const opened = await openSearching()
      try {
        if (options.file === undefined) print(await routeOf(asked, options.asOf, opened), options.json ?? false)
        else await routeFile(options.file, options, opened)
      } finally {
        await opened.close()
      }
    })

async function routeOf(text: string, asOf: string | undefined, { parts, reader }: Searching) {
  const now: Instant = askedAt(asOf)
  // A source answers for today; what it would have said on another day nobody knows.
  const live = asOf === undefined ? parts.live : null
  const query = typedQuery(text, now, { past: asOf !== undefined })
  const took = stagewatch(parts.stopwatch)
  return toObject(text, await decide(query, reader.snapshot(), { ...parts, live }, {}, took))
}

type Routed = ReturnType<typeof toObject>

function toObject(text: string, { query, route, deep, calibration, named }: Decided) {
  const { gate, live, tiers, reasons } = route
  const bestDepth = deep[0]?.depth ?? 0
  return {
    query: text,
    asOf: isoOf(query.now),
    intent: gate.intent,
    pRecent: rounded(gate.pRecent),
    intents: Object.fromEntries(intents.map((intent) => [intent, rounded(gate.intents[intent])])),
    decidedBy: gate.decidedBy,
    parts: Object.fromEntries(Object.entries(gate.parts).map(([sign, part]) => [sign, rounded(part)])),
    tiers,
    live,
    reasons,
    bestDepth: rounded(bestDepth),
    abstained: named.size === 0 && bestDepth < calibration.abstainBelow,
  }
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

const line = z.looseObject({ query: z.string().min(1), as_of: z.string().optional() })

/** Line by line, in the order of the file; a bad line is named, and the rest is done. */
async function routeFile(file: string, { asOf, json }: Options, opened: Searching): Promise<void> {
  let number = 0
  let bad = 0
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (text.trim() === '') continue
    try {
      const given = line.parse(JSON.parse(text))
      const routed = await routeOf(given.query, given.as_of ?? asOf, opened)
      if (json) console.log(JSON.stringify({ ...given, ...routed }))
      else print(routed, false)
    } catch (error) {
      bad++
      console.error(`${file}, line ${number}: ${complaint(error)}`)
    }
  }
  if (bad > 0) throw new UnreadableRecord(`${bad} of ${number} lines could not be routed`)
}

function complaint(error: unknown): string {
  if (error instanceof SyntaxError) return 'is not JSON'
  if (error instanceof z.ZodError) return 'needs a "query" that is text'
  return error instanceof Error ? error.message : String(error)
}

function print(routed: Routed, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(routed, null, 2))
    return
  }
  const shares = Object.entries(routed.intents).map(([intent, share]) => `${intent} ${Math.round(share * 100)}%`)
  console.log(
    `${routed.query}\n  ${routed.intent} (${shares.join(', ')}); recency wanted ${Math.round(routed.pRecent * 100)}%`,
  )
  console.log(`  ${routed.tiers.join(' + ')}; best depth ${routed.bestDepth.toFixed(2)}`)
  for (const { says } of routed.reasons) console.log(`  ${says}`)
}
