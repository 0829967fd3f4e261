import type { Instant } from '../../src/domain/instant.ts'
import { oneOf } from '../../test/upstream/seeded.ts'
import { drifted, type Span, type StreamTopic, type Wording } from './topic.ts'
import { type Concept, processes, settings, subjects } from './words.ts'

/** What a text is about, and what else it says. */
export interface Brief {
  readonly wording: Wording
  /** Of the topic, where it goes by one. */
  readonly name: string | null
  readonly acronym: { readonly short: string; readonly long: string } | null
  readonly kind: 'plain' | 'origin' | 'survey'
  /** Another topic, named in passing. */
  readonly aside: Wording | null
  /** A word of its own, so that no two titles are the same. */
  readonly system: string
}

export interface Text {
  readonly title: string
  readonly abstract: string
}

/** Invented from beginning to end; either form of every idea, so that words alone do not find all of it. */
export function textOf(brief: Brief, random: () => number): Text {
  const say = (concept: Concept): string => concept.forms[random() < 0.65 ? 0 : 1]
  const { subject, process, setting } = brief.wording
  const matter = matterOf(brief, say, random)
  const told = { system: capital(brief.system), subject: say(subject), process: say(process), setting: say(setting) }
  return {
    title: `${told.system}: ${capital(titleOf(brief, matter, told, random))}`,
    abstract: sentencesOf(brief, matter, told, say, random).map(capital).join(' '),
  }
}

/** The words of a topic as they are used then. */
export function wordingAt(topic: StreamTopic, at: Instant, span: Span, random: () => number): Wording {
  return topic.later !== null && random() < drifted(topic, at, span) ? topic.later : topic.wording
}

interface Told {
  readonly system: string
  readonly subject: string
  readonly process: string
  readonly setting: string
}

/** What the topic is called in running text. */
function matterOf({ wording, name, acronym }: Brief, say: (concept: Concept) => string, random: () => number): string {
  if (acronym) return `${acronym.long} (${acronym.short})`
  const described = `${say(wording.subject)} ${say(wording.process)}`
  return name !== null && random() < 0.85 ? `${name} ${say(wording.process)}` : described
}

function titleOf({ kind, name, acronym }: Brief, matter: string, told: Told, random: () => number): string {
  const called = acronym ? oneOf(random, [acronym.short, acronym.long]) : matter
  if (kind === 'origin') return `introducing ${name}, a way of ${told.process} for every ${told.subject}`
  if (kind === 'survey')
    return `${name} from its beginnings: an overview of ${told.process} with many a ${told.subject}`
  return oneOf(random, [
    `${called} in the hands of ${told.setting}`,
    `on ${called} and ${told.setting}`,
    `what ${told.setting} teach us about ${called}`,
    `${told.process} the ${told.subject}: ${called} revisited`,
  ])
}

function sentencesOf(
  { kind, name, acronym, aside }: Brief,
  matter: string,
  told: Told,
  say: (concept: Concept) => string,
  random: () => number,
): readonly string[] {
  const again = acronym?.short ?? (name !== null && random() < 0.7 ? name : `${told.process} of the ${told.subject}`)
  const [noise, otherNoise] = [oneOf(random, subjects), oneOf(random, processes)].map(say)
  const share = 5 + Math.floor(random() * 90)
  return [
    `${oneOf(random, openings)} ${matter} ${oneOf(random, ['among', 'for', 'with', 'around'])} ${told.setting}.`,
    ...(kind === 'origin' ? [`the idea, which we call ${name}, is described here for the first time.`] : []),
    ...(kind === 'survey' ? [`we sum up what is known of ${name} so far, and who found it.`] : []),
    ...(aside ? [`unlike the ${say(aside.process)} of a ${say(aside.subject)}, it asks for no calm weather.`] : []),
    `${told.system} keeps every ${told.subject} apart, and ${oneOf(random, findings)} after ${share} trials.`,
    `neither ${noise} nor ${otherNoise} makes a difference, as ${say(oneOf(random, settings))} could tell.`,
    `a closer look shows where ${again} goes wrong, and what it costs.`,
  ]
}

const openings = [
  'we look again at',
  'little is known of',
  'this is an account of',
  'we ask what limits',
  'here we try',
]
const findings = ['halves the error', 'needs a tenth of the effort', 'holds its own', 'fails gently', 'comes out ahead']

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
