import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { arxivAnnouncement } from '../../src/domain/calendar.ts'
import { type Day, type Instant, instant, parseDay } from '../../src/domain/instant.ts'
import { byText, type Corpus, corpusOf, paperOf, type UpstreamPaper } from './corpus.ts'

const line = z.object({
  id: z.string(),
  title: z.string(),
  abstract: z.string(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  comment: z.string().nullable(),
  announced: z.string(),
})

/** The month files of a folder of daily listings, oldest first. */
export const arxivDailyFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d{4}-\d{2}\.jsonl\.gz$/.test(name))
    .sort()
    .map((name) => join(folder, name))

/**
 * Papers of daily listings, JSON Lines, gzipped or not. They know the day of the listing only: the announcement is that day's
 * mailing, and submissions are spread, in the order of their ids, over the time for which the mailing is arXiv's.
 */
export function corpusOfArxivDaily(files: readonly string[]): Corpus {
  const listings = new Map<Day, z.infer<typeof line>[]>()
  for (const file of files) {
    for (const text of textIn(file).split('\n')) {
      if (text === '') continue
      const paper = line.parse(JSON.parse(text))
      const day = parseDay(paper.announced)
      if (day === null) throw new Error(`${file}: ${paper.announced} is no day`)
      const listing = listings.get(day)
      if (listing) listing.push(paper)
      else listings.set(day, [paper])
    }
  }
  return corpusOf([...listings].flatMap(([day, papers]) => papersOfListing(day, papers)))
}

/** Gzipped, or as it is. */
function textIn(file: string): string {
  const bytes = readFileSync(file)
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
}

function papersOfListing(day: Day, papers: z.infer<typeof line>[]): UpstreamPaper[] {
  const announced = arxivAnnouncement(day)
  const window = submissionsFor(announced)
  return papers
    .toSorted((a, b) => byText(a.id, b.id))
    .map(({ id, authors, categories, title, abstract, comment }, rank) => {
      const share = (rank + 1) / (papers.length + 1)
      const submitted = wholeSecond(window.from + share * (window.to - window.from))
      return paperOf({ id, authors, categories, versions: [{ submitted, announced, title, abstract, comment }] })
    })
}

export const wholeSecond = (ms: number): Instant => instant(Math.round(ms / 1000) * 1000)

/** Cut-offs are at 14:00 in New York on weekdays; a listing that no calendar foresees takes those of the day before. */
function submissionsFor(announced: Instant): { from: Instant; to: Instant } {
  const eve = DateTime.fromMillis(announced, { zone: 'America/New_York' })
  const back: Readonly<Record<number, number>> = { 5: 1, 6: 2, 7: 2 }
  const to = eve
    .startOf('day')
    .minus({ days: back[eve.weekday] ?? 0 })
    .set({ hour: 14 })
  const from = to.minus({ days: to.weekday === 1 ? 3 : 1 })
  return { from: instant(from.toMillis()), to: instant(to.toMillis()) }
}
