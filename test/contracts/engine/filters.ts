import { expect, test } from 'vitest'
import { type Filters, noFilters } from '../../../src/domain/query.ts'
import type { GatherRequest, Snapshot } from '../../../src/ports.ts'
import { build, daysAgo, idsIn, put, record, request } from '../../engines/fixtures.ts'

import type { Current } from './current.ts'

export function filterTests(current: Current): void {
  const corpus = [
    record('ir', { title: 'Alpha beta gamma', authors: ['Grace Hopper', 'Ada Lovelace'] }),
    record('cs', { title: 'Alpha', abstract: 'Gamma delta.', categories: ['cs'], announced: daysAgo(10) }),
    record('gt', { title: 'Alpha gamma', abstract: 'beta gamma', categories: ['math.GT', 'stat.ML'], source: 'own' }),
    record('undated', { title: 'Alpha, betas!', announced: null, announcedBasis: 'unknown', authors: ['Émile Çelik'] }),
  ]
  const everything = ['cs', 'gt', 'ir', 'undated']

  /** In the static tier, in the fresh tier, and half in each. */
  const tiers = ['static', 'fresh', 'both'] as const
  async function fill(tier: (typeof tiers)[number]): Promise<Snapshot> {
    const { engine, clock } = current()
    if (tier !== 'fresh') {
      await put(engine, tier === 'both' ? corpus.slice(0, 2) : corpus)
      await build(engine, clock)
    }
    if (tier !== 'static') await put(engine, tier === 'both' ? corpus.slice(2) : corpus)
    return (await engine.openReader()).snapshot()
  }

  const filters: readonly [string, Partial<Filters>, readonly string[]][] = [
    ['no filter', {}, everything],
    ['a category', { categories: ['math.GT'] }, ['gt']],
    ['a category that is not the primary one', { categories: ['stat.ML'] }, ['gt']],
    ['a category in other letters', { categories: ['CS.ir', 'MATH.gt'] }, ['gt', 'ir', 'undated']],
    ['an archive and all below it', { categories: ['cs'] }, ['cs', 'ir', 'undated']],
    ['an archive is not the beginning of another', { categories: ['c', 'sta'] }, []],
    ['a source', { sources: ['own'] }, ['gt']],
    ['sources are exact', { sources: ['Own', 'arxi'] }, []],
    ['an author by any words of the name', { authors: ['lovelace'] }, ['cs', 'gt', 'ir']],
    ['several authors are all wanted', { authors: ['Lovelace, A.', 'hopper'] }, []],
    ['an author with initials left out', { authors: ['hopper', 'ADA'] }, ['ir']],
    ['an author without accents', { authors: ['emile celik'] }, ['undated']],
    ['an author’s name is not stemmed', { authors: ['hop'] }, []],
    ['since', { since: daysAgo(10) }, ['cs']],
    ['until', { until: daysAgo(100) }, ['gt', 'ir']],
    ['both bounds are inclusive', { since: daysAgo(100), until: daysAgo(10) }, ['cs', 'gt', 'ir']],
    ['bounds that contradict each other', { since: daysAgo(1), until: daysAgo(2) }, []],
    [
      'everything at once',
      { since: daysAgo(200), categories: ['cs'], sources: ['arxiv'], authors: ['ada'] },
      ['cs', 'ir'],
    ],
  ]
  const words: readonly [string, Partial<GatherRequest>, readonly string[]][] = [
    ['a phrase in the title or in the abstract', { phrases: ['beta gamma'] }, ['gt', 'ir']],
    ['a phrase is stemmed and punctuation is nothing', { phrases: ['alphas; BETA'] }, ['ir', 'undated']],
    ['a phrase does not reach from the title into the abstract', { phrases: ['gamma beta'] }, []],
    ['every phrase is wanted', { phrases: ['beta gamma', 'alpha beta'] }, ['ir']],
    ['a phrase of no words is nowhere', { phrases: ['?!'] }, []],
    ['an excluded word', { excludedTerms: ['Betas'] }, ['cs']],
    ['every excluded word', { excludedTerms: ['delta', 'unheard'] }, ['gt', 'ir', 'undated']],
    ['an excluded phrase', { excludedPhrases: ['alpha beta'] }, ['cs', 'gt']],
    ['an excluded phrase of no words excludes nothing', { excludedPhrases: ['?!'] }, everything],
  ]

  test.each(tiers)('each filter lets through what it says, in %s', async (tier) => {
    const { engine } = current()
    const snapshot = await fill(tier)
    for (const [name, wanted, expected] of filters) {
      const evidence = await snapshot.gather(request('alpha', { filters: { ...noFilters, ...wanted } }))
      expect([name, idsIn(engine, evidence)]).toEqual([name, expected])
      const byGraph = request('alpha', { filters: { ...noFilters, ...wanted }, exact: false, depth: 4 })
      expect([name, idsIn(engine, await snapshot.gather(byGraph))]).toEqual([name, expected])
    }
  })

  test.each(tiers)('so do phrases and exclusions, in %s', async (tier) => {
    const { engine } = current()
    const snapshot = await fill(tier)
    for (const [name, wanted, expected] of words) {
      expect([name, idsIn(engine, await snapshot.gather(request('alpha', wanted)))]).toEqual([name, expected])
    }
  })

  test.each(tiers)('filters do not change statistics, in %s', async (tier) => {
    const snapshot = await fill(tier)
    const { candidates: _, best: __, ...unfiltered } = await snapshot.gather(request('alpha gamma'))
    const filtered = await snapshot.gather(request('alpha gamma', { filters: { ...noFilters, sources: ['own'] } }))
    expect(filtered).toMatchObject(unfiltered)
  })
}
