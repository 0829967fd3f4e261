import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { mean } from './measures.ts'
import { calm, daily, hourly, lagOf, type Policy, planned, rough, type Weather, yearOf } from './schedule-arxiv.ts'
import {
  learned,
  measure,
  optimalBlind,
  optimalByDemand,
  type Polling,
  type PollingFigures,
  proportional,
  uniform,
  worldOf,
} from './schedule-polling.ts'

/** What the planner of visits spends and what it gains, beside fixed schedules. The same seed gives the same tables. */
export interface Size {
  readonly seed: number
  /** Simulated years of arXiv's calendar. */
  readonly years: number
  /** Simulated worlds of sources without a calendar, and how large each is. */
  readonly worlds: number
  readonly sources: number
  readonly days: number
}

const hourMs = 3_600_000
const minuteMs = 60_000

/** The tables, in Markdown. */
export function scheduleTables(size: Size): string {
  return [
    '### arXiv: lag from available to fetched\n',
    arxivTable(size),
    '### Sources without a calendar, one visit a day and source on average\n',
    pollingTable(size, false),
    '### The same, every source changing its rate at half-time\n',
    pollingTable(size, true),
  ].join('\n')
}

const feeds = {
  // Metadata come out at about 22:30 and at about midnight; the sources ask for a quarter of an hour more.
  'OAI-PMH': { outMs: 150 * minuteMs, readyAfterMs: 165 * minuteMs },
  API: { outMs: 240 * minuteMs, readyAfterMs: 255 * minuteMs },
} as const

const scenes: readonly (readonly [string, keyof typeof feeds, Weather])[] = [
  ['OAI-PMH, all on time', 'OAI-PMH', calm],
  ['OAI-PMH, with delays and outages', 'OAI-PMH', rough],
  ['API, with delays and outages', 'API', rough],
]

function arxivTable({ seed, years }: Size): string {
  const rows = scenes.flatMap(([scene, feed, weather]) => {
    const { outMs, readyAfterMs } = feeds[feed]
    const simulated = Array.from({ length: years }, (_one, n) => yearOf(weather, outMs, seed + n))
    const policies: readonly (readonly [string, Policy])[] = [
      ['nightly 02:00 UTC', daily(2, 0, 'UTC')],
      ['nightly 06:00 UTC', daily(6, 0, 'UTC')],
      ['nightly 22:45 New York', daily(22, 45, 'America/New_York')],
      ['hourly', hourly],
      ['Freshet', planned(readyAfterMs)],
    ]
    return policies.map(([name, policy]) => {
      const { visits, failed, meanMs, p50Ms, p90Ms, p99Ms } = lagOf(policy, simulated)
      const lags = [meanMs, p50Ms, p90Ms, p99Ms].map((ms) => (ms / hourMs).toFixed(2))
      return [scene, name, visits.toFixed(0), failed.toFixed(0), ...lags]
    })
  })
  return table(['feed', 'policy', 'visits a year', 'failed', 'mean h', 'p50 h', 'p90 h', 'p99 h'], rows)
}

function pollingTable({ seed, worlds, sources, days }: Size, shifts: boolean): string {
  const simulated = Array.from({ length: worlds }, (_one, n) =>
    worldOf({ sources, days, visitsPerDay: 1, spread: 1.5, shifts, seed: seed + n }),
  )
  const policies: readonly (readonly [string, Polling])[] = [
    ['the same for all', uniform],
    ['in proportion to the true rate', proportional],
    ['optimal, true rates, demand ignored', optimalBlind],
    ['optimal, true rates and demand', optimalByDemand],
    ['Freshet, learning from nothing', learned],
  ]
  const measured = policies.map(([name, polling]) => ({
    name,
    figures: simulated.map((world, n) => measure(world, polling, 0, seed + n)),
  }))
  const [baseline] = measured
  const rows = measured.map(({ name, figures }) => {
    const average = (pick: (one: PollingFigures) => number) => mean(figures.map(pick))
    // Worlds differ more than policies do, so policies are compared within each.
    const gains = figures.map((one, n) => one.demandedFreshness - (baseline?.figures[n]?.demandedFreshness ?? 0))
    const range = `${mean(gains).toFixed(3)} (${Math.min(...gains).toFixed(3)} to ${Math.max(...gains).toFixed(3)})`
    return [
      name,
      average((one) => one.visits).toFixed(2),
      average((one) => one.freshness).toFixed(3),
      average((one) => one.demandedFreshness).toFixed(3),
      name === baseline?.name ? '' : range,
      (average((one) => one.p50Ms) / hourMs).toFixed(1),
      (average((one) => one.p90Ms) / hourMs).toFixed(1),
      (average((one) => one.p99Ms) / hourMs).toFixed(1),
    ]
  })
  const head = ['policy', 'visits a day', 'fresh', 'fresh, by demand', 'gain, paired', 'p50 h', 'p90 h', 'p99 h']
  return table(head, rows)
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')

const begin = '<!-- tables: begin -->\n'
const end = '<!-- tables: end -->'

/** `document` with what stands between the two marks replaced. */
export function withTables(document: string, tables: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`no place for the tables: it is marked by ${begin.trim()} and ${end}`)
  return `${document.slice(0, from + begin.length)}\n${tables}\n${document.slice(to)}`
}

const whole = (text: string): number => {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('write a whole number from 1')
  return Number(text)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const command = new Command('schedule')
    .description('simulates when sources are visited: requests spent and lag, beside fixed schedules')
    .option('--seed <n>', 'of all randomness', whole, 1)
    .option('--years <n>', 'of arXiv', whole, 20)
    .option('--worlds <n>', 'of sources without a calendar', whole, 5)
    .option('--sources <n>', 'in each world', whole, 200)
    .option('--days <n>', 'of each world', whole, 90)
    .option('--write <file>', 'a document whose marked tables are replaced')
    .parse()
  const { write, ...size } = command.opts<Size & { write?: string }>()
  const tables = scheduleTables(size)
  console.log(tables)
  if (write) writeFileSync(write, withTables(readFileSync(write, 'utf8'), tables))
}
