import { describe, expect, it } from 'vitest'
import type { DocumentId, DocumentRecord, Sighting } from '../../src/domain/document.ts'
import { changeOf, merged } from '../../src/domain/identity/revision.ts'
import { instant } from '../../src/domain/instant.ts'

const day = (n: number) => instant(Date.UTC(2026, 0, n))
const harvested = day(20)

const record = (over: Partial<DocumentRecord> = {}): DocumentRecord => ({
  id: '2601.00001' as DocumentId,
  source: 'arxiv',
  kind: 'paper',
  version: 1,
  title: 'A title',
  abstract: 'An abstract.',
  authors: ['A. Author'],
  categories: ['cs.IR'],
  comment: null,
  doi: null,
  identifiers: [],
  countries: [],
  fields: [],
  url: 'https://arxiv.org/abs/2601.00001',
  submitted: null,
  updated: null,
  announced: day(5),
  announcedBasis: 'stated',
  withdrawn: false,
  standIn: false,
  versions: [],
  ...over,
})

const held = (over: Partial<Sighting> = {}): Sighting => ({
  ...record(),
  harvested,
  contentHash: 'h1',
  ...over,
})

describe('a record of a document that is held', () => {
  it.each([
    ['the same again', record(), 'h1', 'unchanged'],
    ['a newer version', record({ version: 2 }), 'h2', 'replaced'],
    ['other text under the same version', record(), 'h2', 'revised'],
    ['more categories', record({ categories: ['cs.IR', 'cs.CL'] }), 'h1', 'cross-listed'],
    ['other categories', record({ categories: ['cs.CL'] }), 'h1', 'revised'],
    ['another id', record({ id: 'doi:10.1/x' as DocumentId }), 'h1', 'revised'],
    ['a withdrawal', record({ version: 2, withdrawn: true }), 'h2', 'withdrawn'],
    ['a stand-in', record({ standIn: true }), 'h2', 'unchanged'],
    ['an earlier announcement of the same kind', record({ announced: day(3) }), 'h1', 'revised'],
    ['a later announcement', record({ announced: day(9) }), 'h1', 'unchanged'],
  ] as const)('%s', (_, incoming, hash, change) => {
    expect(changeOf(held(), incoming, hash)).toBe(change)
  })

  // OAI-PMH showed the withdrawal, and the listing that brought the same version an hour later undid it.
  it('does not take back the withdrawal of its version, unless its source counts none', () => {
    const gone = held({ version: 2, withdrawn: true })
    expect(changeOf(gone, record({ version: 2 }), 'h1')).toBe('unchanged')
    expect(merged(gone, record({ version: 2, comment: '9 pages' }), harvested).withdrawn).toBe(true)
    expect(merged(gone, record({ version: 3 }), harvested).withdrawn).toBe(false)
    const unnumbered = held({ version: 0, withdrawn: true })
    expect(changeOf(unnumbered, record({ version: 0 }), 'h1')).toBe('revised')
    expect(merged(unnumbered, record({ version: 0 }), harvested).withdrawn).toBe(false)
  })

  it('is stale when its version is older, or unknown beside a known one', () => {
    const third = held({ version: 3 })
    expect(changeOf(third, record({ version: 2 }), 'h2')).toBe('stale')
    expect(changeOf(third, record({ version: 0 }), 'h2')).toBe('stale')
  })

  it('brings a stated date for a derived one even when its text is older, and the text stays', () => {
    const third = held({ version: 3, title: 'The third', announced: day(4), announcedBasis: 'derived' })
    const incoming = record({ version: 1, title: 'The first', announced: day(6) })
    expect(changeOf(third, incoming, 'h2')).toBe('revised')
    expect(merged(third, incoming, harvested)).toMatchObject({
      title: 'The third',
      version: 3,
      announced: day(6),
      announcedBasis: 'stated',
    })
  })

  it('does not make the document younger by revising it', () => {
    const after = merged(held(), record({ version: 2, announced: day(15) }), harvested)
    expect(after).toMatchObject({ version: 2, announced: day(5) })
  })

  it('keeps what it does not know', () => {
    const after = merged(held({ doi: '10.1/x', comment: '9 pages' }), record({ version: 2 }), harvested)
    expect(after).toMatchObject({ doi: '10.1/x', comment: '9 pages' })
  })

  it('is still named by the id that it had', () => {
    const before = held({ id: 'doi:10.1000/x' as DocumentId, source: 'openalex' })
    const after = merged(before, record({ source: 'openalex' }), harvested)
    expect(after).toMatchObject({ id: '2601.00001', identifiers: ['doi:10.1000/x'] })
  })

  it('replaces a stand-in whole, whatever its version', () => {
    const standIn = held({ standIn: true, version: 9, source: 'sample' })
    expect(changeOf(standIn, record({ version: 0 }), 'h2')).toBe('revised')
    expect(merged(standIn, record({ version: 0 }), harvested)).toMatchObject({ source: 'arxiv', standIn: false })
  })
})

describe('a date of announcement', () => {
  it('is never later than the harvest that brought the document', () => {
    const after = merged(null, record({ announced: day(25) }), harvested)
    expect(after).toMatchObject({ announced: harvested, announcedBasis: 'derived' })
  })
})
