import { beforeAll, describe, expect, test } from 'vitest'
import { parseFeed } from '../../../src/sources/feeds/parse.ts'
import {
  absent,
  type Case,
  type FeedReader,
  feedparserCases,
  feedsmithCases,
  type Score,
  scoreOf,
  where,
} from './cases.ts'
import { feedsmithReader, plainReader } from './rivals.ts'

const ours: FeedReader = (text, address) => parseFeed('case', text, address)

const percent = (right: number, all: number): string => `${((100 * right) / all).toFixed(1)} %`

function report(what: string, score: Score): void {
  const fields = [...score.byField].map(([field, { right, all }]) => `  ${field} ${right}/${all}`)
  const wrong = score.wrong.map(
    ({ name, at, wanted, got }) => `  ${name} ${at}\n    wanted ${wanted}\n    got    ${got}`,
  )
  console.log([`${what}: ${summary(score)}`, ...fields, 'not right:', ...wrong].join('\n'))
}

const summary = ({ right, all, saying, sayingRight }: Score): string =>
  `${right}/${all} fields (${percent(right, all)}); of those that expect any text, ${sayingRight}/${saying} (${percent(sayingRight, saying)})`

/** Why each of them is not right is in docs/results/feeds.md. */
const knownMisses = [
  'base/http_entry_id_base_content_location.xml',
  'base/http_entry_id_base_docuri.xml',
  'cdf/item_abstract_map_summary.xml',
  'cdf/item_lastmod.xml',
  'entities/lang.xml',
  'entities/rang.xml',
  'feedsmith/rss/rss-094.xml',
  'rss/entity_in_doctype.xml',
  'rss/item_description_and_summary.xml',
  'rss/item_description_not_a_doctype.xml',
  'rss/item_madeup_tags_element.xml',
  'sanitize/entry_content_crazy.xml',
  'sanitize/item_content_encoded_crazy.xml',
]

describe.skipIf(absent)(`the cases of feedparser and feedsmith${where}`, () => {
  let feedparser: Case[] = []
  let feedsmith: Case[] = []

  beforeAll(() => {
    feedparser = feedparserCases()
    feedsmith = feedsmithCases()
  })

  test('are all there, and all that we use of them is compared', () => {
    expect(feedparser).toHaveLength(977)
    expect(feedparser.filter((one) => one.expected.length === 0)).toHaveLength(372)
    expect(feedsmith).toHaveLength(13)
  })

  test('of feedparser are right in at least 95 % of the fields that we use', () => {
    const score = scoreOf(feedparser, ours)
    report('feedparser', score)
    expect(score.right / score.all).toBeGreaterThanOrEqual(0.95)
    expect(score.sayingRight / score.saying).toBeGreaterThanOrEqual(0.95)
  })

  test('of feedsmith are right in at least 95 % of the fields that we use', () => {
    const score = scoreOf(feedsmith, ours)
    report('feedsmith', score)
    expect(score.right / score.all).toBeGreaterThanOrEqual(0.95)
  })

  test('are not right only where it is known why', () => {
    const wrong = scoreOf([...feedparser, ...feedsmith], ours).wrong.map(({ name }) => name)
    expect([...new Set(wrong)].sort()).toEqual(knownMisses)
  })

  test('are read better than by the libraries alone', () => {
    const all = [...feedparser, ...feedsmith]
    const best = scoreOf(all, ours)
    for (const [name, read] of Object.entries({ 'feedsmith 3': feedsmithReader, 'fast-xml-parser 5': plainReader })) {
      for (const [what, cases] of Object.entries({ feedparser, feedsmith })) {
        console.log(`${name} on the cases of ${what}: ${summary(scoreOf(cases, read))}`)
      }
      expect(scoreOf(all, read).right).toBeLessThan(best.right)
    }
  })
})
