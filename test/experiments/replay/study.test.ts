import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { currentGate, router, staticFresh, staticFreshLive } from '../../../experiments/arms.ts'
import { limitedTo, missed, onTime } from '../../../experiments/replay/holding.ts'
import { type OpenStudy, openStudy } from '../../../experiments/replay/open-study.ts'
import type { StudyOptions } from '../../../experiments/replay/study.ts'
import { demoPlan, generatedStream } from '../../../experiments/topics/stream.ts'
import { arxivListingDay } from '../../../src/domain/calendar.ts'
import { textOf } from '../../../src/domain/document.ts'
import { dayMs, instant } from '../../../src/domain/instant.ts'
import { termsOf } from '../../../src/domain/terms.ts'
import { shippedCalibration } from '../../../src/retrieval/calibration.ts'
import { always, announcedIn, papers } from './collections.ts'
import { query } from './stage.ts'

/** With the encoder that ships and the upstream in a process of its own, as on the command line. */
const folder = mkdtempSync(join(tmpdir(), 'freshet-test-'))
const corpus = join(folder, 'listings')

function writeListings(): void {
  mkdirSync(corpus)
  for (const month of ['2026-01', '2026-02', '2026-03']) {
    const lines = papers.flatMap(({ id, title, abstract, authors, categories, comment, announced }) => {
      const day = announced === null ? '' : arxivListingDay(announced)
      const line = { id, title, abstract, authors, categories, comment, announced: day }
      return day.startsWith(month) ? [`${JSON.stringify(line)}\n`] : []
    })
    writeFileSync(join(corpus, `${month}.jsonl.gz`), gzipSync(lines.join('')))
  }
}

const options: StudyOptions = {
  corpora: [corpus],
  format: 'arxiv-jsonl',
  topics: [],
  qrels: [],
  beir: [],
  embedder: 'freshet-static',
  rivals: { static: 'freshet-static', int8: null, fp32: null },
  knownItems: 12,
  seed: 5,
  out: join(folder, 'run'),
}

describe('a study', () => {
  let study: OpenStudy
  beforeAll(async () => {
    writeListings()
    const stores = join(folder, 'stores')
    const calibration = shippedCalibration
    study = await openStudy(options, { stores, calibration, developmentTopics: new Set(), say() {} })
  })
  afterAll(async () => {
    await study.close()
    rmSync(folder, { recursive: true })
  })

  it('replays known items of its corpus, and sources that are asked as of then', async () => {
    const replay = await study.replay()
    const items = await study.knownItems()
    expect(items.length).toBeGreaterThan(8)
    const [held, live] = await replay.run('known', [staticFresh, staticFreshLive], items, missed(7))
    const finds = ({ answers }: typeof held) =>
      items.filter(({ id, grades }) => answers.get(id)?.hits.some((hit) => grades.has(hit.id)))
    expect(finds(held).length).toBeGreaterThan(4)
    expect(finds(live).length).toBeGreaterThan(finds(held).length)
    const unheld = [...live.answers.values()].flatMap((one) => one.live.map((report) => report.unheld))
    expect(Math.max(...unheld)).toBeGreaterThan(0)
    expect(live.timings.every(({ stages, cpuMs }) => cpuMs > 0 && stages.gather > 0)).toBe(true)
  })

  it('opens a store of its largest categories without embedding anything anew', async () => {
    const replay = await study.replay()
    const items = await study.knownItems()
    const categories = replay.largestCategories(1, items[0].asked)
    const [run] = await replay.run('known', [staticFresh], items, limitedTo('one-category', categories))
    const primaries = [...run.answers.values()].flatMap(({ hits }) =>
      hits.map(({ id }) => replay.paper(id)?.categories[0]),
    )
    expect(new Set(primaries)).toEqual(new Set(categories))
  })

  it('counts the documents of a term as of an instant', async () => {
    const replay = await study.replay()
    const { title } = papers[10]
    for (const asOf of [papers[20], papers[250]].map(({ announced }) => announced ?? instant(0))) {
      const there = announcedIn(papers, always, asOf).map((paper) => new Set(termsOf(textOf(paper))))
      const found = await replay.termFrequencies(title, asOf)
      expect(found.map(({ term }) => term).sort()).toEqual([...new Set(termsOf(title))].sort())
      for (const { term, documents } of found) expect(documents).toBe(there.filter((one) => one.has(term)).length)
    }
  })

  it('replays a generated stream in the versions of then, withdrawn papers until their withdrawal', async () => {
    const { replay, queries } = await study.stream()
    const [run] = await replay.run('stream', [router], queries.slice(0, 5), onTime)
    expect([...run.answers.values()].filter(({ hits }) => hits.length > 0)).toHaveLength(5)

    const stream = generatedStream({ ...demoPlan, seed: options.seed })
    const gone = stream.papers.filter(({ withdrawn, source }) => withdrawn !== null && source.isArxiv).slice(0, 3)
    expect(gone.length).toBeGreaterThan(0)
    for (const { id, versions, withdrawn } of gone) {
      const [before, after] = [-1, 3].map((days, i) =>
        query(`${id}-${i}`, versions[0].title, instant((withdrawn?.at ?? 0) + days * dayMs), true),
      )
      const [answered] = await replay.run(`gone-${id}`, [currentGate], [before, after], onTime)
      const shows = ({ id: name }: typeof before) => answered.answers.get(name)?.hits.some((hit) => hit.id === id)
      expect([shows(before), shows(after)]).toEqual([true, false])
    }
  })
})
