import { derivedArxivAnnouncement } from '../../src/domain/calendar.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import { oneOf } from '../../test/upstream/seeded.ts'
import { authorsOf } from '../../test/upstream/wording.ts'
import type { Source } from './sources.ts'
import { liveliness, type Span, type StreamTopic, type Wording } from './topic.ts'
import { type Text, textOf, wordingAt } from './wording.ts'
import { type Concept, type Field, fields, inventedWord, processes, settings, subjects } from './words.ts'

export interface StreamVersion extends Text {
  readonly submitted: Instant
  readonly announced: Instant
  /** Topic of this text; null where it is about none. */
  readonly about: string | null
  /** `part`: its subject, in a setting that nobody asks for. */
  readonly share: 'core' | 'part'
  readonly aside: string | null
}

export interface StreamPaper {
  readonly system: string
  readonly source: Source
  readonly kind: 'plain' | 'origin' | 'survey'
  readonly field: Field
  readonly authors: readonly string[]
  /** In the order of the authors. */
  readonly countries: readonly string[]
  readonly versions: readonly [StreamVersion, ...StreamVersion[]]
  readonly withdrawn: { readonly submitted: Instant; readonly at: Instant } | null
  /** Whether it serves those who read it: as its source has it, and nothing in its text says so. */
  readonly useful: boolean
}

export interface Draft {
  readonly number: number
  readonly source: Source
  readonly topic: StreamTopic | null
  readonly submitted: Instant
  readonly kind: StreamPaper['kind']
}

export interface Setting {
  readonly span: Span
  readonly seed: number
  readonly topics: ReadonlyMap<string, StreamTopic>
  readonly random: () => number
}

const chance = { part: 0.3, aside: 0.5, reworded: 0.06, revised: 0.4, retracted: 0.01, withdrawn: 0.35 }

export function paperOf(draft: Draft, setting: Setting): StreamPaper {
  const { number, source, topic, submitted, kind } = draft
  const { random, seed } = setting
  const field = topic?.field ?? oneOf(random, fields)
  const system = inventedWord(seed * 7_919 + number, 3)
  const authors = authorsOf(random)
  const first = versionOf(draft, topic, system, submitted, setting)
  const second = revisionOf(draft, first, system, setting)
  const versions: StreamPaper['versions'] = second ? [first, second] : [first]
  return {
    system,
    source,
    kind,
    field,
    authors,
    countries: authors.map(() => countryOf(field, random)),
    versions,
    withdrawn: withdrawalOf(draft, versions.at(-1) ?? first, random),
    useful: random() < source.precision,
  }
}

function versionOf(
  { source, kind }: Draft,
  topic: StreamTopic | null,
  system: string,
  submitted: Instant,
  { span, topics, random }: Setting,
): StreamVersion {
  const share = kind === 'plain' && random() < chance.part ? 'part' : 'core'
  const asides = random() < chance.aside ? [...topics.values()].filter((one) => isAside(one, topic, submitted)) : []
  const aside = asides.length > 0 ? oneOf(random, asides) : null
  const told = topic ? wordingAt(topic, submitted, span, random) : strangeWording(topics, random)
  const text = textOf(
    {
      wording: share === 'part' ? { ...told, setting: otherThan(told.setting, random) } : told,
      name: topic?.name ?? null,
      acronym: topic?.acronym ?? null,
      kind,
      aside: aside && wordingAt(aside, submitted, span, random),
      system,
    },
    random,
  )
  const announced = source.isArxiv ? derivedArxivAnnouncement(submitted) : submitted
  return { ...text, submitted, announced, about: topic?.id ?? null, share, aside: aside?.id ?? null }
}

/** Of its own field, and known by then: nobody speaks in passing of what is not there yet. */
const isAside = (one: StreamTopic, topic: StreamTopic | null, at: Instant): boolean =>
  one !== topic && one.field === topic?.field && liveliness(one, at) > 0

const otherThan = (setting: Concept, random: () => number): Concept =>
  oneOf(
    random,
    settings.filter((one) => one !== setting),
  )

/** About nothing that anybody asks for. */
function strangeWording(topics: Setting['topics'], random: () => number): Wording {
  for (;;) {
    const wording = {
      subject: oneOf(random, subjects),
      process: oneOf(random, processes),
      setting: oneOf(random, settings),
    }
    const isOf = (one: Wording | null) => one?.subject === wording.subject && one.process === wording.process
    if (![...topics.values()].some((topic) => isOf(topic.wording) || isOf(topic.later))) return wording
  }
}

/** Most say the same in other words; those of a revised topic turn to the topic's partner. Only arXiv has versions. */
function revisionOf(draft: Draft, first: StreamVersion, system: string, setting: Setting): StreamVersion | null {
  const { topic, source } = draft
  const turns = topic?.kind === 'revised' && topic.partner !== null
  if (!source.isArxiv || setting.random() >= (turns ? chance.revised : chance.reworded)) return null
  const about = turns ? (setting.topics.get(topic.partner ?? '') ?? topic) : topic
  const submitted = later(first.announced, 25, setting.random)
  return versionOf(draft, about, system, submitted, setting)
}

function withdrawalOf({ topic, source }: Draft, last: StreamVersion, random: () => number): StreamPaper['withdrawn'] {
  const isTaken = random() < (topic?.kind === 'withdrawn' ? chance.withdrawn : chance.retracted)
  if (!source.isArxiv || !isTaken) return null
  const submitted = later(last.announced, 20, random)
  return { submitted, at: derivedArxivAnnouncement(submitted) }
}

/** On a whole second, as arXiv has it. */
const later = (than: Instant, mostDays: number, random: () => number): Instant =>
  instant(Math.round((than + 3_600_000 + random() * mostDays * dayMs) / 1_000) * 1_000)

/** Half of a field's papers come from its first country. */
function countryOf({ countries }: Field, random: () => number): string {
  const drawn = random()
  if (drawn < 0.5) return countries[0]
  return drawn < 0.8 ? oneOf(random, countries) : oneOf(random, oneOf(random, fields).countries)
}
