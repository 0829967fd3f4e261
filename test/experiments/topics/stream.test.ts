import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Collection } from '../../../experiments/collection.ts'
import { rankBy } from '../../../experiments/evaluate.ts'
import { mean, ndcg } from '../../../experiments/measures.ts'
import { readStreamLine, writeStreamFile } from '../../../experiments/stream/records.ts'
import type { Wording } from '../../../experiments/stream/topic.ts'
import { type IdentifiedPaper, versionAt } from '../../../experiments/stream/truth.ts'
import { definitionsIn } from '../../../experiments/topics/acronyms.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import { demoPlan, generatedStream } from '../../../experiments/topics/stream.ts'
import { importFile } from '../../../indexer/import.ts'
import { dayMs, instant, isoOf } from '../../../src/domain/instant.ts'
import { typedQuery } from '../../../src/domain/understanding.ts'
import { openEmbeddedEngine } from '../../../src/engines/embedded/engine.ts'
import { readArxivLine } from '../../../src/sources/files/arxiv-jsonl.ts'
import { readLines } from '../../../src/sources/files/lines.ts'
import { VirtualClock } from '../../sources/virtual-clock.ts'
import { stateAt } from '../../upstream/corpus.ts'
import { wordEmbedder } from '../../word-embedder.ts'

const shared = resolve(import.meta.dirname, '../../../../shared/data/corpus/arxiv-daily')
const absent = !existsSync(shared)
if (absent) console.warn(`skipped: the corpora are not at ${shared}`)

const stream = generatedStream(demoPlan)
const topics = new Map(stream.topics.map((topic) => [topic.id, topic]))
const byId = new Map(stream.papers.map((paper) => [paper.id, paper]))
const { from } = demoPlan
const to = instant(from + demoPlan.days * dayMs)
const textsOf = (paper: IdentifiedPaper) => paper.versions.map(({ title, abstract }) => `${title} ${abstract}`)
const askedOf = (event: string) => stream.queries.filter((query) => query.facts.event === event)
const graded = ({ grades }: JudgedQuery, least: number) =>
  [...grades].flatMap(([id, grade]) => (grade >= least ? [byId.get(id)!] : []))
const has = (text: string, word: string) => new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'iu').test(text)

describe('a generated stream', () => {
  it('is the same for a seed, and another for another', () => {
    const again = generatedStream(demoPlan)
    expect(again.papers).toEqual(stream.papers)
    expect(again.queries).toEqual(stream.queries)
    const other = generatedStream({ ...demoPlan, seed: 2 })
    expect(other.papers.map((paper) => paper.versions[0].title)).not.toEqual(
      stream.papers.map((paper) => paper.versions[0].title),
    )
  })

  it('has as many papers and queries as were asked for, each under a name of its own', () => {
    expect(stream.papers).toHaveLength(demoPlan.papers)
    expect(stream.queries).toHaveLength(demoPlan.queries)
    expect(byId.size).toBe(demoPlan.papers)
    expect(new Set(stream.queries.map((query) => query.id)).size).toBe(demoPlan.queries)
    expect(new Set(stream.papers.map((paper) => paper.versions[0].title)).size).toBe(demoPlan.papers)
    for (const { versions } of stream.papers) {
      expect(versions[0].submitted).toBeGreaterThanOrEqual(from)
      expect(versions[0].submitted).toBeLessThan(to)
    }
  })

  it('asks of every kind of event and wants recent, old, any and ambiguous things', () => {
    expect([...new Set(stream.queries.map((query) => query.facts.event))].sort()).toEqual([
      'acronym',
      'burst',
      'drift',
      'fork',
      'revised',
      'steady',
      'withdrawn',
    ])
    expect([...new Set(stream.queries.map((query) => query.class))].sort()).toEqual([
      'ambiguous',
      'atemporal',
      'foundation',
      'recent',
    ])
    for (const { asked } of stream.queries) expect(asked > from && asked <= to).toBe(true)
  })

  it.skipIf(absent)(
    `shares no run of six words with real papers${absent ? ' (skipped: ../shared/data is absent)' : ''}`,
    async () => {
      const runsOf = (text: string) => {
        const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
        return words.slice(5).map((_, at) => words.slice(at, at + 6).join(' '))
      }
      const ours = new Set(stream.papers.flatMap(textsOf).flatMap(runsOf))
      const [month] = readdirSync(shared).filter((name) => name.endsWith('.jsonl.gz'))
      const common: string[] = []
      let seen = 0
      for await (const line of readLines(join(shared, month))) {
        if (line.tooLong || seen++ === 500) break
        const { title, abstract } = readArxivLine(line.text)
        common.push(...runsOf(`${title} ${abstract}`).filter((run) => ours.has(run)))
      }
      expect(seen).toBeGreaterThan(400)
      expect(common).toEqual([])
    },
  )
})

describe('the truth of a stream', () => {
  it('knows nothing right that is not there yet, is withdrawn, or says something else by then', () => {
    for (const query of stream.queries) {
      for (const paper of graded(query, 1)) {
        const version = versionAt(paper, query.asked)
        expect([version?.about, version?.aside]).toContain(query.unit)
      }
      expect(graded(query, 2).length).toBeGreaterThan(0)
    }
  })

  it('grades what is about the topic above what names it in passing', () => {
    for (const query of stream.queries.filter((one) => one.class !== 'foundation' && one.facts.country === undefined)) {
      for (const [id, grade] of query.grades) {
        const version = versionAt(byId.get(id)!, query.asked)
        if (version?.about === query.unit) expect(grade).toBe(version.share === 'core' ? 3 : 2)
        else expect(grade).toBe(version?.aside === query.unit ? 1 : 0)
      }
    }
  })

  it('a burst goes by a word that nobody used before, and is asked for after it began', () => {
    for (const topic of stream.topics.filter((one) => one.kind === 'burst')) {
      const users = stream.papers.filter((paper) => has(textsOf(paper).join(' '), topic.name!))
      expect(users.length).toBeGreaterThan(0)
      for (const paper of users) expect(paper.versions[0].submitted).toBeGreaterThanOrEqual(topic.begins)
    }
    for (const query of askedOf('burst')) expect(query.asked).toBeGreaterThan(topics.get(query.unit)!.begins)
  })

  it('a burst swells and fades', () => {
    const { papers, topics: cast } = generatedStream({ ...demoPlan, papers: 3_000, queries: 0 })
    const days = cast
      .filter((topic) => topic.kind === 'burst')
      .flatMap(({ id, begins }) =>
        papers
          .filter(({ versions: [first] }) => first.about === id)
          .map(({ versions: [first] }) => (first.submitted - begins) / dayMs),
      )
    const perDay = (after: number, before: number) =>
      days.filter((day) => day >= after && day < before).length / (before - after)
    expect(perDay(5, 12)).toBeGreaterThan(2 * perDay(0, 3))
    expect(perDay(5, 12)).toBeGreaterThan(1.3 * perDay(22, 27))
  })

  it('the foundations of a burst are its first paper and the one that sums it up', () => {
    const asked = stream.queries.filter((query) => query.class === 'foundation')
    expect(asked.length).toBeGreaterThan(0)
    for (const query of asked) {
      expect(graded(query, 2).map((paper) => paper.kind)).not.toContain('plain')
    }
  })

  it('one name has two senses whose right answers are different papers', () => {
    const bare = [...askedOf('fork'), ...askedOf('acronym')].filter((query) => !query.facts.context)
    const pairs = bare.flatMap((one) =>
      bare
        .filter((other) => other.text === one.text && other.facts.sense !== one.facts.sense)
        .map((other) => [one, other]),
    )
    expect(pairs.length).toBeGreaterThan(0)
    for (const [one, other] of pairs) {
      const right = new Set(graded(one, 2).map((paper) => paper.id))
      expect(graded(other, 2).filter((paper) => right.has(paper.id) && other.asked === one.asked)).toEqual([])
      // The other sense is known to be wrong, not merely unknown.
      for (const paper of graded(other, 2)) {
        if (paper.versions[0].announced <= one.asked) expect(one.grades.has(paper.id)).toBe(true)
      }
    }
  })

  it('the second sense of a name is not there before it forks', () => {
    const forked = stream.topics.filter((topic) => topic.kind === 'fork' && topic.begins > from)
    expect(forked.length).toBeGreaterThan(0)
    for (const { id, begins, name, partner } of forked) {
      expect(topics.get(partner!)?.name).toBe(name)
      const about = stream.papers.filter((paper) => paper.versions[0].about === id)
      expect(Math.min(...about.map((paper) => paper.versions[0].submitted))).toBeGreaterThanOrEqual(begins)
    }
  })

  it('papers spell out their acronyms so that the rule that mines them finds them', () => {
    for (const topic of stream.topics.filter((one) => one.kind === 'acronym')) {
      const about = stream.papers.filter((paper) => paper.versions[0].about === topic.id)
      for (const { versions } of about) expect(definitionsIn(versions[0].abstract)).toContainEqual(topic.acronym)
    }
  })

  it('the words of a drifting topic are others in the end', () => {
    const third = (to - from) / 3
    const drifting = stream.topics.filter((one) => one.kind === 'drift')
    const shareOfLater = (after: number, before: number) => {
      const saying = (wordingOf: (topic: (typeof drifting)[number]) => Wording) =>
        drifting.flatMap((topic) =>
          stream.papers.filter(
            ({ versions: [{ about, submitted, abstract }] }) =>
              about === topic.id &&
              submitted >= after &&
              submitted < before &&
              wordingOf(topic).process.forms.some((form) => has(abstract, form)),
          ),
        ).length
      const [old, young] = [saying((topic) => topic.wording), saying((topic) => topic.later!)]
      return young / (old + young)
    }
    expect(drifting.length).toBeGreaterThan(1)
    expect(shareOfLater(from, from + third)).toBeLessThan(0.3)
    expect(shareOfLater(to - third, to)).toBeGreaterThan(0.7)
  })

  it('a revised paper serves its first topic before, and its second after', () => {
    const turned = stream.papers.filter(
      ({ versions }) => versions.length > 1 && versions[0].about !== versions[1].about,
    )
    expect(turned.length).toBeGreaterThan(3)
    for (const { versions } of turned) {
      expect(topics.get(versions[0].about!)?.partner).toBe(versions[1].about)
      expect(versions[1].announced).toBeGreaterThan(versions[0].announced)
    }
  })
})

describe('sources', () => {
  const { papers, sources } = generatedStream({ ...demoPlan, papers: 8_000, queries: 0 })
  const usefulShare = (some: readonly IdentifiedPaper[]) => mean(some.map((paper) => (paper.useful ? 1 : 0)))

  it('are as useful as they are said to be', () => {
    for (const source of sources) {
      const own = papers.filter((paper) => paper.source === source)
      const error = Math.sqrt((source.precision * (1 - source.precision)) / own.length)
      expect(Math.abs(usefulShare(own) - source.precision)).toBeLessThan(3.5 * error)
    }
  })

  it('differ in age, and age tells nothing of use', () => {
    const middle = from + (to - from) / 2
    const isYoung = (paper: IdentifiedPaper) => paper.versions[0].submitted >= middle
    const youngShare = (name: string) =>
      mean(papers.filter((paper) => paper.source.name === name).map((paper) => (isYoung(paper) ? 1 : 0)))
    expect(youngShare('harbour-letters')).toBeGreaterThan(0.65)
    expect(youngShare('old-mill-papers')).toBeLessThan(0.35)
    const young = papers.filter(isYoung)
    const old = papers.filter((paper) => !isYoung(paper))
    // Three and a half standard errors of the difference of two shares near a half.
    expect(Math.abs(usefulShare(young) - usefulShare(old))).toBeLessThan(
      3.5 * Math.sqrt(0.25 / young.length + 0.25 / old.length),
    )
  })
})

describe('the world of a stream', () => {
  it('shows arXiv papers in the version of the moment', () => {
    for (const now of [0.3, 0.6, 0.9].map((share) => instant(from + share * (to - from)))) {
      for (const paper of stream.papers.filter((one) => one.source.isArxiv)) {
        const shown = stateAt(stream.corpus.byId(paper.id)!, now)
        const version = versionAt(paper, now)
        if (shown?.withdrawn) expect(version).toBe(null)
        else expect(shown?.title).toBe(version?.title)
      }
    }
  })
})

describe('records of a stream, imported by the product', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-stream-'))
  const opened: { collection?: Collection } = {}
  beforeAll(async () => {
    const clock = new VirtualClock(isoOf(instant(to + 60 * dayMs)))
    const engine = await openEmbeddedEngine(join(root, 'store'), clock)
    const embedder = wordEmbedder()
    const file = join(root, 'stream.jsonl')
    writeStreamFile(file, stream.records())
    const signal = new AbortController().signal
    const report = await importFile(engine, embedder, clock, file, { read: readStreamLine, manner: 'stream', signal })
    expect(report.bad).toBe(0)
    const reader = await engine.openReader()
    opened.collection = { engine, embedder, snapshot: reader.snapshot(), close: () => engine.close() }
  })
  afterAll(async () => {
    await opened.collection?.close()
    rmSync(root, { recursive: true })
  })

  it('are all papers, in their last version', () => {
    const { documents } = opened.collection!.engine
    const end = instant(Number.MAX_SAFE_INTEGER)
    expect(documents.counts()).toMatchObject({
      documents: demoPlan.papers,
      withdrawn: stream.papers.filter((paper) => paper.withdrawn).length,
    })
    for (const paper of stream.papers) {
      const held = documents.byId(paper.id)!
      expect(held.withdrawn).toBe(paper.withdrawn !== null)
      expect(held.announced).toBe(paper.versions[0].announced)
      expect(held.countries).toEqual([...new Set(paper.countries)])
      if (!held.withdrawn) expect(held.title).toBe(versionAt(paper, end)?.title)
    }
  })

  it('are up to an instant what sources had said by then', () => {
    const noon = instant(from + 45 * dayMs)
    const early = stream.records(noon)
    expect(early.length).toBeGreaterThan(100)
    expect(early).toEqual(stream.records().slice(0, early.length))
    expect(new Set(early.map((one) => one.id)).size).toBe(
      stream.papers.filter((paper) => paper.versions[0].announced <= noon).length,
    )
  })

  it('can be searched well, and not perfectly', async () => {
    const figures: number[] = []
    for (const query of stream.queries) {
      const ranked = await rankBy('lexical', typedQuery(query.text, query.asked), opened.collection!, true)
      figures.push(
        ndcg(
          ranked.map((one) => one.id),
          query.grades,
        ),
      )
    }
    expect(mean(figures)).toBeGreaterThan(0.5)
    expect(mean(figures)).toBeLessThan(0.9)
  })
})
