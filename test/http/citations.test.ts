import { Cite } from '@citation-js/core'
import { describe, expect, it } from 'vitest'
import type { StoredDocument } from '../../src/domain/document.ts'
import { citationOf, cslOf } from '../../src/http/citations.ts'
import { at, storedDocument } from './fakes.ts'

const paper = (facts: Partial<StoredDocument> = {}) =>
  storedDocument('1706.03762', {
    title: 'Attention Is All You Need',
    authors: ['Ashish Vaswani', 'Łukasz Kaiser'],
    submitted: at('2017-06-12T17:57:34Z'),
    ...facts,
  })
/** What a reference manager makes of it; braces that keep capitals are no part of the text. */
async function readBack(document: StoredDocument, format: 'bibtex' | 'ris' | 'csl') {
  const [item] = new Cite(await citationOf(document, format)).data
  return { ...item, title: String(item.title).replace(/<\/?span[^>]*>|[{}]/g, '') }
}

describe('a citation', () => {
  it.each(['bibtex', 'ris', 'csl'] as const)('as %s names the work', async (format) => {
    expect(await readBack(paper(), format)).toMatchObject({
      title: 'Attention Is All You Need',
      author: [
        { family: 'Vaswani', given: 'Ashish' },
        { family: 'Kaiser', given: 'Łukasz' },
      ],
      DOI: '10.48550/arXiv.1706.03762',
      URL: 'https://arxiv.org/abs/1706.03762',
      issued: { 'date-parts': [format === 'bibtex' ? [2017, 6] : [2017, 6, 12]] },
    })
  })

  it('of an arXiv paper has the fields of arXiv', async () => {
    const text = await citationOf(paper(), 'bibtex')
    expect(text).toMatch(/^@misc\{1706\.03762,\n/)
    for (const field of ['eprint = {1706.03762}', 'archivePrefix = {arXiv}', 'primaryClass = {cs.CL}']) {
      expect(text).toContain(field)
    }
    const old = storedDocument('math/0306266', { categories: ['05C80'], doi: '10.1000/xyz' })
    const published = await citationOf(old, 'bibtex')
    expect(published).toContain('eprint = {math/0306266}')
    expect(published).toContain('doi = {10.1000/xyz}')
    expect(published).not.toContain('primaryClass')
  })

  it.each(['bibtex', 'ris', 'csl'] as const)('as %s keeps letters of every script', async (format) => {
    const document = paper({ title: 'Über 数学 & 100% of Ökonomie', authors: ['Ö. Çelik', '王 伟', 'OpenAI'] })
    expect(await readBack(document, format)).toMatchObject({
      title: 'Über 数学 & 100% of Ökonomie',
      author: [{ family: 'Çelik', given: 'Ö.' }, { family: '伟', given: '王' }, expect.anything()],
    })
    expect(await citationOf(document, format)).toContain('OpenAI')
  })

  it('keeps what is long on one line, and takes no summary of ours for an abstract', async () => {
    const abstract = 'Words that go on and on, '.repeat(20).trim()
    const lines = (await citationOf(paper({ abstract }), 'ris')).split('\n')
    expect(lines).toContain(`AB  - ${abstract}`)
    expect(cslOf(paper({ abstract, standIn: true })).abstract).toBeUndefined()
  })

  it('leaves formulas of titles to TeX, and takes its signs out of everything else', async () => {
    const text = await citationOf(paper({ title: 'M$^3$-Med at $5 with a_b & \\(x^2\\)' }), 'bibtex')
    expect(text).toContain('$^3$')
    expect(text).toContain('\\$5')
    expect(text).toContain('a\\_b \\& \\(x^2\\)')
    expect(cslOf(paper({ title: 'M$^3$-Med' })).title).toBe('M$^3$-Med')
  })

  it.each(['Closing } twice }', 'A $}$ that is no formula {', 'Sets $\\left\\{x\\right.$ and $\\{1\\}$ and \\{'])(
    'keeps braces of others from ending a field of BibTeX: %s',
    async (title) => {
      const text = await citationOf(
        paper({ title, authors: ['Eve }, note = {x'], url: 'https://example.org/}{', doi: '10.1000/a}b' }),
        'bibtex',
      )
      const depths = text.split('\n').map((line) => line.split('{').length - line.split('}').length)
      expect(depths).toEqual([1, ...depths.slice(1, -2).map(() => 0), -1, 0])
    },
  )

  it.each([
    ['Lovelace, Ada', { family: 'Lovelace', given: 'Ada' }],
    ['Lovelace A', { family: 'Lovelace', given: 'A' }],
    ['A. Lovelace', { family: 'Lovelace', given: 'A.' }],
    ['Ludwig van der Berg', { family: 'Berg', given: 'Ludwig', 'non-dropping-particle': 'van der' }],
    ['ATLAS Collaboration', { literal: 'ATLAS Collaboration' }],
    ['OpenAI', { literal: 'OpenAI' }],
  ])('takes the name %s apart', (name, parts) => {
    expect(cslOf(paper({ authors: [name] })).author).toEqual([parts])
  })

  it('of a post or a release says what it is', async () => {
    const facts = { source: 'github', url: 'https://example.org/v1', authors: [], submitted: null, announced: null }
    const release = storedDocument('github:a/b@v1', { ...facts, kind: 'release' })
    expect(cslOf(release)).toEqual({
      id: 'github:a/b@v1',
      type: 'software',
      title: 'A title',
      author: [],
      URL: 'https://example.org/v1',
      abstract: 'An abstract.',
    })
    expect(await citationOf(release, 'ris')).toMatch(/^TY {2}- COMP/)
    expect(await citationOf({ ...release, kind: 'post' }, 'ris')).toMatch(/^TY {2}- BLOG/)
    expect(await citationOf(release, 'bibtex')).toMatch(/^@misc\{github:a\/b-v1,/)
  })
})
