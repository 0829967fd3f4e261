import { Command, InvalidArgumentError, Option } from 'commander'
import { createFreshet } from '../src/client/client.js'
import { systemClock } from '../src/clock.ts'
import { type DocumentKind, documentKinds } from '../src/domain/document.ts'
import { BadSetting } from '../src/domain/errors.ts'
import { endOfDay, type Instant, parseMoment, startOfDay } from '../src/domain/instant.ts'
import { defaultDeadlineMs, modes, noFilters, type Query, sorts } from '../src/domain/query.ts'
import { typedQuery } from '../src/domain/understanding.ts'
import type { WireAnswer, WireHit } from '../src/http/answers.ts'
import { withdrawnNamed } from '../src/http/documents.ts'
import { coveredBy } from '../src/http/grounds.ts'
import { toTiming, toWireAnswer } from '../src/http/wire.ts'
import { search } from '../src/retrieval/search.ts'
import { harvestedThrough } from '../src/source-status.ts'
import { dayOption } from './import.ts'
import { openSearching } from './searching.ts'

interface Options {
  readonly since?: string
  readonly until?: string
  readonly category?: string[]
  readonly source?: string[]
  readonly author?: string[]
  readonly kind?: DocumentKind[]
  readonly country?: string[]
  readonly field?: string[]
  readonly mode: Query['mode']
  readonly sort: Query['sort']
  readonly freshness: Query['freshness']
  readonly limit: number
  readonly deadlineMs: number
  readonly asOf?: string
  readonly explain?: true
  readonly server?: string
  readonly key?: string
}

export const searchCommand = (): Command =>
  new Command('search')
    .description('search from the terminal, without a server or by asking one')
    .argument('<words...>')
    .option('--since <day>', 'announced on this day or later')
    .option('--until <day>', 'announced on this day or earlier')
    .option('--category <category...>', 'such as cs.IR, or cs for all of them')
    .option('--source <source...>')
    .option('--author <name...>')
    .addOption(new Option('--kind <kind...>', 'papers unless said otherwise').choices(documentKinds))
    .option('--country <code...>', 'of an institution, such as CH')
    .option('--field <name...>', 'field of study')
    .addOption(new Option('--mode <mode>').choices(modes).default('auto'))
    .addOption(new Option('--sort <order>').choices(sorts).default('relevance'))
    .option('--freshness <wish>', 'auto, off, or 0 to 1: how much recency counts', freshnessWish, 'auto')
    .option('--deadline-ms <n>', 'how long to wait for live sources', wholeNumber, defaultDeadlineMs)
    .option('--limit <n>', '1 to 100', limitOf, 10)
    .option('--as-of <time>', 'as if asked at the end of this day, or at this instant')
    .option('--explain', 'every part of each score')
    .option('--server <url>', 'ask this server instead of opening the store')
    .option('--key <key>', 'where the server asks for one')
    .action(async (words: string[], options: Options) => {
      const text = words.join(' ')
      print(options.server === undefined ? await answerHere(text, options) : await answerThere(text, options))
    })

async function answerHere(text: string, options: Options): Promise<WireAnswer> {
  const query = queryOf(text, options)
  const { engine, reader, sources, parts, close } = await openSearching()
  try {
    const answer = await search(query, reader.snapshot(), parts)
    const covered = coveredBy(harvestedThrough(sources, engine.documents), { asOf: answer.asOf, past: query.past })
    const withdrawn = withdrawnNamed(engine.documents, query)
    return { ...toWireAnswer(answer, { nextCursor: null, covered, withdrawn }), ...toTiming(answer), answerId: null }
  } finally {
    await close()
  }
}

async function answerThere(text: string, { server, key, deadlineMs, asOf, ...same }: Options): Promise<WireAnswer> {
  const freshet = createFreshet({ url: server, key })
  try {
    return await freshet.search({
      q: text,
      ...same,
      deadline_ms: deadlineMs,
      ...(asOf !== undefined && { as_of: asOf }),
    })
  } catch (error) {
    // As fetch throws it; the reason is in its cause.
    if (!(error instanceof TypeError)) throw error
    throw new BadSetting(`--server ${server} cannot be reached: ${error.cause ?? error.message}`)
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('a whole number of milliseconds')
  return Number(text)
}

function limitOf(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new InvalidArgumentError('a whole number from 1 to 100')
  return limit
}

function freshnessWish(text: string): Query['freshness'] {
  if (text === 'auto' || text === 'off') return text
  const wish = Number(text)
  if (text.trim() === '' || !(wish >= 0 && wish <= 1))
    throw new InvalidArgumentError('auto, off, or a number from 0 to 1')
  return wish
}

function queryOf(text: string, options: Options): Query {
  const { mode, sort, freshness, limit, deadlineMs } = options
  const filters = {
    since: dayOption('--since', options.since, startOfDay),
    until: dayOption('--until', options.until, endOfDay),
    categories: options.category ?? [],
    sources: options.source ?? [],
    authors: options.author ?? [],
    kinds: options.kind ?? noFilters.kinds,
    countries: options.country ?? [],
    fields: options.field ?? [],
  }
  return typedQuery(text, askedAt(options.asOf), {
    past: options.asOf !== undefined,
    filters,
    mode,
    sort,
    freshness,
    limit,
    deadlineMs,
    explain: options.explain ?? false,
  })
}

/** A day stands for its end, when everything that it announced is there. */
export function askedAt(time: string | undefined): Instant {
  if (time === undefined) return systemClock.now()
  const at = parseMoment(time, endOfDay)
  if (at === null) throw new BadSetting(`--as-of ${time} is no time; write 2025-11-03 or 2025-11-03T21:00Z`)
  if (at > systemClock.now()) throw new BadSetting(`--as-of ${time} lies in the future; a day counts to its end`)
  return at
}

function print(answer: WireAnswer): void {
  const { route, query } = answer
  const { since, until } = query.filters
  if (query.datesRead)
    console.log(`“${query.datesRead.words}” is read as a filter: ${day(since) ?? '…'} to ${day(until) ?? '…'}`)
  for (const one of answer.degraded) {
    const again = one.retryAfterMs === null ? '' : `; ask again in ${Math.ceil(one.retryAfterMs / 1000)} s`
    console.log(`${one.code}, ${one.part}: ${one.reason}${again}`)
  }
  if (answer.abstained)
    console.log(answer.hits.length > 0 ? 'Nothing matches well; the nearest are:' : 'Nothing matches.')
  for (const hit of answer.hits) printHit(hit)
  console.log(`\nroute ${route.tiers.join(' + ')}; recency wanted ${Math.round(route.gate.pRecent * 100)}%`)
  for (const reason of route.reasons) console.log(`  ${reason.says}`)
  for (const one of answer.live) {
    if (one.outcome === 'answered')
      console.log(`  ${one.source} gave ${one.found}, ${one.unheld} of them new to us; asked ${one.asked}`)
  }
  const generation = answer.generation === null ? 'no generation' : `generation ${answer.generation}`
  console.log(
    `${generation}, ${answer.candidates} candidates, ${Object.entries(answer.tookMs)
      .map(([stage, ms]) => `${stage} ${ms.toFixed(1)} ms`)
      .join(', ')}`,
  )
}

function printHit(hit: WireHit): void {
  const authors =
    hit.authors.length > 3
      ? `${hit.authors.slice(0, 3).join(', ')} and ${hit.authors.length - 3} more`
      : hit.authors.join(', ')
  console.log(`\n${String(hit.rank).padStart(2)}. ${hit.title}`)
  console.log(
    `    ${hit.announced ?? 'undated'}${hit.laterText ? ' (a later text)' : ''}  ${hit.categories[0] ?? ''}  ${hit.tier}  depth ${hit.depth.toFixed(2)}  freshness ${hit.freshness.toFixed(2)}  ${authors}`,
  )
  console.log(`    ${hit.url}`)
  if (hit.explain) console.log(`    ${JSON.stringify(hit.explain)}`)
}

const day = (instant: string | null): string | undefined => instant?.slice(0, 10)
