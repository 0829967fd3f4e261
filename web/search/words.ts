/** Figures and times in the words of the page; the same on the server and in every browser, whatever its language. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Not from src/domain: that would bring a library of calendars into the script. */
const dayMs = 86_400_000

/** `month` is YYYY-MM. */
export const monthInWords = (month: string): string => `${months[Number(month.slice(5, 7)) - 1]} ${month.slice(0, 4)}`

/** `at` is an ISO 8601 day or instant; its UTC day. */
export const dayInWords = (at: string): string => `${Number(at.slice(8, 10))} ${monthInWords(at)}`

export const momentInWords = (at: string): string => `${dayInWords(at)}, ${at.slice(11, 16)} UTC`

/** Between two UTC days. */
export function ageInWords(announced: string, asOf: string): string {
  const days = Math.round((Date.parse(asOf.slice(0, 10)) - Date.parse(announced.slice(0, 10))) / dayMs)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  if (days < 60) return `${days} days ago`
  const ago = Math.floor(days / 30.44)
  return ago < 24 ? `${ago} months ago` : `${Math.floor(days / 365.25)} years ago`
}

export const count = (value: number, one: string, more = `${one}s`): string =>
  `${grouped(value)} ${value === 1 ? one : more}`
export const grouped = (value: number): string => value.toLocaleString('en')
/** On one line, whatever the width. */
export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`
/** As many decimals as tell the figures of a ranking apart. */
export const figure = (value: number): string => String(Number(value.toPrecision(4)))

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Three authors say who wrote it; more would push the paper out of sight. */
export const authorsInWords = (authors: readonly string[]): string =>
  authors.length <= 4 ? authors.join(', ') : `${authors.slice(0, 3).join(', ')} and ${authors.length - 3} more`

/** What the signs on a result mean. */
export const meters = {
  depth: 'how well it matches',
  freshness: 'how new it is, on the time scale of what matches',
} as const
export const tiers = {
  static: 'from the index of the last night',
  fresh: 'came after the last night, searched exactly',
  live: 'found at the source while you waited; not stored yet',
} as const

const properNames: Readonly<Record<string, string>> = {
  arxiv: 'arXiv',
  'arxiv-oai': 'arXiv (OAI-PMH)',
  'arxiv-api': 'arXiv (API)',
  'arxiv-rss': 'arXiv (listings)',
  sample: 'the sample',
  own: 'your documents',
  'semantic-scholar': 'Semantic Scholar',
  openalex: 'OpenAlex',
  crossref: 'Crossref',
  'europe-pmc': 'Europe PMC',
  biorxiv: 'bioRxiv',
  medrxiv: 'medRxiv',
  'hacker-news': 'Hacker News',
  github: 'GitHub',
}
export const sourceName = (source: string): string => properNames[source] ?? source

const regions = new Intl.DisplayNames('en', { type: 'region' })
export const countryName = (code: string): string => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code)
