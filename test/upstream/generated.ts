import { derivedArxivAnnouncement, nextArxivAnnouncement } from '../../src/domain/calendar.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import { wholeSecond } from './arxiv-daily.ts'
import { type Corpus, corpusOf, paperOf, type UpstreamPaper, type UpstreamVersion } from './corpus.ts'
import { oneOf, seededRandom } from './seeded.ts'
import { abstractOf, authorsOf, commentOf, type Topic, titleOf, topicOf } from './wording.ts'

export interface Generated {
  readonly seed: number
  readonly count: number
  /** First versions are submitted in this time. */
  readonly from: Instant
  readonly to: Instant
  /** How many of a hundred papers meet each of these; what comes of them may lie after `to`. */
  readonly percent?: Partial<typeof usual>
}

const usual = { replaced: 20, withdrawn: 2, crossListed: 5, published: 30, delayed: 4 }

/** Papers of our own making, dated by arXiv's calendar; the same for the same arguments. */
export function generatedCorpus({ seed, count, from, to, percent }: Generated): Corpus {
  const random = seededRandom(seed)
  const chance = { ...usual, ...percent }
  const submissions = Array.from({ length: count }, () => wholeSecond(from + random() * (to - from)))
  const inMonth = new Map<string, number>()
  return corpusOf(
    submissions
      .sort((a, b) => a - b)
      .map((submitted, at) => {
        const month = new Date(submitted).toISOString().slice(2, 7).replace('-', '')
        const number = (inMonth.get(month) ?? 0) + 1
        inMonth.set(month, number)
        const id = `${month}.${String(number).padStart(5, '0')}`
        return generatedPaper(id, topicOf(at, random), submitted, chance, random)
      }),
  )
}

function generatedPaper(
  id: string,
  topic: Topic,
  submitted: Instant,
  chance: typeof usual,
  random: () => number,
): UpstreamPaper {
  const happens = (event: keyof typeof usual): boolean => random() * 100 < chance[event]
  const authors = authorsOf(random)
  // Moderation holds a paper back for some mailings; its submission date stays.
  const held = happens('delayed') ? Math.ceil(random() * 4) * dayMs : 0
  const first: UpstreamVersion = {
    submitted,
    announced: derivedArxivAnnouncement(instant(submitted + held)),
    title: titleOf(topic, random),
    abstract: abstractOf(topic, random),
    comment: random() < 0.6 ? commentOf(random) : null,
  }
  const versions: [UpstreamVersion, ...UpstreamVersion[]] = [first]
  while (happens('replaced') && versions.length < 6)
    versions.push(replaced(versions[versions.length - 1], topic, random))
  const latest = versions[versions.length - 1]
  return paperOf({
    id,
    versions,
    authors,
    categories: topic.categories,
    countries: authors.map((_name) => oneOf(random, ['US', 'CN', 'DE', 'FR', 'IN', 'BR', 'JP', 'KE'])),
    crossListed: happens('crossListed') ? [crossListed(first, topic, random)] : [],
    withdrawn: happens('withdrawn') ? withdrawn(latest, random) : null,
    journal: happens('published') ? journalOf(id, first, random) : null,
  })
}

function replaced(last: UpstreamVersion, topic: Topic, random: () => number): UpstreamVersion {
  const submitted = later(last.announced, 40, random)
  return {
    submitted,
    announced: derivedArxivAnnouncement(submitted),
    title: random() < 0.2 ? titleOf(topic, random) : last.title,
    abstract: abstractOf(topic, random),
    comment: commentOf(random),
  }
}

const crossListed = (first: UpstreamVersion, topic: Topic, random: () => number) => ({
  category: topic.neighbour,
  at: nextArxivAnnouncement(later(first.announced, 10, random)),
})

function withdrawn(latest: UpstreamVersion, random: () => number) {
  const submitted = later(latest.announced, 30, random)
  const comment = 'This paper has been withdrawn by the authors due to an error in the main result'
  return { submitted, at: derivedArxivAnnouncement(submitted), comment }
}

const journalOf = (id: string, first: UpstreamVersion, random: () => number) => ({
  doi: `10.5555/freshet.${id}`,
  name: oneOf(random, ['Journal of Invented Results', 'Letters on Rivers', 'Annals of Made-up Methods']),
  published: later(first.announced, 120, random),
})

const later = (than: Instant, mostDays: number, random: () => number): Instant =>
  wholeSecond(than + 3_600_000 + random() * mostDays * dayMs)
