import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseDoi } from '../../domain/identifiers.ts'
import { type JsonAnswer, readItems, readJson } from '../json-api.ts'
import type { Rejected } from '../record.ts'
import { crossrefRecord, crossrefWork, retractedBy } from './crossref-record.ts'
import type { TopicPage } from './topic-harvest.ts'

/** Of Crossref in errors. */
const source = 'crossref'

const pageSchema = z.object({
  'message-type': z.literal('work-list'),
  message: z.object({
    'total-results': z.number().int().nonnegative(),
    'next-cursor': z.string().nullish(),
    items: z.array(z.unknown()),
  }),
})

export interface CrossrefPage extends TopicPage {
  /** Works that retract others. */
  readonly notices: readonly { readonly doi: string | null; readonly retracts: readonly string[] }[]
}

/** Throws SourceError: `refused` for an error of any kind, `unreadable` for what is no list of works. */
export function parseCrossrefPage(answer: JsonAnswer): CrossrefPage {
  const { message } = readJson(source, answer, pageSchema)
  const { items } = message
  return {
    ...readWorks(items),
    ids: items.map(countedAs),
    total: message['total-results'],
    cursor: message['next-cursor'] ?? null,
    notices: items.map((work) => ({ doi: doiOf(work), retracts: retractedBy(work) })).filter(retractsAny),
  }
}

const retractsAny = ({ retracts }: CrossrefPage['notices'][number]): boolean => retracts.length > 0

const rawDoiOf = (work: unknown): string | null => z.object({ DOI: z.string() }).safeParse(work).data?.DOI ?? null

const doiOf = (work: unknown): string | null => parseDoi(rawDoiOf(work) ?? '')

/** As it is written: works whose DOIs cannot be read, or differ in a full stop at the end, are still several. */
const countedAs = (work: unknown): string => rawDoiOf(work)?.toLowerCase() ?? JSON.stringify(work)

const readWorks = (works: readonly unknown[]): { records: DocumentRecord[]; rejected: Rejected[] } =>
  readItems(works, crossrefWork, ['DOI'], crossrefRecord)

const workSchema = z.object({ 'message-type': z.literal('work'), message: z.unknown() })

/** A single work, as `/works/DOI` has it. */
export const parseCrossrefWork = (answer: JsonAnswer): { records: DocumentRecord[]; rejected: Rejected[] } =>
  readWorks([readJson(source, answer, workSchema).message])
