import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseArxivId, parseDoi } from '../../domain/identifiers.ts'
import { parseDay, startOfDay } from '../../domain/instant.ts'
import { identityOf, textOfEscapedMarkup } from '../json-api.ts'
import { listOf, number, orNothing, text, valuesOf, wholeNumber, yesOrNo } from '../lenient.ts'
import { arxivUrl, isLink, longestAbstract, longestTitle, plainText, type Rejected, unsaid } from '../record.ts'

const named = orNothing(z.object({ display_name: text }))
const location = z.object({ landing_page_url: text, pdf_url: text })
const topic = z.object({ display_name: text, subfield: named, field: named })
const concept = z.object({ display_name: text, level: number, score: number })
const authorship = z.object({
  author: named,
  raw_author_name: text,
  countries: listOf(z.string()),
  institutions: listOf(z.object({ country_code: text })),
})

/** What we read of a work, and so what is asked for. */
export const openAlexWork = z.object({
  id: z.string(),
  doi: text,
  ids: orNothing(z.object({ pmid: text })),
  title: z.string().nullish(),
  type: text,
  publication_date: text,
  created_date: text,
  is_retracted: yesOrNo,
  is_paratext: yesOrNo,
  authorships: listOf(authorship),
  primary_location: orNothing(location),
  locations: listOf(location),
  topics: listOf(topic),
  concepts: listOf(concept),
  abstract_inverted_index: valuesOf(listOf(wholeNumber)),
})

type Work = z.infer<typeof openAlexWork>

export const idKeys = ['id', 'doi']

const noPapers = new Set(['paratext', 'dataset', 'peer-review', 'grant', 'supplementary-materials', 'libguides'])

export function openAlexRecord(work: Work): DocumentRecord | Rejected {
  const title = textOfEscapedMarkup(work.title ?? '')
  const own = /(W\d+)$/.exec(work.id)?.[1] ?? null
  const identity = identityOf({ own: own && `openalex:${own}`, ...idsOf(work) })
  if (identity === null) return { id: work.id, reason: 'the work has no id' }
  if (title === '') return { id: work.id, reason: 'the work has no title' }
  if (title.length > longestTitle) return { id: work.id, reason: 'the title is no title: it is too long' }
  const type = work.is_paratext ? 'paratext' : plainText(work.type ?? '')
  if (noPapers.has(type)) return { id: work.id, reason: `of type ${type}, which is no paper` }
  return {
    ...unsaid,
    ...identity,
    source: 'openalex',
    title,
    abstract: abstractOf(work.abstract_inverted_index),
    authors: work.authorships
      .map(({ author, raw_author_name }) => plainText(author?.display_name ?? raw_author_name ?? ''))
      .filter((name) => name !== ''),
    countries: countriesOf(work),
    fields: fieldsOf(work),
    url: urlOf(work, identity),
    ...announcementOf(work, identity),
    withdrawn: work.is_retracted ?? false,
  }
}

function idsOf(work: Work): { arxiv: string | null; doi: string | null; pmid: string | null; otherDois: string[] } {
  const places = [work.primary_location, ...work.locations].flatMap((place) => [
    place?.landing_page_url ?? '',
    place?.pdf_url ?? '',
  ])
  // `https://api.datacite.org/dois/10.48550/arxiv.2312.07559` is one of them.
  const dois = places.map((place) => parseDoi(place.replace(/^https:\/\/api\.datacite\.org\/dois\//, '')))
  return {
    arxiv: places.map(parseArxivId).find((id) => id !== null)?.id ?? null,
    doi: work.doi ?? null,
    pmid: /(\d+)$/.exec(work.ids?.pmid ?? '')?.[1] ?? null,
    otherDois: dois.filter((doi) => doi !== null),
  }
}

/**
 * OpenAlex keeps an abstract as its words with their places. Words that claim the same place follow each other, and
 * places are only sorted by, so that a place of a billion costs nothing.
 */
function abstractOf(index: Work['abstract_inverted_index']): string {
  const placed = Object.entries(index).flatMap(([word, places]) => places.map((place) => ({ word, place: place ?? 0 })))
  placed.sort((a, b) => a.place - b.place)
  const text = textOfEscapedMarkup(placed.map(({ word }) => word).join(' '))
  // The heading of the page it was taken from; "Abstract interpretation" is a subject.
  return text.replace(/^Abstract[:.]?\s+(?=\p{Lu})/u, '').slice(0, longestAbstract)
}

function countriesOf(work: Work): string[] {
  const codes = work.authorships.flatMap(({ countries, institutions }) => [
    ...countries,
    ...institutions.map((one) => one.country_code ?? ''),
  ])
  return [...new Set(codes.map((code) => code.toUpperCase()))].filter((code) => /^[A-Z]{2}$/.test(code))
}

/** Fields, subfields and topics; concepts, which OpenAlex has given up, only where a work has no topic. */
function fieldsOf(work: Work): string[] {
  const topics = work.topics.flatMap((one) => [one.field, one.subfield, one])
  const concepts = work.concepts.filter(({ level, score }) => (level ?? 9) <= 1 && (score ?? 0) >= 0.3)
  const names = (topics.length > 0 ? topics : concepts).map((one) => plainText(one?.display_name ?? ''))
  return [...new Set(names)].filter((name) => name !== '')
}

type Identity = Pick<DocumentRecord, 'id' | 'doi'>

function urlOf(work: Work, { id, doi }: Identity): string {
  if (parseArxivId(id)) return arxivUrl(id)
  if (doi !== null) return `https://doi.org/${doi}`
  const landing = work.primary_location?.landing_page_url ?? ''
  return isLink(landing) ? landing : `https://openalex.org/${id.replace('openalex:', '')}`
}

/**
 * The publication date of a journal's article says nothing of when arXiv showed the paper. A first day of a month or a
 * year is what OpenAlex writes where it knows only the month or the year, so such a day is taken for an estimate; and a work
 * that OpenAlex held before its day (an issue of next year, a slip of 2099) was there to be seen by then.
 */
function announcementOf(work: Work, { id }: Identity): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const day = parseDay(work.publication_date ?? '')
  if (day === null || parseArxivId(id)) return { announced: null, announcedBasis: 'unknown' }
  const held = parseDay(work.created_date?.slice(0, 'YYYY-MM-DD'.length) ?? '')
  if (held !== null && held < day) return { announced: startOfDay(held), announcedBasis: 'derived' }
  return { announced: startOfDay(day), announcedBasis: day.endsWith('-01') ? 'derived' : 'stated' }
}
