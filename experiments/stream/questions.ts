import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import { oneOf } from '../../test/upstream/seeded.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { drifted, type Span, type StreamTopic } from './topic.ts'
import type { Truth, Wish } from './truth.ts'
import type { Concept } from './words.ts'

interface Question {
  readonly topic: StreamTopic
  readonly text: string
  readonly asked: Instant
  readonly class: 'recent' | 'atemporal' | 'foundation' | 'ambiguous'
  readonly wish: Wish
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

/** Right answers that a question must have when it is asked, of grade 2 or more. */
const leastRight = 2
/** Rounds over all topics; a topic that nobody writes of has no question. */
const mostRounds = 50

/** So many questions about the topics in turn, each with something to be found; fewer where there is not enough. */
export function questionsOf(
  count: number,
  topics: readonly StreamTopic[],
  truth: Truth,
  span: Span,
  random: () => number,
): JudgedQuery[] {
  const queries: JudgedQuery[] = []
  for (let turn = 0; queries.length < count && turn < mostRounds * topics.length; turn++) {
    const topic = topics[turn % topics.length]
    const question = questionOf(topic, Math.floor(turn / topics.length), span, random)
    const grades = truth.gradesAt(topic, question.wish, question.asked)
    const right = [...grades.values()].filter((grade) => grade >= 2).length
    if (right >= (question.wish.kind === 'foundation' ? 1 : leastRight)) {
      queries.push(judged(`s${String(queries.length + 1).padStart(4, '0')}`, question, grades))
    }
  }
  return queries
}

const judged = (id: string, question: Question, grades: JudgedQuery['grades']): JudgedQuery => ({
  id,
  text: question.text,
  asked: question.asked,
  plain: false,
  unit: question.topic.id,
  class: question.class,
  grades,
  since: null,
  until: null,
  facts: {
    event: question.topic.kind,
    field: question.topic.field.name,
    terms: termsOf(question.text).length,
    ...question.facts,
  },
})

/** `round` is how often the topic has been asked for. */
function questionOf(topic: StreamTopic, round: number, span: Span, random: () => number): Question {
  const say = (concept: Concept): string => concept.forms[random() < 0.5 ? 0 : 1]
  const atRandom = between(instant(span.from + 0.35 * (span.to - span.from)), span.to, random)
  const { subject, process, setting } = topic.wording
  const plain: Question = {
    topic,
    text: described(topic, say, random),
    asked: atRandom,
    class: 'atemporal',
    wish: { kind: 'subject' },
    facts: {},
  }
  switch (topic.kind) {
    case 'steady':
      return round % 3 === 2 ? askedOfCountry(plain) : plain
    case 'withdrawn':
    case 'revised':
      return plain
    case 'burst':
      return round % 3 === 1 ? askedOfFoundation(plain, span, random) : askedWhileItBursts(plain, span, say, random)
    case 'drift':
      return askedInItsWords(plain, span, say, random)
    case 'fork':
    case 'acronym': {
      const called = topic.acronym?.short ?? topic.name ?? ''
      const context = round % 2 === 1
      // Before the other sense is there, nothing is ambiguous.
      const asked = between(instant(span.from + 0.7 * (span.to - span.from)), span.to, random)
      const more = oneOf(random, [say(process), say(subject), say(setting)])
      const text = context ? `${called} ${more}` : called
      return { ...plain, text, asked, class: 'ambiguous', facts: { sense: senseOf(topic, span), context } }
    }
  }
}

const senseOf = ({ acronym, begins }: StreamTopic, { from }: Span): string =>
  acronym?.long ?? (begins > from ? 'new' : 'old')

/** Two or three of its three ideas, in either form. */
function described({ wording }: StreamTopic, say: (concept: Concept) => string, random: () => number): string {
  const [subject, process, setting] = [wording.subject, wording.process, wording.setting].map(say)
  return oneOf(random, [
    `${subject} ${process}`,
    `${process} ${subject} ${setting}`,
    `${subject} ${process} for ${setting}`,
    `how does the ${process} of a ${subject} work among ${setting}`,
  ])
}

function askedOfCountry(plain: Question): Question {
  const [country] = plain.topic.field.countries
  return { ...plain, wish: { kind: 'country', country }, facts: { country } }
}

/** Few say that it is the newest they want. */
function askedWhileItBursts(
  plain: Question,
  { to }: Span,
  say: (concept: Concept) => string,
  random: () => number,
): Question {
  const { name, begins, wording } = plain.topic
  const asked = between(instant(begins + 6 * dayMs), instant(Math.min(to, begins + 35 * dayMs)), random)
  const text = oneOf(random, [
    `${name} ${say(wording.process)}`,
    `${name} ${say(wording.setting)}`,
    `${say(wording.subject)} ${say(wording.process)} ${name}`,
    `latest ${name} ${say(wording.process)}`,
  ])
  return { ...plain, text, asked, class: 'recent' }
}

function askedOfFoundation(plain: Question, { to }: Span, random: () => number): Question {
  const { name, begins } = plain.topic
  const asked = between(instant(Math.min(to - dayMs, begins + 18 * dayMs)), to, random)
  const text = oneOf(random, [`overview of ${name}`, `${name} beginnings`, `who introduced ${name}`])
  return { ...plain, text, asked, class: 'foundation', wish: { kind: 'foundation' } }
}

/** Half of the people have learned the new words. */
function askedInItsWords(
  plain: Question,
  span: Span,
  say: (concept: Concept) => string,
  random: () => number,
): Question {
  const { topic, asked } = plain
  const isNew = topic.later !== null && random() < 0.5
  const wording = isNew ? (topic.later ?? topic.wording) : topic.wording
  const share = Math.round(100 * drifted(topic, asked, span))
  return { ...plain, text: described({ ...topic, wording }, say, random), facts: { newWords: isNew, drifted: share } }
}

/** On a whole minute. */
const between = (from: Instant, to: Instant, random: () => number): Instant =>
  instant(Math.floor((from + random() * (to - from)) / 60_000) * 60_000)
