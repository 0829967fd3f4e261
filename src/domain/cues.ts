import type { Instant } from './instant.ts'
import { spokenTimes } from './spoken-times.ts'

export interface Cues {
  /** Signs that recent papers are wanted. */
  readonly recency: readonly string[]
  /** Signs that an origin, a classic or a history is wanted. */
  readonly old: readonly string[]
  /** Signs that something is wanted which sums a field up or explains it. */
  readonly overview: readonly string[]
  /** Years that the text names, each once, in the order of the text. */
  readonly years: readonly number[]
  /** Times that it names, of which no filter is made. */
  readonly times: readonly string[]
}

/**
 * The words by which a query says how new its papers should be, lower-cased, each once, in the order of the text.
 * They are signs for the gate to weigh, never filters. Most have false friends that name what papers are about
 * ("electric current", "product reviews"): a cue counts unless its neighbours make it part of such a name.
 */
export function readCues(text: string, now: Instant): Cues {
  const nowYear = new Date(now).getUTCFullYear()
  const line = text.replace(/[’‘]/g, "'").replace(/\s+/g, ' ').trim().toLowerCase()
  return {
    recency: cuesIn(line, recency),
    old: [...new Set([...cuesIn(line, old), ...beforeYears(line, nowYear)])],
    overview: cuesIn(line, overview),
    years: yearsIn(line, nowYear),
    times: spokenTimes(text, now),
  }
}

/**
 * The text without its recency words: they say how new a paper should be, and a paper that calls itself "latest" matches
 * no better for it. Where nothing else would remain, the text stays as it is.
 */
export function withoutRecencyWords(text: string, { recency }: Cues): string {
  const rest = recency.reduce((left, words) => {
    const at = left.toLowerCase().indexOf(words)
    return at < 0 ? left : `${left.slice(0, at)}${left.slice(at + words.length)}`
  }, text)
  return /[\p{L}\p{N}]{2}/u.test(rest) ? rest.replace(/\s+/g, ' ').trim() : text
}

interface Neighbours {
  /** The cue is another thing directly after one of these words ("ocean current"). */
  readonly notAfter?: string
  /** And another directly before one of these ("new york"). */
  readonly notBefore?: string
}

const wordStart = '(?<![\\p{L}\\p{N}])'
const wordEnd = '(?![\\p{L}\\p{N}])'

function cue(words: string, { notAfter, notBefore }: Neighbours = {}): RegExp {
  const left = notAfter === undefined ? '' : `(?<!${wordStart}(?:${notAfter})[ -])`
  const right = notBefore === undefined ? '' : `(?![ -](?:${notBefore})${wordEnd})`
  return new RegExp(`${wordStart}${left}(?:${words})${wordEnd}${right}`, 'gu')
}

const recency: readonly RegExp[] = [
  cue('latest|newest|nowadays|these days|lately|currently|right now|at the moment|at present|so far'),
  cue('as of (?:now|today)|now(?= ?(?:$|[?!.]))|(?:until|till|by) now'),
  cue('up[ -]to[ -]date|(?:cutting|bleeding)[ -]edge|state[ -]of[ -]the[ -]art|sota|trending|hot topics?|hottest'),
  cue('next[ -]gen(?:eration)?', { notBefore: 'sequencing|sequencers?' }),
  cue('modern', {
    notBefore: 'hopfield|history|art|slavery|english|greek|hebrew|(?:standard )?arabic|physics|portfolio',
  }),
  cue('(?:new |recent |latest )?(?:advances|progress|developments|breakthroughs|updates?|news) (?:on|in|about)'),
  cue('(?:follow[ -]?ups?|successors?)(?: work)? (?:to|of)|what comes after|what (?:has )?replace[sd]|upcoming'),
  cue("(?:anything|something|what is|what's) (?:newer|better) than|newer than|has anyone"),
  cue('(?:first|early) (?:results|looks?|impressions) (?:on|at|with|of)'),
  cue('(?:(?:most|more) )?recent(?:ly)?', { notAfter: 'least', notBefore: 'used|common ancestors?|ancestors?' }),
  cue('(?:newly|freshly|recently) (?!used )(?:[a-z]+ed|shown|found|out)', { notAfter: 'least' }),
  cue('just (?:released|published|announced|proposed|introduced|posted|submitted|dropped|landed|came out|out)'),
  cue("what(?:'s| is|s) new|brand[ -]new|today(?:'s)?|yesterday(?:'s)?|this (?:week|month|year)(?:'s)?"),
  cue('(?:last|past) (?:week|month|year)'),
  cue('(?:last|past|recent) (?:few|couple of|several|\\d{1,2}|two|three|four|five|six) (?:day|week|month|year)s?', {
    notBefore: 'of',
  }),
  cue('(?:research|current|emerging|recent) trends|trends in'),
  cue('emerging', {
    notBefore:
      'infectious|diseases?|pathogens?|virus(?:es)?|markets?|economies|countries|memor(?:y|ies)|contaminants?|pollutants?',
  }),
  cue('new', {
    notAfter: 'a|to|towards?|discover|discovering|create|creating|generate|generating|learn|learning|add|adding',
    notBefore:
      'york|zealand|england|jersey|mexico|delhi|orleans|guinea|caledonia|hampshire|brunswick|south wales|testament|' +
      'haven|world|physics|particles?|keynesian|users?|items?|customers?|patients?|products?|drugs?|materials?|' +
      'molecules?|compounds?|class(?:es)?|categor(?:y|ies)|labels?|objects?|identit(?:y|ies)|entit(?:y|ies)|' +
      'relations?|facts?|words?|intents?|concepts?|knowledge|information|data|samples?|instances?|domains?|tasks?|' +
      'environments?|situations?|scenes?|views?|viewpoints?|poses?|languages?|speakers?|skills?|species|regions?|media',
  }),
  cue('current', {
    notAfter:
      'ocean|oceanic|eddy|electric|electrical|dc|ac|direct|alternating|rip|tidal|leakage|fault|phase|motor|stator|' +
      'rotor|circuit|inrush|drain|dark|plasma|axial|neutral|charged|load|battery|tunnell?ing|ionic|output|input|' +
      'voltage|voltage and|ring|surface|spin|critical|induced',
    notBefore:
      'transformers?|sens(?:ors?|ing)|sources?|densit(?:y|ies)|collectors?|mirrors?|flows?|signatures?|waveforms?|' +
      'measurements?|faults?|differential|drives?|control|controllers?|limit(?:ing|ers?)?|injection|carrying|loops?|' +
      'profiles?|meters?|harmonics|ripple|and voltage|signals?|algebras?|velocit(?:y|ies)|converters?|' +
      'states?(?! of)|observations?|frames?|steps?|time ?steps?|positions?|locations?|poses?|sessions?|turns?|' +
      'utterances?|quer(?:y|ies)|inputs?|contexts?|nodes?|tokens?|polic(?:y|ies)|account',
  }),
]

const ofScience =
  '(?:papers?|works?|research|literature|stud(?:y|ies)|results?|ideas?|concepts?|principles?|theor(?:y|ies)|' +
  'methods?|algorithms?|techniques?|approach(?:es)?)'
const upTo3 = '(?:[\\p{L}\\p{N}-]+ ){0,3}'
const opening = '(?:(?<=^)|(?<=^the )|(?<= the ))'

const old: readonly RegExp[] = [
  cue('histor(?:y|ies) of', {
    notAfter:
      'browsing|purchase|interaction|user|medical|family|patient|dialog(?:ue)?|click|watch|viewing|conversation|chat|' +
      'search|edit|version|revision|treatment|case|personal|smoking|natural|long|past|prior|previous',
    notBefore: '(?:the )?(?:users?|patients?|interactions?|actions|states|observations|messages|turns|present illness)',
  }),
  // Before most nouns "historical" and "original" only tell what kind of data is meant.
  cue(
    'historical(?:ly)?(?= *(?:$|[.,;?!]))|historical (?:overview|perspectives?|accounts?|development|evolution|roots)',
  ),
  cue(`original ${upTo3}(?:papers?|works?|publications?|proposals?|formulations?|ideas?)|${opening}original`, {
    notBefore:
      'images?|pictures?|photos?|videos?|audio|speech|voices?|music|recordings?|texts?|sentences?|documents?|articles?|' +
      'news|posts?|sources?|data|datasets?|samples?|signals?|inputs?|outputs?|content|information|distributions?|' +
      'spaces?|domains?|languages?|resolution|size|order|models?|networks?|weights|parameters?|features?|labels?|' +
      'graphs?|mesh(?:es)?|scenes?|problems?|tasks?|prompts?|quer(?:y|ies)|questions?|answers?|code|tokens?|' +
      'research|contributions?|meaning|structure|form|performance|training|characters?|large|full|raw|pre-?trained',
  }),
  cue('seminal', { notBefore: 'plasma|fluids?|vesicles?|roots?' }),
  cue(`(?:foundational|pioneering|classical|influential|landmark) ${ofScience}`, { notAfter: 'quantum' }),
  cue('classic', { notBefore: 'music|musical|games?|arcade|atari|cars?|films?|movies?|novels?|books?|poetry|chinese' }),
  cue('origins? of', {
    notAfter: 'country|region|point|place|cell',
    notBefore: 'life|the universe|species|replication|coordinates|products?|goods|cosmic',
  }),
  cue(`(?:early|old|older) ${ofScience}|early (?:attempts?|history|days|efforts)|(?:decades|years) ago`),
  cue('first (?:papers?|works?)|first to (?:propose|introduce|use|show|apply|study)'),
  cue('(?:first|originally) (?:proposed|introduced|described|published|appeared|used)'),
  cue('who (?:first )?(?:invented|introduced|proposed|coined|discovered)|pioneers? of|timeline of'),
  cue('milestones? (?:papers?|in)|retrospective on'),
  cue('most (?:cited|influential)|highly cited|(?:19[5-9]|20[01])0s'),
  cue('(?:before|pre)[ -](?:the )?(?:deep[ -]learning|transformers|llms|chatgpt)|pre-(?:transformer|llm) era'),
  cue('(?:how|when|where) (?:did|do|does) .{2,60}? (?:start|begin|originate|evolve|come (?:about|from))'),
  cue('how .{2,60}? (?:evolved|began|started|came about|(?:was|were) invented)'),
  cue('when (?:was|were) .{2,60}? (?:invented|introduced|proposed|coined|discovered)'),
  cue('(?:inventors?|invention|birth|dawn|roots|father|genesis|beginnings?|evolution) of', {
    notAfter: 'square|date|country|place',
    notBefore: 'equations?|trees?|plants?|unity|species',
  }),
  cue('papers? (?:that|which|where) (?:first |originally )?(?:introduced|proposed|started|invented|coined|described)'),
  cue('papers? (?:introducing|proposing|inventing)'),
  cue('old[ -]school|canonical (?:papers?|references?)|(?:reference|citation) for|looking back|retrospectives?'),
  cue('classics?(?= *(?:$|[.,;?!]))|(?:must[ -]read|essential) (?:papers?|readings?)'),
  cue("[5-9]0'?s|(?:fifties|sixties|seventies|eighties|nineties)", { notAfter: 'their|his|her|aged' }),
]

/** Reviews of products and of manuscripts, surveys of people and of the sky: none of them sums up a field. */
const overview: readonly RegExp[] = [
  cue('introduction to|introductory|intro to|primer on|lecture notes on|handbooks?|(?:fundamentals|basics) of'),
  cue(
    "explained|for beginners|crash course|getting started with|beginner's guide|guide to|101(?= *$)|roadmap|landscape of",
  ),
  cue('tutorials?', { notAfter: 'video|code|online|web', notBefore: 'videos?|dialogu?e?s?|generation|systems?' }),
  cue('textbook|textbooks (?:on|about|for)', {
    notBefore: 'questions?|qa|quality|data|generation|figures?|level|problems?|exercises?|images?|content|are all',
  }),
  cue('(?:literature )?survey|surveys? (?:papers?|articles?|of|on)|literature surveys', {
    notAfter:
      'household|user|users|student|customer|employee|patient|public|opinion|social|political|demographic|market|' +
      'national|health|online|web|questionnaire|field|land|aerial|uav|drone|underwater|seismic|geological|sky|galaxy|' +
      'redshift|photometric|spectroscopic|lensing|legacy|automatic|automated',
    notBefore:
      'data|datasets?|respondents?|responses?|answers?|questions?|questionnaires?|items?|forms?|participants?|' +
      'interviews?|instruments?|designs?|weights|weighting|sampling|methodology|experiments?|results?|images?|' +
      'telescopes?|simulations?|generation|writing|taking',
  }),
  cue('(?:(?:literature|systematic|scoping|critical|comprehensive) )?review|reviews? (?:papers?|articles?|on)', {
    notAfter:
      'peer|code|pull request|design|security|product|products|item|book|movie|film|game|steam|hotel|restaurant|' +
      'app|app store|online|yelp|amazon|google|airbnb|imdb|customer|consumer|user|users|patient|drug|course|student|' +
      'positive|negative|fake|spam|helpful|paper|manuscript|conference|iclr|neurips|expert|human|manual|legal|' +
      'judicial|contract|document|clinical|chart|performance|ethics|ethical|compliance|incident|automated|automatic',
    notBefore:
      'generation|generators?|generating|writing|automation|screening|helpfulness|spam|sentiments?|summari[sz]ation|' +
      'based|aware|texts?|comments?|ratings?|scores?|process|quality|analysis|mining|classification|data|datasets?|' +
      'assistants?|assistance|systems?|bombing|platforms?|sites?|boards?|bots?|feedback|agents?|reports?',
  }),
  cue('overviews?', { notBefore: 'images?|videos?' }),
  cue('taxonomy', {
    notAfter: "bloom's|blooms|bloom|product|topic|concept|category|skills?|jobs?|wikipedia|species",
    notBefore:
      'completion|expansion|induction|construction|learning|enrichment|extraction|generation|alignment|mapping|' +
      'aware|guided|driven|based|free|trees?|classification',
  }),
  cue('comparison of|comparative (?:study|studies|survey)|meta[ -]?analysis'),
]

const firstYear = 1900
const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?'
const beforeYear = cue(`(?:(?:before|prior to|earlier than|older than) (?:the (?:year )?)?(?:${month} )?|pre-)(\\d{4})`)

interface Found {
  readonly words: string
  readonly at: number
  readonly end: number
}

/** What each cue finds, in the order of the text, without what only repeats a part of a longer cue. */
function cuesIn(line: string, cues: readonly RegExp[]): readonly string[] {
  const found = cues.flatMap((pattern) => Array.from(line.matchAll(pattern), foundIn))
  found.sort((a, b) => a.at - b.at || b.end - a.end)
  const words = new Set<string>()
  let covered = 0
  for (const one of found) {
    if (one.end > covered) words.add(one.words)
    covered = Math.max(covered, one.end)
  }
  return [...words]
}

const foundIn = (match: RegExpExecArray): Found => ({
  words: match[0],
  at: match.index,
  end: match.index + match[0].length,
})

/** "before 2020", "prior to june 2021", "pre-2015": a bound that still lies ahead asks for nothing old. */
function beforeYears(line: string, nowYear: number): readonly string[] {
  const matches = Array.from(line.matchAll(beforeYear))
  return matches.filter((match) => isYear(Number(match[1]), nowYear)).map((match) => match[0])
}

/** Not a year: part of a number, of an identifier (2005.14165), an amount of money, or a count ("2000 tokens"). */
const yearLike =
  /(?<![\p{L}\p{N}]|[.,$€£#_])\d{4}(?![\p{L}\p{N}_%]|[.,]\d| ?(?:x|tokens?|steps?|iterations?|samples?|words?|hours?|hz|nodes?|classes|documents?|papers? per)(?![\p{L}\p{N}]))/gu

function yearsIn(line: string, nowYear: number): readonly number[] {
  const years = Array.from(line.matchAll(yearLike), (match) => Number(match[0]))
  return [...new Set(years.filter((year) => isYear(year, nowYear + 1)))]
}

const isYear = (year: number, last: number): boolean => year >= firstYear && year <= last
