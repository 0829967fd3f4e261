import fc from 'fast-check'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { versionAnnounced } from '../../src/domain/former.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { build, daysAgo, put, record } from '../engines/fixtures.ts'
import type { Current } from './engine/current.ts'

/** Something that a source announces: a paper, a revision of it, or that it is withdrawn. */
export interface Announcement {
  readonly at: Instant
  readonly record: DocumentRecord
}

const words = ['alpha', 'beta', 'gamma', 'delta', 'models', 'modeling', 'of', 'the', 'GPT-4', 'été']
const text = (least: number, most: number) =>
  fc.array(fc.constantFrom(...words), { minLength: least, maxLength: most }).map((all) => all.join(' '))
const version = fc.record({ days: fc.integer({ min: 1, max: 20 }), title: text(1, 3), abstract: text(0, 8) })

const papers = fc.record({
  source: fc.constantFrom('arxiv', 'biorxiv'),
  categories: fc.subarray(['cs.IR', 'cs.CL', 'math.GT']),
  age: fc.integer({ min: 1, max: 120 }),
  versions: fc.array(version, { minLength: 1, maxLength: 4 }),
  withdrawn: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
})

/** A library as it grew: everything that was announced, in order. */
export const libraries: fc.Arbitrary<readonly Announcement[]> = fc
  .array(papers, { minLength: 1, maxLength: 12 })
  .map((all) => all.flatMap((paper, i) => announcementsOf(`p${i}`, paper)).sort((one, other) => one.at - other.at))

type Paper = typeof papers extends fc.Arbitrary<infer T> ? T : never

function announcementsOf(id: string, { source, categories, age, versions, withdrawn }: Paper): Announcement[] {
  const announced = daysAgo(age)
  let left = age
  const records = versions.map(({ days, title, abstract }, i): DocumentRecord => {
    left -= i === 0 ? 0 : days
    const last = i > 0 && i === versions.length - 1
    return record(id, {
      ...{ source, categories, title, abstract, announced },
      version: i + 1,
      updated: daysAgo(left),
      withdrawn: last && withdrawn,
    })
  })
  // What lies in the future has not been announced.
  return records.flatMap((one) => {
    const at = versionAnnounced(one) ?? announced
    return at > daysAgo(0) ? [] : [{ at, record: one }]
  })
}

/** Takes announcements in, one after the other, and publishes a generation where those up to each moment are in. */
export async function growInto(
  { engine, clock }: ReturnType<Current>,
  all: readonly Announcement[],
  nights: readonly Instant[],
): Promise<void> {
  const left = [...nights].sort((one, other) => one - other)
  const publishBefore = async (at: number) => {
    for (; left.length > 0 && left[0] < at; left.shift()) {
      // Nothing came that day.
      await build(engine, clock).catch(() => {})
    }
  }
  for (const { at, record } of all) {
    await publishBefore(at)
    await put(engine, [record])
  }
  await publishBefore(Number.POSITIVE_INFINITY)
}

/** The same papers, revisions and withdrawals after `moment`, in words that nobody else has. */
export const garbledAfter = (all: readonly Announcement[], moment: Instant): readonly Announcement[] =>
  all.map((one, i) =>
    one.at <= moment
      ? one
      : {
          ...one,
          record: { ...one.record, title: `Xyzzy${i} plugh`, abstract: `Xyzzy frotz ${'plugh '.repeat(i % 9)}` },
        },
  )

export const until = (all: readonly Announcement[], moment: Instant): readonly Announcement[] =>
  all.filter(({ at }) => at <= moment)
