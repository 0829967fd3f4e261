import { dayOf, type Instant } from '../../src/domain/instant.ts'
import type { PaperState } from './corpus.ts'
import { hashOf } from './seeded.ts'
import { element, lines } from './xml.ts'

/** A record in one of the formats of arXiv's OAI-PMH server. */
export interface Format {
  readonly prefix: string
  readonly schema: string
  readonly namespace: string
  readonly metadata: (state: PaperState) => string
}

function arxivFormat(prefix: string, metadata: Format['metadata']): Format {
  const place = `http://arxiv.org/OAI/${prefix}`
  return { prefix, schema: `${place}.xsd`, namespace: `${place}/`, metadata }
}

export const formats: ReadonlyMap<string, Format> = new Map(
  [
    {
      prefix: 'oai_dc',
      schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
      namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
      metadata: dublinCore,
    },
    arxivFormat('arXiv', arxiv),
    arxivFormat('arXivRaw', arxivRaw),
  ].map((format) => [format.prefix, format]),
)

export const recordOf = (state: PaperState, format: Format): string =>
  lines('<record>', headerOf(state), '<metadata>', format.metadata(state), '</metadata>', '</record>')

export const headerOf = ({ paper, modified, categories }: PaperState): string =>
  lines(
    '<header>',
    element('identifier', `oai:arXiv.org:${paper.id}`),
    element('datestamp', dayOf(modified)),
    ...categories.map((category) => element('setSpec', setOf(category))),
    '</header>',
  )

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const opening = (prefix: string): string => {
  const namespace = `http://arxiv.org/OAI/${prefix}/`
  return `<${prefix} xmlns="${namespace}" ${xsi} xsi:schemaLocation="${namespace} http://arxiv.org/OAI/${prefix}.xsd">`
}

function arxivRaw(state: PaperState): string {
  const { paper, versions } = state
  return lines(
    opening('arXivRaw'),
    element('id', paper.id),
    element('submitter', paper.authors[0] ?? 'unknown'),
    ...versions.map(({ submitted }, at) => {
      const withdrawn = state.withdrawn && at === versions.length - 1
      return lines(
        `<version version="v${at + 1}">`,
        element('date', mailDate(submitted)),
        element('size', withdrawn ? '0kb' : `${20 + (hashOf(paper.id) % 4000)}kb`),
        element('source_type', withdrawn ? 'I' : 'D'),
        '</version>',
      )
    }),
    element('title', state.title),
    element('authors', inOneLine(paper.authors)),
    ...common(state),
    '</arXivRaw>',
  )
}

function arxiv(state: PaperState): string {
  const { paper, versions } = state
  const authors = paper.authors.map((name) => {
    const { last, first } = split(name)
    return lines('<author>', element('keyname', last), element('forenames', first), '</author>')
  })
  return lines(
    opening('arXiv'),
    element('id', paper.id),
    element('created', dayOf(versions[0].submitted)),
    versions.length > 1 ? element('updated', dayOf(versions[versions.length - 1].submitted)) : '',
    '<authors>',
    ...authors,
    '</authors>',
    element('title', state.title),
    ...common(state),
    '</arXiv>',
  )
}

const common = ({ paper, categories, comment, doi, abstract }: PaperState): string[] => [
  element('categories', categories.join(' ')),
  element('comments', comment),
  doi === null ? '' : element('journal-ref', paper.journal?.name ?? null),
  element('doi', doi),
  element('license', 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/'),
  // As it was submitted: with two spaces before it and an end of line after.
  element('abstract', `  ${abstract}\n`),
]

function dublinCore(state: PaperState): string {
  const { paper, versions, categories, comment, doi } = state
  const namespaces = `xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" ${xsi}`
  const schema =
    'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd"'
  const creators = paper.authors.map((name) => {
    const { last, first } = split(name)
    return element('dc:creator', first === null ? last : `${last}, ${first}`)
  })
  return lines(
    `<oai_dc:dc ${namespaces} ${schema}>`,
    element('dc:title', state.title),
    ...creators,
    ...categories.map((category) => element('dc:subject', category)),
    element('dc:description', `  ${state.abstract}\n`),
    comment === null ? '' : element('dc:description', `Comment: ${comment}`),
    element('dc:date', dayOf(versions[0].submitted)),
    versions.length > 1 ? element('dc:date', dayOf(versions[versions.length - 1].submitted)) : '',
    element('dc:type', 'text'),
    element('dc:identifier', `http://arxiv.org/abs/${paper.id}`),
    doi === null ? '' : element('dc:identifier', `doi:${doi}`),
    '</oai_dc:dc>',
  )
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Mon, 02 Mar 2026 15:04:05 GMT`. */
function mailDate(at: Instant): string {
  const date = new Date(at)
  const day = String(date.getUTCDate()).padStart(2, '0')
  const time = date.toISOString().slice(11, 19)
  return `${days[date.getUTCDay()]}, ${day} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time} GMT`
}

function inOneLine(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

export function split(name: string): { readonly last: string; readonly first: string | null } {
  const at = name.lastIndexOf(' ')
  return at < 0 ? { last: name, first: null } : { last: name.slice(at + 1), first: name.slice(0, at) }
}

const archivesOfPhysics =
  /^(?:astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nlin|nucl-(?:ex|th)|physics|quant-ph)$/

export const archiveOf = (category: string): string => category.split('.')[0]

/** Group, archive and subject: `cs:cs:AI`, `physics:astro-ph:CO`, `physics:hep-th`. */
export function setOf(category: string): string {
  const archive = archiveOf(category)
  return `${archivesOfPhysics.test(archive) ? 'physics' : archive}:${category.replace('.', ':')}`
}
