import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DocumentKey, type DocumentRecord, textOf } from '../../src/domain/document.ts'
import type { Candidate, Evidence } from '../../src/domain/evidence.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import { openMemoryEngine } from '../../src/engines/memory.ts'
import type { Engine, GatherRequest, IndexReader, Snapshot } from '../../src/ports.ts'
import { build, daysAgo, idOf, noon, purge, put, record, request, tempFolder } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { vectorOf, wordEmbedder } from '../word-embedder.ts'

/**
 * The memory engine scores everything and sorts; whatever random corpus, history and query, the embedded engine has to
 * give the same candidates with the same scores.
 */
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const words = ['alpha', 'beta', 'gamma', 'delta', 'models', 'modeling', 'the', 'a', 'GPT-4', 'été']
const text = (most: number) => fc.array(fc.constantFrom(...words), { maxLength: most }).map((all) => all.join(' '))
const names = ['Ada Lovelace', 'Grace Hopper', 'Émile Çelik']
const categories = ['cs', 'cs.IR', 'math.GT', 'CS.CL']
const ages = fc.constantFrom(0, 3, 7, 8, 40, 100, 400)

const records: fc.Arbitrary<DocumentRecord> = fc
  .record({
    id: fc.constantFrom(...ids),
    version: fc.integer({ min: 0, max: 4 }),
    title: text(4),
    abstract: text(8),
    authors: fc.subarray(names),
    categories: fc.subarray(categories),
    source: fc.constantFrom('arxiv', 'own'),
    kind: fc.constantFrom('paper', 'paper', 'post'),
    countries: fc.subarray(['CH', 'DE']),
    fields: fc.subarray(['Physics', 'Computer Science']),
    announced: fc.option(ages.map(daysAgo)),
    updated: fc.option(ages.map(daysAgo)),
    withdrawn: fc.boolean(),
    standIn: fc.boolean(),
    luck: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ id, luck, withdrawn, standIn, ...facts }) =>
    record(id, {
      ...facts,
      announcedBasis: facts.announced === null ? 'unknown' : 'stated',
      withdrawn: withdrawn && luck < 2,
      standIn: standIn && luck > 7,
    }),
  )

type Step =
  | { readonly do: 'put'; readonly records: readonly DocumentRecord[]; readonly embed: boolean }
  | { readonly do: 'purge'; readonly id: string }
  | { readonly do: 'build' | 'refresh' | 'rollback' }
  | { readonly do: 'ask'; readonly request: GatherRequest }

const requests: fc.Arbitrary<GatherRequest> = fc
  .record({
    text: text(5),
    direction: fc.option(text(3)),
    filters: fc.record({
      since: fc.option(ages.map(daysAgo), { freq: 1 }),
      until: fc.option(ages.map(daysAgo), { freq: 1 }),
      categories: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(['cs', 'cs.ir', 'math', 'MATH.GT'])),
      sources: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(['arxiv', 'own'])),
      authors: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(['ada', 'hopper, grace', 'celik'])),
      kinds: fc.oneof(
        { weight: 3, arbitrary: fc.constant(['paper'] as const) },
        fc.constant(['paper', 'post'] as const),
      ),
      countries: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray(['ch', 'DE'])),
      fields: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray(['Physics', 'computer science'])),
    }),
    excludedTerms: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(['model', 'GPT', 'nowhere'])),
    tiers: fc.constantFrom(
      { static: true, fresh: true },
      { static: true, fresh: false },
      { static: false, fresh: true },
    ),
    now: fc.constantFrom(0, 0, 0, 3, 20, 1000).map(daysAgo),
    behindDays: fc.constantFrom(0, 0, 0, 5, 90),
    depth: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ text, direction, behindDays, ...facts }) =>
    request(text, {
      ...facts,
      horizon: instant(facts.now - behindDays * dayMs),
      vector: direction === null ? null : vectorOf(direction),
    }),
  )

const phrases = fc.subarray(['alpha beta', 'the model', 'GPT 4', '?'], { maxLength: 2 })
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      records: fc.array(records, { minLength: 1, maxLength: 5 }),
      embed: fc.integer({ min: 0, max: 5 }).map((one) => one > 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const), id: fc.constantFrom(...ids) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('build' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refresh' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), request: requests }) },
)

interface Side {
  readonly engine: Engine
  readonly clock: VirtualClock
  readonly reader: IndexReader
  /** Snapshots that were asked, with what they answered: they have to answer so for ever. */
  readonly asked: { snapshot: Snapshot; request: GatherRequest; evidence: Evidence }[]
}

async function open(engine: Engine, clock: VirtualClock): Promise<Side> {
  return { engine, clock, reader: await engine.openReader(), asked: [] }
}

/** What a step gave, to be the same on both sides. */
async function perform({ engine, clock, reader, asked }: Side, step: Step): Promise<unknown> {
  switch (step.do) {
    case 'put':
      return put(engine, step.records, { embed: step.embed })
    case 'purge':
      return purge(engine, step.id)
    case 'build':
      return build(engine, clock).then(
        ({ id, mark, documents, vectors, tokens }) => ({ id, mark, documents, vectors, tokens }),
        (error: Error) => error.message,
      )
    case 'rollback':
      try {
        return engine.catalog.rollback(clock.now()).id
      } catch (error) {
        return String(error)
      }
    case 'refresh':
      return reader.refresh()
    case 'ask': {
      // The embedded engine reads the past when it is first asked for, as the store is then.
      if (step.request.horizon < noon) await reader.refresh()
      const snapshot = reader.snapshot()
      const evidence = await snapshot.gather(step.request)
      asked.push({ snapshot, request: step.request, evidence })
      return comparable(evidence)
    }
  }
}

const inOrder = (candidates: readonly Candidate[]) => [...candidates].sort((one, other) => one.key - other.key)
const comparable = (evidence: Evidence) => ({ ...evidence, candidates: inOrder(evidence.candidates) })

/** Equal in everything, numbers to 1e-9. */
function expectSame(left: unknown, right: unknown): void {
  if (typeof left === 'number' && typeof right === 'number') {
    if (Math.abs(left - right) > 1e-9) expect(left).toBe(right)
    return
  }
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) {
    expect(left).toEqual(right)
    return
  }
  expect(Object.keys(left)).toEqual(Object.keys(right))
  const others = Object.values(right)
  for (const [at, value] of Object.values(left).entries()) expectSame(value, others[at])
}

async function agree(history: readonly Step[], questions: readonly GatherRequest[], wanted: readonly string[]) {
  const folder = tempFolder()
  const [clock, otherClock] = [new VirtualClock(), new VirtualClock()]
  const memory = await open(openMemoryEngine(clock), clock)
  const embedded = await open(await openEmbeddedEngine(folder.path, otherClock), otherClock)
  try {
    for (const step of history) expectSame(await perform(embedded, step), await perform(memory, step))
    for (const { snapshot, request, evidence } of embedded.asked) {
      expect(await snapshot.gather(request)).toEqual(evidence)
    }
    await Promise.all([memory.reader.refresh(), embedded.reader.refresh()])
    const keys = inOrder((await memory.reader.snapshot().gather(request('', { depth: 100 }))).candidates)
    for (const question of questions) {
      const phrased = { ...question, phrases: wanted }
      const without = { ...question, excludedPhrases: wanted }
      for (const one of [question, phrased, without])
        await expectSameAnswers(memory.reader.snapshot(), embedded.reader.snapshot(), one, keys)
      const mark = Math.floor(memory.engine.documents.lastSeq() / 2) as Snapshot['mark']
      await expectSameAnswers(
        memory.reader.snapshot().pinnedAt(mark),
        embedded.reader.snapshot().pinnedAt(mark),
        // A state of the past is read when it is first asked for, and shows what has no date as it is then.
        { ...question, now: noon, horizon: noon },
        keys,
      )
    }
    expectStored(embedded.engine, memory.engine)
  } finally {
    await embedded.engine.close()
    folder.remove()
  }
}

async function expectSameAnswers(
  left: Snapshot,
  right: Snapshot,
  question: GatherRequest,
  known: readonly Candidate[],
) {
  expectSame(comparable(await right.gather(question)), comparable(await left.gather(question)))
  const keys: DocumentKey[] = known.map((one) => one.key)
  expectSame(inOrder(await right.scoreOf(keys, question)), inOrder(await left.scoreOf(keys, question)))
}

function expectStored(left: Engine, right: Engine): void {
  for (const of of [
    (engine: Engine) => engine.documents.changesAfter(0 as Snapshot['mark'], 1000),
    (engine: Engine) => engine.documents.counts(),
    (engine: Engine) => ids.map((id) => engine.documents.versionsOf(idOf(id))),
    (engine: Engine) => [...engine.forBuild(engine.documents.lastSeq())].map(textOf),
    (engine: Engine) => engine.embeddings.count(wordEmbedder().fingerprint),
    (engine: Engine) => engine.catalog.list(),
  ]) {
    expect(of(left)).toEqual(of(right))
  }
}

test('whatever happened and whatever is asked, the embedded engine answers as the memory engine does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 3, maxLength: 14 }),
      fc.array(requests, { minLength: 2, maxLength: 4 }),
      phrases,
      agree,
    ),
    { numRuns: 100 },
  )
}, 60_000)
