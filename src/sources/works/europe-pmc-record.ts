import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseArxivId } from '../../domain/identifiers.ts'
import { parseDay, startOfDay } from '../../domain/instant.ts'
import { identityOf, readItems, textOfEscapedMarkup } from '../json-api.ts'
import { listOf, orNothing, text, wholeNumber } from '../lenient.ts'
import { arxivUrl, plainText, type Rejected, unsaid } from '../record.ts'

export const europePmcName = 'europe-pmc'

const authorSchema = z.object({ fullName: text, firstName: text, lastName: text, collectiveName: text })
const relationSchema = z.object({ id: text, source: text, type: text })
const id = z.union([z.string().min(1), z.number().transform(String)])

/** A result of `resultType=core`, as far as it is used. */
const itemSchema = z.object({
  id,
  source: z.string().min(1),
  pmid: text,
  pmcid: text,
  doi: text,
  title: z.string().nullish(),
  authorString: text,
  authorList: orNothing(z.object({ author: listOf(authorSchema) })),
  abstractText: text,
  pubTypeList: orNothing(z.object({ pubType: listOf(z.string()) })),
  firstPublicationDate: text,
  firstIndexDate: text,
  versionNumber: wholeNumber,
  commentCorrectionList: orNothing(z.object({ commentCorrection: listOf(relationSchema) })),
})
type Item = z.infer<typeof itemSchema>

export const europePmcItems = (
  items: readonly unknown[],
): { readonly records: readonly DocumentRecord[]; readonly rejected: readonly Rejected[] } =>
  readItems(items, itemSchema, ['id', 'doi', 'pmid'], recordOf)

const keySchema = z.object({ id, source: z.string().optional() })

/** What tells results apart when they are counted, whether or not they can be read. */
export function europePmcKey(item: unknown): string {
  const key = keySchema.safeParse(item)
  return key.success ? `${key.data.source}/${key.data.id}` : JSON.stringify(item)
}

function recordOf(item: Item): DocumentRecord | Rejected {
  const own = ownId(item.source, item.id)
  const named = (reason: string): Rejected => ({ id: own, reason })
  if (item.source === 'PAT') return named('a patent is not a paper')
  const title = textOfEscapedMarkup(item.title ?? '')
  if (title === '') return named('the record has no title')
  const identity = identityOf({ own, doi: item.doi ?? null, pmid: pmidOf(item) })
  if (identity === null) return named('the record has no id')
  const arxiv = parseArxivId(identity.id) !== null
  return {
    ...unsaid,
    ...identity,
    identifiers: [...new Set([...identity.identifiers, ...pmcidsOf(item), ...otherVersions(item)])],
    source: europePmcName,
    // Only preprints are told apart by versions; arXiv's own numbers are arXiv's to say.
    version: item.source === 'PPR' && !arxiv ? Math.max(0, item.versionNumber ?? 0) : 0,
    title,
    abstract: textOfEscapedMarkup(item.abstractText ?? ''),
    authors: authorsOf(item),
    url: arxiv ? arxivUrl(identity.id) : `https://europepmc.org/article/${item.source}/${item.id}`,
    ...(arxiv ? {} : announcementOf(item)),
    withdrawn: isWithdrawn(item, title),
  }
}

/** Ids of different sources within Europe PMC may be the same number. */
const ownId = (source: string, id: string): string => `${europePmcName}:${source}/${id}`.toLowerCase()

const pmidOf = (item: Item): string | null => item.pmid ?? (item.source === 'MED' ? item.id : null)

const pmcidsOf = ({ pmcid }: Item): string[] =>
  /^PMC\d+$/i.test(pmcid ?? '') ? [`pmcid:${String(pmcid).toLowerCase()}`] : []

/** The article of a preprint, the preprint of an article. */
const otherVersions = (item: Item): string[] =>
  (item.commentCorrectionList?.commentCorrection ?? []).flatMap(({ id, source, type }) => {
    if (!id || !source || !/^preprint (?:of|in)$/i.test(type ?? '')) return []
    return [source === 'MED' && /^\d+$/.test(id) ? `pmid:${id}` : ownId(source, id)]
  })

/** "Jane A Doe" where the parts are given, "Doe JA" where only that is. */
function authorsOf(item: Item): string[] {
  const listed = (item.authorList?.author ?? []).map(
    ({ collectiveName, firstName, lastName, fullName }) =>
      collectiveName || (firstName && lastName ? `${firstName} ${lastName}` : fullName || lastName || ''),
  )
  const names = listed.length > 0 ? listed : (item.authorString ?? '').replace(/\.\s*$/, '').split(', ')
  return names.map((name) => plainText(name)).filter((name) => name !== '')
}

/**
 * The first day of a month is what Europe PMC writes where it knows only the month, so it is taken for an estimate. What was
 * indexed before the day of an issue was there to be seen by then.
 */
function announcementOf(item: Item): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const day = parseDay(item.firstPublicationDate ?? '')
  if (day === null) return { announced: null, announcedBasis: 'unknown' }
  const indexed = parseDay(item.firstIndexDate ?? '')
  if (indexed !== null && indexed < day) return { announced: startOfDay(indexed), announcedBasis: 'derived' }
  return { announced: startOfDay(day), announcedBasis: day.endsWith('-01') ? 'derived' : 'stated' }
}

/** The article that was retracted, or the preprint that was withdrawn or removed: not the notice that says so of another. */
function isWithdrawn(item: Item, title: string): boolean {
  const types = item.pubTypeList?.pubType ?? []
  const relations = item.commentCorrectionList?.commentCorrection ?? []
  const isNotice = types.some((type) => /^retraction\b/i.test(type))
  return (
    types.some((type) => /^retracted publication$/i.test(type)) ||
    relations.some(({ type }) => /^retraction in$/i.test(type ?? '')) ||
    (item.source === 'PPR' && types.some((type) => /\b(?:withdrawal|withdrawn|removal)\b/i.test(type))) ||
    // In capitals: "Retracted: ..." is what some publishers call the notice.
    (!isNotice && /^(?:WITHDRAWN|RETRACTED)\s*:/.test(title))
  )
}
