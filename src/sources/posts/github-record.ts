import { z } from 'zod'
import type { DocumentId, DocumentRecord } from '../../domain/document.ts'
import { type Instant, parseInstant } from '../../domain/instant.ts'
import { withoutFalseTags } from '../elements.ts'
import { isVisibleId } from '../files/record.ts'
import { readItems } from '../json-api.ts'
import { orNothing, text } from '../lenient.ts'
import { textOfMarkup } from '../markup.ts'
import { isLink, longestAbstract, plainText, type Rejected, unsaid } from '../record.ts'

export const github = 'github'

const number = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)])

const releaseSchema = z.object({
  id: number,
  tag_name: z.string().min(1),
  name: text,
  body: text,
  html_url: z.string(),
  author: orNothing(z.object({ login: z.string() })),
  published_at: text,
  updated_at: text,
})
type Release = z.infer<typeof releaseSchema>

/** Published releases and prereleases of one repository; drafts are nobody's to see, and are left out. */
export function releasesOf(
  repository: string,
  items: readonly unknown[],
): { records: DocumentRecord[]; rejected: Rejected[] } {
  const shown = items.filter((item) => !draftSchema.safeParse(item).success)
  return readItems(shown, releaseSchema, ['tag_name', 'id'], (release) => recordOf(repository, release))
}

const draftSchema = z.object({ draft: z.literal(true) })

const keySchema = z.object({ id: number })

/** What tells items of a list apart, whether or not they can be read. */
export function releaseKey(item: unknown): string {
  const key = keySchema.safeParse(item)
  return key.success ? String(key.data.id) : JSON.stringify(item)
}

export const repositoryId = (repository: string): string => `${github}:${repository.toLowerCase()}`

function recordOf(repository: string, release: Release): DocumentRecord | Rejected {
  const id = releaseId(repository, release)
  const published = parseInstant(release.published_at ?? '')
  if (published === null) return { id, reason: 'the release has no date of publication' }
  if (!isLink(release.html_url)) return { id, reason: 'the release has no address' }
  const name = repository.slice(repository.indexOf('/') + 1)
  return {
    ...unsaid,
    id,
    source: github,
    kind: 'release',
    title: titleOf(name, plainText(release.tag_name), plainText(release.name ?? '')),
    abstract: textOfMarkdown((release.body ?? '').slice(0, longestAbstract)),
    authors: release.author ? [plainText(release.author.login)] : [],
    url: release.html_url,
    updated: parseInstant(release.updated_at ?? ''),
    announced: published,
    announcedBasis: 'stated',
  }
}

/** Owner and name are the same in any case, tags are not. A tag too long for an id gives way to the release's number. */
function releaseId(repository: string, release: Release): DocumentId {
  const byTag = `${repositoryId(repository)}@${release.tag_name.normalize('NFC')}`
  return (isVisibleId(byTag) ? byTag : `${repositoryId(repository)}#${release.id}`) as DocumentId
}

/** When the release was last changed, as far as its record tells. */
export const changedAt = ({ announced, updated }: DocumentRecord): Instant | null =>
  updated === null || (announced !== null && announced > updated) ? announced : updated

/** "transformers v4.50.0: Gemma 3": of the release's own title only what name and tag do not say already. */
function titleOf(name: string, tag: string, title: string): string {
  const number = tag.replace(/^v(?=\d)/i, '')
  const versions = [tag, number, `v${number}`, `release ${tag}`, `release ${number}`, `version ${number}`]
  const starts = [...versions.map((version) => `${name} ${version}`), ...versions]
  const rest = starts.map((start) => withoutStart(title, start)).find((left) => left !== null) ?? title
  const repeats = ['', 'release', name.toLowerCase()].includes(rest.toLowerCase())
  return repeats ? `${name} ${tag}` : `${name} ${tag}: ${rest}`
}

/** What follows the words that a text starts with, and what parts the two; null where it starts with others. */
function withoutStart(text: string, start: string): string | null {
  const rest = text.slice(start.length)
  const starts = text.slice(0, start.length).toLowerCase() === start.toLowerCase()
  return starts && !/^(?:[\p{L}\p{N}]|\.\d)/u.test(rest) ? rest.replace(/^[\s:|–—-]+/, '') : null
}

/**
 * Release notes as text: the marks of headings, lists, emphasis, tables and links go, blocks of code go with what they
 * hold, code within a line stays as it is written. Modest, for it is only searched and quoted, never shown as a page.
 */
export function textOfMarkdown(markdown: string): string {
  const lines = markdown
    .replace(/\r\n?/g, '\n')
    .replace(/^ {0,3}(```|~~~)[^\n]*\n(?:[^\n]*\n)*? {0,3}\1[^\n]*$/gm, ' ')
    .split('\n')
    .map(withoutLineMarks)
    .join('\n')
  const parts = lines.split(/(`[^`\n]+`)/)
  const markup = parts.map((part, at) => (at % 2 === 0 ? withoutMarks(part) : codeOf(part))).join('')
  return textOfMarkup(withoutFalseTags(markup))
}

// Everything below takes time in proportion to the notes, however odd they are.

const withoutLineMarks = (line: string): string =>
  line
    .trim()
    // Rules, the underlines of headings and of tables' first rows, and the addresses of links by reference.
    .replace(/^(?:[-*_=|: \t]+|\[[^\]]+\]:\s.*)$/, '')
    .replace(/^(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+(?:\[[ x]\]\s+)?|\d{1,4}[.)]\s+)?/i, '')
    .replaceAll(' | ', ' ')
    .replace(/^\||\|$/g, '')

const withoutMarks = (text: string): string =>
  text
    .replace(/!?\[([^[\]\n]*)\](?:\([^()\n]*\)|\[[^[\]\n]*\])/g, '$1')
    .replace(/<(https?:[^\s<>]+)>/gi, '$1')
    // Emphasis is not paired up; a star or underscore between letters, digits or spaces is no emphasis.
    .replace(/(?<![\p{L}\p{N}*_~])(?:\*{1,3}|_{1,3}|~~)(?=[^\s*_~])/gu, '')
    .replace(/(?<=[^\s*_~])(?:\*{1,3}|_{1,3}|~~)(?![\p{L}\p{N}*_~])/gu, '')

/** To the reader of markup, which comes next, `<b>` would be a tag. */
const codeOf = (span: string): string =>
  span.slice(1, -1).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
