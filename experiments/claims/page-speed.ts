import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { CorruptStore } from '../../src/domain/errors.ts'
import type { Findings, Table, Verdict } from '../findings.ts'
import { effectOf } from '../statistics/effect.ts'
import { ascending, quantileOf } from '../statistics/quantile.ts'
import { verdictOf } from '../statistics/verdict.ts'
import type { Claim, Primary } from './claim.ts'
import { untested } from './compared.ts'

/**
 * What the page's own test leaves in docs/results/page-speed.json: largest contentful paint of each load of a page of
 * results, in a browser that was slowed down.
 */
const pageTest = z.strictObject({
  /** One for each load, from an empty cache, in ms from the navigation. */
  lcpMs: z.array(z.number().positive()).min(1),
  /** To the server and back, as the browser was made to wait. */
  roundTripMs: z.number().nonnegative(),
  /** How many times slower the browser's processor was made; 1: not at all. */
  cpuSlowdown: z.number().min(1),
  /** Sent over the wire for one load. */
  bytes: z.number().int().positive(),
  /** That made the figures. */
  command: z.string().min(1),
})
export type PageTest = z.infer<typeof pageTest>

const limitMs = 800

const underLimit: Primary = {
  name: 'page speed',
  says: `Mean largest contentful paint of our page under the throttling of its own test: below ${limitMs} ms. The effect is the seconds that are left to the limit.`,
  margin: 0,
}

const shippedResult = fileURLToPath(new URL('../../docs/results/page-speed.json', import.meta.url))

export const pageSpeed: Claim = pageSpeedFrom(shippedResult)

export function pageSpeedFrom(file: string): Claim {
  return {
    name: 'page-speed',
    says: 'A lean stack takes the page’s LCP from 4.2 s to under 0.8 s.',
    hypothesis: `The largest contentful paint of Freshet’s page comes in less than ${limitMs} ms in a slowed-down browser.`,
    falsifier: `The interval of its mean lies wholly at or above ${limitMs} ms.`,
    primaries: [underLimit],
    run: async ({ options }) => findings(existsSync(file) ? readPageTest(file) : null, options.seed),
  }
}

/** Throws CorruptStore where the file is there and is not one. */
function readPageTest(file: string): PageTest {
  try {
    return pageTest.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new CorruptStore(`${file} is no result of the page's test`, { cause })
  }
}

const noComparator =
  'The 4.2 s: it is the figure of a page that is not here, so that nothing can be said of what a lean stack takes off; only the 0.8 s is tested.'

function findings(test: PageTest | null, seed: number): Findings {
  return {
    claim: 'page-speed',
    verdicts: [
      test ? verdictOn(test, seed) : untested(underLimit, 'development', 'the page has no result of its own test yet'),
    ],
    arms: armsOf(test),
    slices: [],
    tables: [],
    figures: [],
    threats: test
      ? [
          `One machine is browser, server and network: a round trip of ${test.roundTripMs} ms and a processor ${test.cpuSlowdown} times slower are imitated, not met.`,
          'One page in one browser, from an empty cache; what people wait for is also the answer, which comes after the first paint.',
        ]
      : [],
    notRun: [noComparator, ...(test ? [] : ['The page’s own test: there is no docs/results/page-speed.json yet.'])],
  }
}

function verdictOn({ lcpMs, roundTripMs, cpuSlowdown }: PageTest, seed: number): Verdict {
  const left = lcpMs.map((ms, i) => ({ unit: String(i), differences: [(limitMs - ms) / 1000] }))
  const effect = effectOf(left, { seed })
  const verdict = verdictOf(underLimit, effect, { rule: 'superiority', standing: 'development', judgedGap: null })
  const ms = (seconds: number) => (Number.isFinite(seconds) ? String(Math.round(limitMs - 1000 * seconds)) : 'unknown')
  const { low, high } = effect.interval
  return {
    ...verdict,
    says: `Mean LCP ${ms(effect.mean)} ms (95% interval ${ms(high)} to ${ms(low)}) over ${lcpMs.length} loads, at a round trip of ${roundTripMs} ms and a processor ${cpuSlowdown} times slower. Seconds left: ${verdict.says}`,
  }
}

function armsOf(test: PageTest | null): Table {
  const at = (share: number) => (test ? quantileOf(ascending(test.lcpMs), share) : null)
  return {
    title: 'The page, and what it was said to replace',
    note: test ? `Measured by: ${test.command}` : 'Not measured yet.',
    columns: ['page', 'loads', 'LCP p50 ms', 'p75 ms', 'largest ms', 'kB', 'round trip ms', 'processor slower'],
    rows: [
      ['the claim’s 4.2 s, not measured here', null, 4200, null, null, null, null, null],
      [
        'Freshet’s page',
        test?.lcpMs.length ?? null,
        at(0.5),
        at(0.75),
        at(1),
        test ? test.bytes / 1000 : null,
        test?.roundTripMs ?? null,
        test?.cpuSlowdown ?? null,
      ],
    ],
  }
}
