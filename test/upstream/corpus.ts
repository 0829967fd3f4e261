import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'

/** What the world's papers are, version by version, so that an upstream can be asked as of any instant. */

export interface UpstreamVersion {
  readonly submitted: Instant
  readonly announced: Instant
  readonly title: string
  readonly abstract: string
  readonly comment: string | null
}

export interface UpstreamPaper {
  /** arXiv's, without a version. */
  readonly id: string
  /** First version first; each is submitted and announced no earlier than the one before. */
  readonly versions: readonly [UpstreamVersion, ...UpstreamVersion[]]
  readonly authors: readonly string[]
  /** Of the first announcement, primary first. */
  readonly categories: readonly string[]
  readonly crossListed: readonly { readonly category: string; readonly at: Instant }[]
  /** A withdrawal is announced as one more version, without a file. */
  readonly withdrawn: { readonly submitted: Instant; readonly at: Instant; readonly comment: string } | null
  readonly journal: { readonly doi: string; readonly name: string; readonly published: Instant } | null
  /** Of the authors' institutions, in the order of the authors; ISO 3166-1 alpha-2. */
  readonly countries: readonly string[]
}

/** A paper as the world saw it at one instant. */
export interface PaperState {
  readonly paper: UpstreamPaper
  readonly title: string
  readonly abstract: string
  readonly comment: string | null
  readonly categories: readonly string[]
  readonly doi: string | null
  readonly withdrawn: boolean
  /** A withdrawal counts as a version. */
  readonly versions: readonly { readonly submitted: Instant; readonly announced: Instant }[]
  readonly announced: Instant
  readonly modified: Instant
}

/** Everything that happened to papers, in the order in which OAI-PMH lists it: by UTC day, then by id. */
interface Modifications {
  readonly paper: Uint32Array
  readonly at: Float64Array
  /** The paper's next modification; Infinity for its last. */
  readonly next: Float64Array
}

export interface Corpus {
  /** By first announcement, then by id. */
  readonly papers: readonly UpstreamPaper[]
  readonly modifications: Modifications
  /** Instants of all modifications, ascending. */
  readonly instants: Float64Array
  byId(id: string): UpstreamPaper | undefined
  /** Every value that this corpus of papers names for a category. */
  readonly categories: ReadonlySet<string>
}

/** A paper from what is worth saying about it; one version unless more are given. */
export const paperOf = (
  given: Pick<UpstreamPaper, 'id' | 'versions'> & Partial<Omit<UpstreamPaper, 'id' | 'versions'>>,
): UpstreamPaper => ({
  authors: ['Jane Doe'],
  categories: ['cs.IR'],
  crossListed: [],
  withdrawn: null,
  journal: null,
  countries: [],
  ...given,
})

/** Throws where two papers share an id. */
export function corpusOf(given: Iterable<UpstreamPaper>): Corpus {
  const papers = [...given].sort((a, b) => a.versions[0].announced - b.versions[0].announced || byText(a.id, b.id))
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  if (byId.size < papers.length) throw new Error('two papers of the corpus share an id')
  const modifications = modificationsOf(papers)
  return {
    papers,
    modifications,
    instants: modifications.at.toSorted(),
    byId: (id) => byId.get(id),
    categories: new Set(
      papers.flatMap((one) => [...one.categories, ...one.crossListed.map(({ category }) => category)]),
    ),
  }
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function modificationsOf(papers: readonly UpstreamPaper[]): Modifications {
  const all = papers.flatMap((paper, at) => {
    const instants = modifiedAt(paper).sort((a, b) => a - b)
    return instants.map((when, n) => ({ paper: at, id: paper.id, at: when, next: instants[n + 1] ?? Infinity }))
  })
  all.sort((a, b) => utcDay(a.at) - utcDay(b.at) || byText(a.id, b.id) || a.at - b.at)
  return {
    paper: Uint32Array.from(all, (one) => one.paper),
    at: Float64Array.from(all, (one) => one.at),
    next: Float64Array.from(all, (one) => one.next),
  }
}

const modifiedAt = (paper: UpstreamPaper): number[] => [
  ...paper.versions.map((version) => version.announced),
  ...paper.crossListed.map((one) => one.at),
  ...(paper.withdrawn ? [paper.withdrawn.at] : []),
  ...(paper.journal ? [paper.journal.published] : []),
]

const utcDay = (at: number): number => Math.floor(at / dayMs)

/** The paper as of then; null before its first announcement. */
export function stateAt(paper: UpstreamPaper, now: Instant): PaperState | null {
  const shown = paper.versions.filter((version) => version.announced <= now)
  const latest = shown.at(-1)
  if (!latest) return null
  const withdrawn = paper.withdrawn !== null && paper.withdrawn.at <= now ? paper.withdrawn : null
  const versions = shown.map(({ submitted, announced }) => ({ submitted, announced }))
  if (withdrawn) versions.push({ submitted: withdrawn.submitted, announced: withdrawn.at })
  const published = paper.journal !== null && paper.journal.published <= now
  return {
    paper,
    title: latest.title,
    abstract: latest.abstract,
    comment: withdrawn ? withdrawn.comment : latest.comment,
    categories: categoriesAt(paper, now),
    doi: published ? (paper.journal?.doi ?? null) : null,
    withdrawn: withdrawn !== null,
    versions,
    announced: paper.versions[0].announced,
    modified: instant(Math.max(...modifiedAt(paper).filter((at) => at <= now))),
  }
}

export function categoriesAt(paper: UpstreamPaper, now: Instant): readonly string[] {
  const added = paper.crossListed.filter((one) => one.at <= now).map((one) => one.category)
  return added.length === 0 ? paper.categories : [...new Set([...paper.categories, ...added])]
}

/** The journal's publication where there was one by then, or the submission. */
export const publishedAt = ({ journal, versions }: UpstreamPaper, now: Instant): Instant =>
  journal !== null && journal.published <= now ? journal.published : versions[0].submitted

/** Papers that the world knows then, oldest first. */
export function papersAt(corpus: Corpus, now: Instant): readonly UpstreamPaper[] {
  return corpus.papers.slice(
    0,
    firstWhere(corpus.papers.length, (at) => corpus.papers[at].versions[0].announced > now),
  )
}

/** Two instants of the same epoch see the same world. */
export const epochAt = (corpus: Corpus, now: Instant): number =>
  firstWhere(corpus.instants.length, (at) => corpus.instants[at] > now)

/**
 * Papers by their last modification as of `now`, from the UTC day of `from` on: by day, then by id. A paper that was
 * modified again later stands only at its later place.
 */
export function* modifiedSince(
  corpus: Corpus,
  from: Instant | null,
  now: Instant,
): Generator<{ readonly paper: UpstreamPaper; readonly modified: Instant }> {
  const { paper, at, next } = corpus.modifications
  const day = utcDay(from ?? -Infinity)
  for (let n = firstWhere(at.length, (one) => utcDay(at[one]) >= day); n < at.length; n++) {
    if (utcDay(at[n]) > utcDay(now)) return
    if (at[n] <= now && next[n] > now) yield { paper: corpus.papers[paper[n]], modified: instant(at[n]) }
  }
}

/** The first of 0..length for which the monotone condition holds; `length` where none does. */
export function firstWhere(length: number, holds: (at: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
