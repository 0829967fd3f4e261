import { describe, expect, test } from 'vitest'
import { dayMs, instant } from '../../src/domain/instant.ts'
import { arxivOai } from '../../src/sources/arxiv/oai.ts'
import { arxivPolicy } from '../../src/sources/client/http.ts'
import { stateAt } from '../upstream/corpus.ts'
import {
  describeFaults,
  type FaultCase,
  meets,
  onStage,
  recovers,
  third,
  undisturbed,
  wasPolite,
} from './fault-cases.ts'
import { asOf, corpusOf, type FaultStageOptions } from './fault-stage.ts'

/** Every way in which arXiv's feed of record may fail. */
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const corpus = corpusOf(140)

const oaiPmh: FaultStageOptions = {
  corpus,
  provider: 'arxiv-oai',
  policy: arxivPolicy,
  source: ({ client, baseUrl }) => arxivOai({ client, categories: ['cs'], baseUrl }),
}
/** Everything announced on one day, so that every page of it is one of the same list. */
const ofOneDay: FaultStageOptions = {
  ...oaiPmh,
  corpus: corpusOf(120, instant(asOf - 1.7 * dayMs), instant(asOf - 0.8 * dayMs)),
}
const ofOaiPmh: Readonly<Record<string, FaultCase>> = {
  '429 in plain text': { fault: { kind: 'throttled' }, once: null, lasting: /HTTP status 429/ },
  '429 with Retry-After in seconds': {
    fault: { kind: 'throttled', retryAfter: { seconds: 47 } },
    once: null,
    lasting: /HTTP status 429/,
    pauseMs: 47_000,
  },
  '429 with Retry-After as a date': {
    fault: { kind: 'throttled', retryAfter: { seconds: 47, as: 'date' } },
    once: null,
    lasting: /HTTP status 429/,
    pauseMs: 46_000,
  },
  '503': { fault: { kind: 'unavailable' }, once: null, lasting: /HTTP status 503/ },
  '503 with Retry-After 0': {
    fault: { kind: 'unavailable', retryAfter: { seconds: 0 } },
    once: null,
    lasting: /HTTP status 503/,
    pauseMs: 5_000,
  },
  'status 500': { fault: { kind: 'status', status: 500 }, once: null, lasting: /HTTP status 500/ },
  'a throttle that says 200': {
    fault: { kind: 'status', status: 200, body: 'Rate exceeded.' },
    once: null,
    lasting: /429/,
  },
  'an error message with 400': {
    fault: { kind: 'error-message', status: 400 },
    lasting: /badArgument/,
  },
  'an error message with 200': {
    fault: { kind: 'error-message', status: 200 },
    lasting: /badArgument/,
  },
  'an empty page': { fault: { kind: 'empty-page' }, lasting: /without a record/ },
  'a list that has nothing any more': { fault: { kind: 'nothing' }, lasting: /then had none/ },
  'a body that is cut off': { fault: { kind: 'truncated' }, lasting: /cut off/ },
  'a slow trickle': {
    fault: { kind: 'trickle', chunkBytes: 64, pauseMs: 2_000 },
    once: null,
    lasting: /no answer .* in 90000 ms/,
  },
  'no answer': { fault: { kind: 'hang' }, once: null, lasting: /no answer .* in 90000 ms/ },
  'headers and no answer': {
    fault: { kind: 'hang', after: 'headers' },
    once: null,
    lasting: /no answer .* in 90000 ms/,
  },
  'a reset in mid-body': { fault: { kind: 'reset' }, once: null, lasting: /connection .* failed/ },
  'a dropped connection': { fault: { kind: 'dropped' }, once: null, lasting: /connection .* failed/ },
  'the right body under a wrong type': { fault: { kind: 'wrong-type' }, lasting: null },
  'a type that is no text': {
    fault: { kind: 'wrong-type', type: 'application/zip' },
    lasting: /no text/,
  },
  'a page of a proxy': { fault: { kind: 'html-page' }, lasting: /an HTML page/ },
  'Latin-1 without saying so': { fault: { kind: 'wrong-encoding' }, lasting: /not UTF-8/ },
  'UTF-16 without saying so': {
    fault: { kind: 'wrong-encoding', encoding: 'utf16le' },
    lasting: /not UTF-8|not well-formed|instead of/,
  },
  'a gzip bomb': { fault: { kind: 'gzip-bomb' }, lasting: /too large/ },
  'an entity bomb': { fault: { kind: 'entity-bomb' }, lasting: /entity declarations/ },
  // Once, it leads to a question with a number in it, which is none of the protocol.
  'redirects without end': { fault: { kind: 'redirect-loop' }, once: /badArgument/, lasting: /redirects without end/ },
  'a redirect into our own network': {
    fault: { kind: 'redirect', to: 'http://127.0.0.1:9/oai' },
    lasting: /private network/,
  },
  'a page in reverse order': { fault: { kind: 'reversed' }, lasting: null },
  'a token that expires in mid-harvest': {
    fault: { kind: 'expired-token' },
    once: null,
    lasting: /badResumptionToken/,
  },
  'a total that is too high': {
    fault: { kind: 'wrong-total', by: 5 },
    which: {},
    lasting: /stated \d+ records and ended after/,
  },
  'a total that is too low': { fault: { kind: 'wrong-total', by: -5 }, which: {}, lasting: null },
}

const ofOneList: Readonly<Record<string, FaultCase>> = {
  'a page that comes in place of the next': {
    fault: { kind: 'repeated-page' },
    lasting: /same page twice/,
  },
}

describeFaults("arXiv's feed of record", oaiPmh, ofOaiPmh)
describeFaults("one day of arXiv's feed of record", ofOneDay, ofOneList)

describe('a harvest', () => {
  test('without a name server asks nobody, and loses nothing', async () => {
    const whole = await undisturbed(oaiPmh)
    const stage = await onStage(oaiPmh)
    stage.loseName(true)
    await meets(stage, whole, /the name upstream.test cannot be looked up/)
    expect(stage.upstream.requests).toEqual([])
    stage.loseName(false)
    await recovers(stage, whole)
    wasPolite(stage, oaiPmh, whole.requests)
  })

  test.each([
    ['back by two hours', -2 * hourMs],
    ['ahead by two hours', 2 * hourMs],
    ['ahead by a year', 365 * dayMs],
  ])('in which the clock jumps %s, and back again later, loses nothing', async (_, ms) => {
    const whole = await undisturbed(oaiPmh)
    const stage = await onStage(oaiPmh)
    const jumping = stage.upstream.faults.add(
      { kind: 'wrong-type', type: 'text/xml' },
      {
        times: 1,
        ...third,
        matches: () => {
          if (stage.upstream.requests.length === 3) stage.jump(ms)
          return true
        },
      },
    )
    expect(await stage.run()).toMatchObject({ outcome: 'harvested' })
    expect(jumping.hits).toBe(1)
    expect(stage.contents()).toEqual(whole.contents)
    stage.jump(-ms)
    await recovers(stage, whole)
    wasPolite(stage, oaiPmh, 2 * whole.requests)
  })

  test('of pages of 2,000 entries is the same', async () => {
    const large = { ...oaiPmh, corpus: corpusOf(3_200), oaiPage: 2_000 }
    const stage = await onStage(large)
    expect(await stage.run()).toMatchObject({ outcome: 'harvested', rejected: [] })
    expect(stage.contents().length).toBeGreaterThan(2_000)
    expect(stage.upstream.manners()).toMatchObject({ requests: 2, mostAtOnce: 1 })
  })

  test('of a source that has nothing, as if that were all, does not believe it at once', async () => {
    const whole = await undisturbed(oaiPmh)
    const stage = await onStage(oaiPmh)
    stage.upstream.faults.add({ kind: 'nothing' }, { times: 1 })
    await meets(stage, whole, /had no records and then had some/)
    await recovers(stage, whole)
  })

  test('that is told of nothing on a day of announcements warns, and moves no watermark', async () => {
    const odd = 'a listing was due, and nothing unseen has come of it yet'
    const whole = await undisturbed(oaiPmh)
    const stage = await onStage(oaiPmh)
    stage.upstream.faults.add({ kind: 'nothing' })
    expect(await stage.run(odd)).toMatchObject({ outcome: 'harvested', warning: odd })
    expect(stage.health()).toMatchObject({ state: 'ok', warning: odd })
    expect(stage.mark()).toBeLessThan(asOf - 28 * dayMs)
    expect(stage.upstream.manners().requests).toBe(2)
    await recovers(stage, whole)
  })

  test('that fails time and again leaves the provider alone for a while, and goes on after that', async () => {
    const whole = await undisturbed(oaiPmh)
    const stage = await onStage(oaiPmh)
    stage.upstream.faults.add({ kind: 'unavailable' }, third)
    for (let visit = 0; visit < 12; visit++) {
      expect(await stage.run()).toMatchObject({ outcome: 'failed' })
      stage.clock.advance(5 * minuteMs)
    }
    // An hour and more of visits, of which each could have asked five times.
    expect(stage.upstream.manners().requests).toBeLessThan(2 + 12 * 3)
    await recovers(stage, whole)
    wasPolite(stage, oaiPmh, 3 * whole.requests + 12 * 3)
  })

  test('has something to lose', () => {
    const states = corpus.papers.flatMap((paper) => stateAt(paper, asOf) ?? [])
    expect(states.filter((one) => one.versions.length > 1).length).toBeGreaterThan(5)
    expect(states.filter((one) => one.withdrawn).length).toBeGreaterThan(0)
    expect(states.some((one) => one.categories.length > one.paper.categories.length)).toBe(true)
  })
})
