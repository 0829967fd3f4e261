import { type Instant, instant } from '../../src/domain/instant.ts'
import { oneOf } from '../../test/upstream/seeded.ts'
import type { Span, StreamTopic, TopicKind, Wording } from './topic.ts'
import { type Concept, type Field, fields, inventedWord, processes, qualities, settings, subjects } from './words.ts'

/** Of every twenty topics. Forks, revised topics and acronyms come in pairs, one behind the other. */
const castOfTwenty: readonly TopicKind[] = (
  [
    ['steady', 'burst', 'drift', 'fork', 'fork'],
    ['burst', 'acronym', 'acronym', 'steady', 'steady'],
    ['revised', 'revised', 'burst', 'steady', 'withdrawn'],
    ['burst', 'drift', 'steady', 'steady', 'steady'],
  ] as const
).flat()

/** So many topics, one or two more where a pair would be torn. The same for the same random numbers. */
export function castOf(count: number, span: Span, seed: number, random: () => number): readonly StreamTopic[] {
  const taken: Taken = { matters: new Set(), shortForms: new Set() }
  const wordings = wordingsOf(count, seed, taken, random)
  const topics: StreamTopic[] = []
  for (let number = 0; number < count || isPaired(topics.at(-1), number); number++) {
    const kind = castOfTwenty[number % castOfTwenty.length]
    const first = topics.at(-1)
    const second = first?.kind === kind && first.partner === `t${number + 1}` ? first : null
    topics.push(topicOf(number, kind, second, { wordings, span, seed, taken }, random))
  }
  return topics
}

const isPaired = (last: StreamTopic | undefined, number: number): boolean => last?.partner === `t${number + 1}`

interface Stock {
  readonly wordings: Iterator<Wording, Wording>
  readonly span: Span
  readonly seed: number
  readonly taken: Taken
}

/** No two topics may be about one subject in one way, or nobody could say whose paper it is. */
interface Taken {
  readonly matters: Set<string>
  readonly shortForms: Set<string>
}

/** `first` is the topic that this one is the second of a pair with. */
function topicOf(
  number: number,
  kind: TopicKind,
  first: StreamTopic | null,
  { wordings, span, seed, taken }: Stock,
  random: () => number,
): StreamTopic {
  const isPair = kind === 'fork' || kind === 'revised' || kind === 'acronym'
  const plain: StreamTopic = {
    id: `t${number + 1}`,
    kind,
    // The senses of one name are of two fields; what a paper becomes in a revision is of its own.
    field: first && kind === 'revised' ? first.field : fieldBeside(first?.field ?? null, random),
    wording: wordings.next().value,
    later: null,
    name: null,
    acronym: null,
    begins: span.from,
    partner: isPair ? (first?.id ?? `t${number + 2}`) : null,
  }
  switch (kind) {
    case 'steady':
    case 'withdrawn':
    case 'revised':
      return plain
    case 'burst':
      return { ...plain, name: nameOf(number, seed), begins: within(span, 0.25 + 0.45 * random()) }
    case 'drift':
      return { ...plain, later: { ...wordings.next().value, setting: plain.wording.setting } }
    case 'fork':
      return first
        ? { ...plain, name: first.name, begins: within(span, 0.3 + 0.3 * random()) }
        : { ...plain, name: nameOf(number, seed) }
    case 'acronym':
      return first ? secondSense(plain, first, taken, random) : firstSense(plain, taken, random)
  }
}

const nameOf = (number: number, seed: number): string => inventedWord(seed * 977 + number, 4)

const within = ({ from, to }: Span, share: number): Instant => instant(Math.round(from + share * (to - from)))

const fieldBeside = (other: Field | null, random: () => number): Field =>
  oneOf(
    random,
    fields.filter((field) => field !== other),
  )

const initials = (words: readonly string[]): string => words.map((word) => word[0].toUpperCase()).join('')

/** Pairs of subject and process by their initials, those alone that leave room for a second sense. */
const crowded: ReadonlyMap<string, readonly (readonly [Concept, Concept])[]> = (() => {
  const all = new Map<string, (readonly [Concept, Concept])[]>()
  for (const subject of subjects) {
    for (const process of processes) {
      const key = initials([subject.forms[0], process.forms[0]])
      all.set(key, [...(all.get(key) ?? []), [subject, process]])
    }
  }
  return new Map([...all].filter(([, pairs]) => pairs.some((one) => pairs.some((other) => areApart(one, other)))))
})()

const matterOf = ([subject, process]: readonly [Concept, Concept]): string => `${process.forms[0]} ${subject.forms[0]}`

function areApart(one: readonly [Concept, Concept], other: readonly [Concept, Concept]): boolean {
  return one[0] !== other[0] && one[1] !== other[1]
}

function firstSense(plain: StreamTopic, taken: Taken, random: () => number): StreamTopic {
  for (;;) {
    const pairs = oneOf(random, [...crowded.values()]).filter((pair) => !taken.matters.has(matterOf(pair)))
    const free = pairs.filter((one) => pairs.some((other) => areApart(one, other)))
    if (free.length === 0) continue
    const pair = oneOf(random, free)
    const topic = abbreviated(plain, pair, oneOf(random, qualities))
    const short = topic.acronym?.short ?? ''
    if (taken.shortForms.has(short)) continue
    taken.shortForms.add(short)
    taken.matters.add(matterOf(pair))
    return topic
  }
}

/** Other words with the same initials. */
function secondSense(plain: StreamTopic, first: StreamTopic, taken: Taken, random: () => number): StreamTopic {
  const { subject, process } = first.wording
  const pairs = crowded.get(initials([subject.forms[0], process.forms[0]])) ?? []
  const pair = oneOf(
    random,
    pairs.filter((other) => areApart([subject, process], other) && !taken.matters.has(matterOf(other))),
  )
  taken.matters.add(matterOf(pair))
  const long = first.acronym?.long ?? ''
  const same = qualities.filter((quality) => quality[0] === long[0])
  const others = same.filter((quality) => !long.startsWith(`${quality} `))
  return abbreviated(plain, pair, oneOf(random, others.length > 0 ? others : same))
}

function abbreviated(
  plain: StreamTopic,
  [subject, process]: readonly [Concept, Concept],
  quality: string,
): StreamTopic {
  const words = [quality, subject.forms[0], process.forms[0]]
  return {
    ...plain,
    wording: { ...plain.wording, subject, process },
    acronym: { short: initials(words), long: words.join(' ') },
  }
}

/** Topics of one subject: so near that words alone hardly tell them apart. */
const topicsPerSubject = 3

/** Different ones without end: subjects come again, each time with another process. */
function* wordingsOf(
  topics: number,
  seed: number,
  { matters }: Taken,
  random: () => number,
): Generator<Wording, Wording> {
  const wanted = Math.ceil(topics / topicsPerSubject)
  const invented = Array.from({ length: Math.max(0, wanted - subjects.length) }, (_, number): Concept => {
    const at = 1_000_000 + 2 * (seed * 977 + number)
    return { forms: [inventedWord(at, 4), inventedWord(at + 1, 4)] }
  })
  const pool = [...shuffled(subjects, random), ...invented].slice(0, wanted)
  const ways = shuffled(processes, random)
  for (let number = 0; ; number++) {
    const place = number % pool.length
    const subject = pool[place]
    const process = ways[(place + 7 * Math.floor(number / pool.length)) % ways.length]
    if (matters.has(matterOf([subject, process]))) continue
    matters.add(matterOf([subject, process]))
    yield { subject, process, setting: oneOf(random, settings) }
  }
}

/** Fisher and Yates. */
function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const order = [...all]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}
