import { describe, expect, it } from 'vitest'
import type { DocumentId, DocumentRecord, Sighting } from '../../src/domain/document.ts'
import { folded } from '../../src/domain/identity/folding.ts'
import { nameOf, nameWithin, sameAuthor, titleName } from '../../src/domain/identity/names.ts'
import { type Apart, labelOf, partition } from '../../src/domain/identity/partition.ts'
import { bySource } from '../../src/domain/identity/precedence.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { unsaid } from '../../src/sources/record.ts'

const year = (n: number): Instant => instant(Date.UTC(n, 5, 15))

const said = (source: string, facts: Partial<Omit<DocumentRecord, 'id'>> & { readonly id: string }): Sighting => ({
  ...unsaid,
  url: 'https://example.org',
  title: `Title of ${facts.id}`,
  announced: year(2024),
  announcedBasis: 'stated',
  ...facts,
  source,
  id: facts.id as DocumentId,
  contentHash: `hash of ${source} ${facts.id}`,
  harvested: year(2026),
})

/** The works, each by what its sources call it. */
const worksOf = (sightings: readonly Sighting[], apart: readonly Apart[] = [], crowded: readonly string[] = []) =>
  partition(sightings, apart, new Set(crowded)).map((work) => work.map(labelOf))

const areOne = (one: Sighting, other: Sighting): boolean => worksOf([one, other]).length === 1

describe('a name', () => {
  it.each([
    ['2401.01234', 'arxiv:2401.01234'],
    ['arxiv:2401.01234v3', 'arxiv:2401.01234'],
    ['math.GT/0309136', 'arxiv:math/0309136'],
    ['doi:10.48550/arXiv.2401.01234', 'arxiv:2401.01234'],
    ['doi:10.1000/ABC', 'doi:10.1000/abc'],
    ['openalex:W12', 'openalex:W12'],
    ['feed:aBc', 'feed:aBc'],
    ['my-notes', 'my-notes'],
  ])('of %s is %s', (id, name) => {
    expect(nameOf(id)).toBe(name)
  })

  it('within its source stays when the source learns of another id', () => {
    const identifiers = ['openalex:W1']
    expect(nameWithin(said('openalex', { id: 'doi:10.1000/a', identifiers }))).toBe('openalex:W1')
    expect(nameWithin(said('openalex', { id: '2401.00001', identifiers }))).toBe('openalex:W1')
    expect(nameWithin(said('semantic-scholar', { id: '2401.00001', identifiers: ['s2:ab'] }))).toBe('s2:ab')
    expect(nameWithin(said('crossref', { id: '2401.00001', doi: '10.1000/a' }))).toBe('doi:10.1000/a')
    expect(nameWithin(said('arxiv', { id: '2401.00001', doi: '10.1000/a' }))).toBe('2401.00001')
    expect(nameWithin(said('own', { id: 'my-notes', doi: '10.1000/a' }))).toBe('my-notes')
    const article = { id: 'europe-pmc:med/1', identifiers: ['europe-pmc:ppr/ppr2'] }
    expect(nameWithin(said('europe-pmc', article))).toBe('europe-pmc:med/1')
  })
})

describe('titles', () => {
  const nameOfTitle = (title: string) => titleName(said('feed', { id: 'feed:1', title, authors: ['Ada Lovelace'] }))

  it.each([
    ['Pre-training: a study of large models', 'Pretraining – A Study of Large Models'],
    ['Étale cohomology of many things', 'Etale Cohomology of Many Things'],
    ['Life-history trade-offs & dispersal', 'Life‐history trade‐offs and dispersal'],
    ['On the hardness of everything, part II', 'On the Hardness of Everything (Part 2)'],
    ['On the hardness of everything, part two', 'On the hardness of everything. Part Ⅱ'],
    ['What GPT-4 has learned of chemistry', 'What GPT4 has learned of chemistry'],
    ['O’Neil’s theorem on submersions', "O'Neil's theorem on submersions"],
  ])('%s and %s are one', (one, other) => {
    expect(nameOfTitle(one)).not.toBeNull()
    expect(nameOfTitle(one)).toBe(nameOfTitle(other))
  })

  it.each([
    ['On the hardness of everything, part I', 'On the hardness of everything, part II'],
    ['On the hardness of everything, part one', 'On the hardness of everything, part two'],
    ['On the hardness of everything, part IV', 'On the hardness of everything, part 6'],
    ['What GPT-3 has learned of chemistry', 'What GPT-4 has learned of chemistry'],
    ['What GPT-3.5 has learned of chemistry', 'What GPT-35 has learned of chemistry'],
    ['Results of the shared task 1 21', 'Results of the shared task 12 1'],
    ['Overview of the evaluation campaign 2023', 'Overview of the evaluation campaign 2024'],
    ['On the hardness of everything', 'On the hardness of everything II'],
    ['A survey of type systems for C', 'A survey of type systems for C++'],
  ])('%s and %s are two', (one, other) => {
    expect(nameOfTitle(one)).not.toBe(nameOfTitle(other))
  })

  it.each(['Editorial', 'Introduction', 'Book review', 'Graph theory'])('%s tells nothing', (title) => {
    expect(nameOfTitle(title)).toBeNull()
  })

  it('tell nothing of posts, of stand-ins, and without author or year', () => {
    const paper = { id: 'feed:1', title: 'A title that is long enough', authors: ['Ada Lovelace'] }
    expect(titleName(said('feed', paper))).not.toBeNull()
    expect(titleName(said('feed', { ...paper, kind: 'post' }))).toBeNull()
    expect(titleName(said('feed', { ...paper, standIn: true }))).toBeNull()
    expect(titleName(said('feed', { ...paper, authors: [] }))).toBeNull()
    expect(titleName(said('feed', { ...paper, announced: null }))).toBeNull()
  })
})

describe('authors', () => {
  it.each([
    ['Ashish Vaswani', 'Vaswani A'],
    ['Vaswani, Ashish', 'A. Vaswani'],
    ['Wei Zhang', 'Zhang Wei'],
    ['Łukasz Kaiser', 'Lukasz Kaiser'],
    ["Jakub L'ala", 'Jakub Lála'],
    ['Laurens van der Maaten', 'van der Maaten, L.'],
    ['Martin Luther King Jr.', 'King ML Jr'],
    ['T. Alex Perkins', 'Perkins TA'],
  ])('%s and %s may be the same', (one, other) => {
    expect(sameAuthor(one, other)).toBe(true)
    expect(sameAuthor(other, one)).toBe(true)
  })

  it.each([
    ['Ada Lovelace', 'Grace Hopper'],
    ['John Smith', 'John Smythe'],
    ['Adak S', 'Adams S'],
  ])('%s and %s are not', (one, other) => {
    expect(sameAuthor(one, other)).toBe(false)
  })
})

describe('what two sources say', () => {
  const herger = {
    title: 'High-throughput screening of human genetic variants by pooled prime editing',
    authors: ['Michael Herger'],
  }
  const preprint = { ...herger, id: 'doi:10.1101/2024.04.01.587366', doi: '10.1101/2024.04.01.587366' }
  const article = { ...herger, id: 'doi:10.1016/j.xgen.2025.100814', doi: '10.1016/j.xgen.2025.100814' }
  const flynt = { title: 'The text widget and htmllib', authors: ['Clif Flynt'] }
  const paperqa = { title: 'PaperQA: Retrieval-Augmented Generative Agent for Scientific Research' }

  it.each([
    [
      'the same arXiv id, one of them by its DataCite DOI',
      said('semantic-scholar', { ...paperqa, id: '2312.07559', authors: ["Jakub L'ala"] }),
      said('feed', { ...paperqa, id: 'doi:10.48550/arxiv.2312.07559', announced: null }),
    ],
    [
      'the same DOI under titles that differ',
      said('crossref', { id: 'doi:10.1000/a', title: 'A title' }),
      said('openalex', { id: 'openalex:W1', doi: '10.1000/a', title: 'Another title' }),
    ],
    [
      'the same PubMed id',
      said('europe-pmc', { id: 'doi:10.1000/a', identifiers: ['pmid:1'] }),
      said('openalex', { id: 'openalex:W1', identifiers: ['pmid:1'] }),
    ],
    [
      'a preprint and its article, a year apart',
      said('biorxiv', preprint),
      said('openalex', { ...article, announced: year(2025) }),
    ],
    [
      'a preprint and an article that names it, of one source',
      said('crossref', preprint),
      said('crossref', { ...article, identifiers: [`doi:${preprint.doi}`] }),
    ],
    [
      'an arXiv paper and an article of the same title',
      said('arxiv', { ...herger, id: '2404.00001' }),
      said('crossref', { ...article, authors: ['HERGER M'] }),
    ],
  ])('is of one work: %s', (_, one, other) => {
    expect(areOne(one, other)).toBe(true)
    expect(areOne(other, one)).toBe(true)
  })

  it.each([
    [
      'one title and two journals’ DOIs',
      said('crossref', article),
      said('openalex', { ...article, id: 'doi:10.1016/j.other.2025.1', doi: '10.1016/j.other.2025.1' }),
    ],
    [
      'one title and two arXiv ids',
      said('arxiv', { ...herger, id: '2404.00001' }),
      said('semantic-scholar', { ...herger, id: '2404.00002', identifiers: ['s2:a'] }),
    ],
    [
      'two arXiv papers with the DOI of one proceedings',
      said('arxiv', { id: '2404.00001', doi: '10.1000/proc' }),
      said('arxiv', { id: '2404.00002', doi: '10.1000/proc' }),
    ],
    [
      'editions of a chapter, years apart',
      said('crossref', { ...flynt, id: 'doi:10.1016/b978-0-12-384717-1.00013-0', announced: year(2012) }),
      said('openalex', { ...flynt, id: 'openalex:W1', announced: year(2026) }),
    ],
    [
      'one title by two authors',
      said('biorxiv', preprint),
      said('openalex', { ...article, authors: ['Ada Lovelace'] }),
    ],
    [
      'one title that is two of one source',
      said('crossref', preprint),
      said('crossref', { ...article, announced: year(2025) }),
    ],
    [
      'parts of one paper',
      said('arxiv', { ...herger, id: '2404.00001', title: `${herger.title}, part I` }),
      said('crossref', { ...article, title: `${herger.title}, part II` }),
    ],
    [
      'a paper and a post that names it',
      said('arxiv', { id: '2404.00001' }),
      said('hacker-news', { id: 'hacker-news:1', identifiers: ['arxiv:2404.00001'], kind: 'post' }),
    ],
    [
      'two of one’s own with the same DOI',
      said('own', { id: 'notes', doi: '10.1000/a' }),
      said('own', { id: 'slides', doi: '10.1000/a' }),
    ],
    [
      'posts of the same title',
      said('hacker-news', { ...herger, id: 'hacker-news:1', kind: 'post' }),
      said('feed', { ...herger, id: 'feed:1', kind: 'post' }),
    ],
  ])('is of two works: %s', (_, one, other) => {
    expect(areOne(one, other)).toBe(false)
    expect(areOne(other, one)).toBe(false)
  })

  it('is one work through a third that both are linked to', () => {
    const both = said('semantic-scholar', { ...article, id: 's2:a', doi: null, announced: year(2024) })
    const later = said('crossref', { ...article, announced: year(2025) })
    expect(worksOf([said('crossref', preprint), later])).toHaveLength(2)
    expect(worksOf([said('crossref', preprint), later, both])).toHaveLength(1)
  })

  it('that may be of either of two works is of neither', () => {
    const [one, other] = ['2404.00001', '2404.00002'].map((id) => said('arxiv', { ...herger, id, doi: '10.1000/a' }))
    expect(worksOf([one, other, said('crossref', { id: 'doi:10.1000/a' })])).toHaveLength(3)
    expect(worksOf([one, other, said('feed', { ...herger, id: 'feed:1' })])).toHaveLength(3)
    // An arXiv id is more than a DOI: nothing is in doubt.
    const named = said('openalex', { id: '2404.00002', doi: '10.1000/a' })
    expect(worksOf([one, other, named])).toEqual([['arxiv 2404.00001'], ['arxiv 2404.00002', 'openalex doi:10.1000/a']])
  })

  it('that claims two arXiv papers does not make them one', () => {
    const [one, other] = ['2404.00001', '2404.00002'].map((id) => said('arxiv', { id }))
    const claims = said('feed', { id: 'feed:1', identifiers: ['arxiv:2404.00001', 'arxiv:2404.00002'] })
    expect(worksOf([one, other, claims])).toHaveLength(3)
  })

  it('goes by a name that too many have', () => {
    const pair = [said('crossref', { id: 'doi:10.1000/a' }), said('feed', { id: 'feed:1', doi: '10.1000/a' })]
    expect(worksOf(pair)).toHaveLength(1)
    expect(worksOf(pair, [], ['doi:10.1000/a'])).toHaveLength(2)
  })

  it('stays apart once it was taken out, and what it claimed is no claim any more', () => {
    const right = said('arxiv', { ...herger, id: '2404.00001' })
    const wrong = said('openalex', { ...herger, id: '2404.00001', identifiers: ['openalex:W1', 'pmid:1'] })
    const third = said('europe-pmc', { id: 'europe-pmc:med/1', identifiers: ['pmid:1', 'arxiv:2404.00001'] })
    expect(worksOf([right, wrong, third])).toHaveLength(1)
    const apart = [{ taken: labelOf(wrong), from: labelOf(right) }]
    expect(worksOf([right, wrong, third], apart)).toEqual([
      ['arxiv 2404.00001', 'europe-pmc europe-pmc:med/1'],
      ['openalex openalex:W1'],
    ])
  })
})

describe('a document of several sources', () => {
  const arxiv = said('arxiv', {
    id: '2404.00001',
    version: 2,
    abstract: 'The authors’ own.',
    authors: ['Ada Lovelace'],
    categories: ['cs.IR'],
    announced: year(2023),
    announcedBasis: 'derived',
  })
  const crossref = said('crossref', {
    id: 'doi:10.1000/a',
    doi: '10.1000/a',
    fields: ['Information Systems'],
    announced: year(2024),
  })
  const openalex = said('openalex', {
    id: 'doi:10.1000/a',
    doi: '10.1000/a',
    identifiers: ['openalex:W1', 'pmid:1'],
    abstract: 'A much longer abstract that somebody copied from somewhere.',
    countries: ['CH'],
    announced: year(2022),
    announcedBasis: 'derived',
  })
  const all = [openalex, crossref, arxiv].sort(bySource)

  it('takes its text and version from who publishes it, and unites what all know', () => {
    expect(folded(all, arxiv.id)).toMatchObject({
      id: '2404.00001',
      source: 'arxiv',
      sources: ['arxiv', 'crossref', 'openalex'],
      version: 2,
      title: arxiv.title,
      abstract: 'The authors’ own.',
      contentHash: arxiv.contentHash,
      doi: '10.1000/a',
      identifiers: ['openalex:W1', 'pmid:1'],
      categories: ['cs.IR'],
      countries: ['CH'],
      fields: ['Information Systems'],
    })
  })

  it('has the text of the next who has an abstract, title and all, for that is what was embedded', () => {
    const bare = { ...arxiv, abstract: '' }
    expect(folded([bare, crossref, openalex], arxiv.id)).toMatchObject({
      title: openalex.title,
      abstract: openalex.abstract,
      contentHash: openalex.contentHash,
      version: 2,
    })
    // What is withdrawn was not embedded.
    expect(folded([bare, crossref, { ...openalex, withdrawn: true }], arxiv.id)).toMatchObject({ title: arxiv.title })
  })

  it('was announced when it was first shown anywhere, as far as the date is good', () => {
    const announced = (...some: readonly Sighting[]) => folded(some, some[0].id)
    expect(announced(arxiv, crossref, openalex)).toMatchObject({ announced: year(2023), announcedBasis: 'derived' })
    const first = { ...crossref, announced: year(2021) }
    expect(announced(arxiv, first)).toMatchObject({ announced: year(2021), announcedBasis: 'stated' })
    const undated = { ...arxiv, announced: null, announcedBasis: 'unknown' as const }
    expect(announced(undated, openalex)).toMatchObject({ announced: year(2022), announcedBasis: 'derived' })
    expect(announced(undated, crossref, openalex)).toMatchObject({ announced: year(2024), announcedBasis: 'stated' })
  })

  it('is withdrawn when its leading source says so', () => {
    expect(folded([arxiv, { ...crossref, withdrawn: true }], arxiv.id).withdrawn).toBe(false)
    expect(folded([{ ...arxiv, withdrawn: true }, crossref], arxiv.id).withdrawn).toBe(true)
  })

  it('keeps the journal’s DOI before a preprint’s, and names the other', () => {
    const biorxiv = said('biorxiv', {
      id: 'doi:10.1101/2024.04.01.587366',
      doi: '10.1101/2024.04.01.587366',
      identifiers: ['doi:10.1000/a'],
    })
    expect(folded([biorxiv, crossref], biorxiv.id)).toMatchObject({ doi: '10.1000/a', identifiers: [] })
    expect(folded([biorxiv, crossref], crossref.id)).toMatchObject({
      identifiers: ['doi:10.1101/2024.04.01.587366'],
    })
  })
})
