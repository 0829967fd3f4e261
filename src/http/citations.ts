import type { StoredDocument } from '../domain/document.ts'
import { arxivIdOfDoi, isArxivCategory, parseArxivId } from '../domain/identifiers.ts'
import { formulasIn } from './math.ts'

export const citationFormats = ['bibtex', 'ris', 'csl'] as const
export type CitationFormat = (typeof citationFormats)[number]

/** Media types, in the order of preference. */
export const citationTypes: Readonly<Record<CitationFormat, string>> = {
  bibtex: 'application/x-bibtex',
  ris: 'application/x-research-info-systems',
  csl: 'application/vnd.citationstyles.csl+json',
}

type Cited = Pick<
  StoredDocument,
  | 'id'
  | 'kind'
  | 'title'
  | 'abstract'
  | 'authors'
  | 'categories'
  | 'doi'
  | 'url'
  | 'submitted'
  | 'announced'
  | 'standIn'
>

interface Name {
  readonly family?: string
  readonly given?: string
  readonly 'non-dropping-particle'?: string
  readonly literal?: string
}

/** CSL-JSON, as far as documents go. */
export interface CslItem {
  readonly id: string
  readonly type: 'article' | 'post-weblog' | 'software'
  readonly title: string
  readonly author: readonly Name[]
  readonly URL: string
  readonly issued?: { readonly 'date-parts': readonly (readonly number[])[] }
  readonly DOI?: string
  readonly abstract?: string
  readonly publisher?: string
  readonly number?: string
}

const types = { paper: 'article', post: 'post-weblog', release: 'software' } as const

/** DataCite gives every arXiv paper a DOI, which stands in until there is one of the published paper. */
export function cslOf(document: Cited): CslItem {
  const arxiv = arxivIdOf(document)
  const issued = document.submitted ?? document.announced
  const doi = document.doi ?? (arxiv && `10.48550/arXiv.${arxiv}`)
  return {
    id: document.id,
    type: types[document.kind],
    title: document.title,
    author: document.authors.map(nameOf),
    ...(issued !== null && { issued: { 'date-parts': [datePartsOf(issued)] } }),
    ...(doi && { DOI: doi }),
    URL: document.url,
    // A stand-in is not what its authors wrote.
    ...(document.abstract && !document.standIn && { abstract: document.abstract }),
    ...(arxiv && { publisher: 'arXiv', number: `arXiv:${arxiv}` }),
  }
}

/** A document as one of the formats that reference managers read. */
export async function citationOf(document: Cited, format: CitationFormat): Promise<string> {
  const item = cslOf(document)
  // A list, as the media type says.
  if (format === 'csl') return JSON.stringify([item])
  const { Cite } = await library()
  return format === 'ris' ? risOf(item, Cite) : bibtexOf(document, item, Cite)
}

type Library = typeof import('@citation-js/core')

/** Loaded by the first citation: about 100 ms that no search should pay for. */
let loaded: Promise<Library> | null = null
const library = () => {
  loaded ??= load()
  return loaded
}

async function load() {
  const core = await import('@citation-js/core')
  await Promise.all([import('@citation-js/plugin-bibtex'), import('@citation-js/plugin-ris')])
  // Otherwise it drops every letter that TeX has no command for, such as all of Chinese. BibTeX is UTF-8 today.
  core.plugins.config.get('@bibtex').format.asciiOnly = false
  return core
}

/** The library's own text breaks lines inside words, which readers do not put together again. */
function risOf(item: CslItem, Cite: Library['Cite']): string {
  const [{ TY: type, ...fields }] = new Cite([item]).format('ris', { format: 'object' })
  const lines = Object.entries(fields).flatMap(([tag, values]) => [values].flat().map((value) => `${tag}  - ${value}`))
  return [`TY  - ${type}`, ...lines, 'ER  - ', ''].join('\n')
}

/** What the library does not know: the fields of arXiv, formulas in titles, and ids with dots as labels. */
function bibtexOf(document: Cited, item: CslItem, Cite: Library['Cite']): string {
  const { title, author, abstract: _, issued, ...rest } = item
  // BibTeX knows months and no days.
  const month = issued && { issued: { 'date-parts': [issued['date-parts'][0].slice(0, 2)] } }
  const { DOI } = rest
  const safe = {
    ...rest,
    ...month,
    title: texOf(title),
    author: author.map(texName),
    URL: withoutBraces(rest.URL),
    ...(DOI && { DOI: withoutBraces(DOI) }),
  }
  const [
    {
      properties: { howpublished: sameAsUrl, ...properties },
    },
  ] = new Cite([safe]).format('bibtex', { format: 'object' })
  const arxiv = arxivIdOf(document)
  const [primary] = document.categories
  const fields = {
    ...properties,
    ...(arxiv && { eprint: arxiv, archivePrefix: 'arXiv' }),
    ...(arxiv && primary && isArxivCategory(primary) && { primaryClass: primary }),
  }
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}},\n`)
  return `@misc{${item.id.replace(/[^\w.:/-]+/g, '-')},\n${lines.join('')}}\n`
}

/** BibTeX counts every brace, escaped or not: one too many ends the field, and all that follows is read wrong. */
const texSigns: Readonly<Record<string, string>> = {
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
}
const escaped = (text: string): string => text.replace(/[&%$#_{}\\~^]/g, (sign) => texSigns[sign] ?? `\\${sign}`)

/** Formulas are TeX already; one whose braces do not match is none. */
function texOf(title: string): string {
  let tex = ''
  let at = 0
  for (const { start, end } of formulasIn(title)) {
    const formula = title
      .slice(start, end)
      .replace(/\\([{}])/g, (_, sign) => (sign === '{' ? '\\lbrace ' : '\\rbrace '))
    tex += escaped(title.slice(at, start)) + (balanced(formula) ? formula : escaped(title.slice(start, end)))
    at = end
  }
  return tex + escaped(title.slice(at))
}

function balanced(tex: string): boolean {
  let depth = 0
  for (const [sign] of tex.matchAll(/[{}]/g)) {
    depth += sign === '{' ? 1 : -1
    if (depth < 0) return false
  }
  return depth === 0
}

/** As an address may write them as well. */
const withoutBraces = (address: string): string => address.replace(/[{}]/g, encodeURIComponent)

const texName = (name: Name): Name =>
  Object.fromEntries(Object.entries(name).map(([part, text]) => [part, escaped(text)]))

function arxivIdOf({ id, doi }: Pick<Cited, 'id' | 'doi'>): string | null {
  const own = parseArxivId(id)
  return (own ?? (doi === null ? null : arxivIdOfDoi(doi)))?.id ?? null
}

function datePartsOf(at: number): number[] {
  const date = new Date(at)
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
}

const group = /\b(?:collaboration|consortium|team|group|project|initiative)\b/i
const particle = /^(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|ter|ten|zu|af|al|el|bin|ibn)$/
const initials = /^(?:\p{Lu}\.?-?){1,3}$/u

/** "Ada Lovelace", "Lovelace, Ada" and "Lovelace A"; what cannot be taken apart is a name as it stands. */
function nameOf(name: string): Name {
  const [family, ...given] = name.split(',').map((part) => part.trim())
  if (given.length > 0) return { family, given: given.join(', ') }
  const words = name.split(/\s+/)
  if (words.length === 1 || group.test(name)) return { literal: name }
  const last = words[words.length - 1]
  if (initials.test(last) && !initials.test(words[0])) return { family: words.slice(0, -1).join(' '), given: last }
  const from = words.findIndex((word, i) => i > 0 && i < words.length - 1 && particle.test(word))
  if (from < 0) return { family: last, given: words.slice(0, -1).join(' ') }
  const to = words.findIndex((word, i) => i > from && !particle.test(word))
  return {
    given: words.slice(0, from).join(' '),
    'non-dropping-particle': words.slice(from, to).join(' '),
    family: words.slice(to).join(' '),
  }
}

/** What the OpenAPI document shows. */
export const citationExamples: Readonly<Record<CitationFormat, unknown>> = {
  bibtex: `@misc{1706.03762,
  author = {Vaswani, Ashish and Shazeer, Noam},
  doi = {10.48550/arXiv.1706.03762},
  year = {2017},
  title = {Attention {Is} {All} {You} {Need}},
  eprint = {1706.03762},
  archivePrefix = {arXiv},
  primaryClass = {cs.CL},
}
`,
  ris: 'TY  - JOUR\nAU  - Vaswani, Ashish\nPY  - 2017\nTI  - Attention Is All You Need\nER  - \n',
  csl: [{ id: '1706.03762', type: 'article', title: 'Attention Is All You Need' }],
}
