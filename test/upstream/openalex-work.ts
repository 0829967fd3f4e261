import { dayOf, isoOf } from '../../src/domain/instant.ts'
import type { PaperState } from './corpus.ts'
import { arxivDoi, fieldsOf, numberOf, openAlexId, publicationDay } from './scholarly.ts'
import { hashOf } from './seeded.ts'
import { escaped } from './xml.ts'

const address = (kind: string, number: number): string => `https://openalex.org/${kind}${number}`

/** A work as OpenAlex writes it; with a score where it was searched for. */
export function openAlexWorkOf(state: PaperState, score: number | null = null): Record<string, unknown> {
  const { paper, title, doi, categories } = state
  const day = publicationDay(state)
  const id = `https://openalex.org/${openAlexId(paper)}`
  const doiAddress = `https://doi.org/${(doi ?? arxivDoi(paper)).toLowerCase()}`
  const places = [...(doi === null ? [] : [journalPlace(state)]), arxivPlace(state)]
  const topics = fieldsOf(state).map(topicOf)
  const cited = hashOf(paper.id) % 40
  const written = cited % 5 === 0 ? escapedTwice(title) : title
  return {
    id,
    doi: doiAddress,
    title: written,
    display_name: written,
    ...(score === null ? {} : { relevance_score: Math.round(score * 1e5) / 1e3 }),
    publication_year: Number(day.slice(0, 4)),
    publication_date: day,
    ids: { openalex: id, doi: doiAddress },
    language: 'en',
    primary_location: places[0],
    type: doi === null ? 'preprint' : 'article',
    type_crossref: doi === null ? 'posted-content' : 'journal-article',
    indexed_in: doi === null ? ['arxiv', 'datacite'] : ['arxiv', 'crossref'],
    open_access: {
      is_oa: true,
      oa_status: 'green',
      oa_url: `https://arxiv.org/abs/${paper.id}`,
      any_repository_has_fulltext: true,
    },
    authorships: authorshipsOf(state),
    institution_assertions: [],
    countries_distinct_count: new Set(paper.countries).size,
    institutions_distinct_count: new Set(paper.countries).size,
    corresponding_author_ids: [],
    corresponding_institution_ids: [],
    apc_list: null,
    apc_paid: null,
    fwci: null,
    has_fulltext: false,
    cited_by_count: cited,
    citation_normalized_percentile: { value: cited / 40, is_in_top_1_percent: false, is_in_top_10_percent: cited > 36 },
    cited_by_percentile_year: { min: cited, max: cited + 1 },
    biblio: { volume: null, issue: null, first_page: null, last_page: null },
    is_retracted: false,
    is_paratext: false,
    primary_topic: topics[0],
    topics,
    keywords: categories.map((category) => ({
      id: `https://openalex.org/keywords/${category.toLowerCase()}`,
      display_name: category,
      score: 0.5,
    })),
    concepts: fieldsOf(state).map((name) => ({
      id: address('C', numberOf(name)),
      wikidata: `https://www.wikidata.org/wiki/Q${numberOf(name)}`,
      display_name: name,
      level: 0,
      score: 0.8,
    })),
    mesh: [],
    locations_count: places.length,
    locations: places,
    best_oa_location: places[places.length - 1],
    sustainable_development_goals: [],
    grants: [],
    datasets: [],
    versions: [],
    referenced_works_count: 0,
    referenced_works: [],
    related_works: [],
    abstract_inverted_index: invertedIndexOf(state.abstract),
    abstract_inverted_index_v3: null,
    cited_by_api_url: `https://api.openalex.org/works?filter=cites:${openAlexId(paper)}`,
    counts_by_year: [{ year: Number(day.slice(0, 4)), cited_by_count: cited }],
    updated_date: isoOf(state.modified).replace(/Z$/, '000'),
    created_date: dayOf(state.announced),
  }
}

/** A title whose publisher set its first word in italics and escaped that once more than he should. */
const escapedTwice = (title: string): string => escaped(title).replace(/^\S+/, '&lt;i&gt;$&&lt;/i&gt;')

/** The words of a text as they stand between spaces, with their places. */
export function invertedIndexOf(text: string): Record<string, number[]> {
  const index = new Map<string, number[]>()
  for (const [place, word] of text.split(/\s+/).filter(Boolean).entries()) {
    const places = index.get(word)
    if (places) places.push(place)
    else index.set(word, [place])
  }
  return Object.fromEntries(index)
}

function authorshipsOf({ paper }: PaperState) {
  const last = paper.authors.length - 1
  return paper.authors.map((name, at) => {
    const country = paper.countries[at]
    const institution = `${country}-${hashOf(name) % 20}`
    const id = address('I', numberOf(institution))
    return {
      author_position: at === 0 ? 'first' : at === last ? 'last' : 'middle',
      author: { id: address('A', numberOf(name)), display_name: name, orcid: null },
      institutions: country
        ? [
            {
              id,
              display_name: `University of ${institution}`,
              ror: `https://ror.org/0${numberOf(institution).toString(36)}`,
              country_code: country,
              type: 'education',
              lineage: [id],
            },
          ]
        : [],
      countries: country ? [country] : [],
      is_corresponding: false,
      raw_author_name: name,
      raw_affiliation_strings: country ? [`University of ${institution}`] : [],
      affiliations: country ? [{ raw_affiliation_string: `University of ${institution}`, institution_ids: [id] }] : [],
    }
  })
}

const arxivPlace = ({ paper }: PaperState) => ({
  id: `doi:${arxivDoi(paper).toLowerCase()}`,
  is_oa: true,
  landing_page_url: `https://arxiv.org/abs/${paper.id}`,
  pdf_url: `https://arxiv.org/pdf/${paper.id}`,
  source: sourceOf('arXiv (Cornell University)', 'repository'),
  license: null,
  license_id: null,
  version: 'submittedVersion',
  is_accepted: false,
  is_published: false,
  raw_source_name: 'arXiv',
  raw_type: 'article',
})

const journalPlace = ({ paper, doi }: PaperState) => ({
  id: `doi:${doi}`,
  is_oa: false,
  landing_page_url: `https://doi.org/${doi}`,
  pdf_url: null,
  source: sourceOf(paper.journal?.name ?? '', 'journal'),
  license: null,
  license_id: null,
  version: 'publishedVersion',
  is_accepted: true,
  is_published: true,
  raw_source_name: paper.journal?.name ?? '',
  raw_type: 'journal-article',
})

const sourceOf = (name: string, type: 'repository' | 'journal') => ({
  id: address('S', numberOf(name)),
  display_name: name,
  issn_l: null,
  issn: null,
  is_oa: type === 'repository',
  is_in_doaj: false,
  is_indexed_in_scopus: false,
  is_core: false,
  host_organization: address('P', numberOf(`${name} house`)),
  host_organization_name: `${name} house`,
  host_organization_lineage: [address('P', numberOf(`${name} house`))],
  host_organization_lineage_names: [`${name} house`],
  type,
})

const topicOf = (field: string) => ({
  id: address('T', 10_000 + (hashOf(field) % 4000)),
  display_name: `Studies in ${field}`,
  score: 0.9,
  subfield: { id: 'https://openalex.org/subfields/1702', display_name: `${field} in General` },
  field: { id: `https://openalex.org/fields/${hashOf(field) % 40}`, display_name: field },
  domain: { id: 'https://openalex.org/domains/3', display_name: 'Physical Sciences' },
})
