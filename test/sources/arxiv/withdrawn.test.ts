import { describe, expect, it } from 'vitest'
import { saysWithdrawn } from '../../../src/sources/arxiv/withdrawn.ts'

describe('a comment that says the paper is withdrawn', () => {
  it.each([
    'Withdrawn',
    'withdrawn.',
    '[Withdrawn]',
    'Paper withdrawn',
    'Withdrawn due to an error in Lemma 3',
    'withdrawn due to an error',
    'Withdrawn by the authors',
    'Withdrawn from arXiv by the author',
    'Paper withdrawn because the main theorem is false',
    'This paper has been withdrawn by the author due to a crucial sign error in equation 1',
    'This paper has been withdrawn',
    'This article is withdrawn pending further experiments',
    'The current version has been withdrawn',
    'Paper has been withdrawn by the authors',
    'This submission has been withdrawn by arXiv administrators',
    'arXiv admin note: submission has been withdrawn by arXiv administrators due to disputed authorship',
    'This article has been removed by arXiv administrators because the submitter had no right to it',
    '12 pages, 3 figures. This manuscript was temporarily withdrawn',
    '12 pages, withdrawn due to an error in the proof',
    'The authors have decided to withdraw this version to check a permission',
    'For these reasons we would like to withdraw the paper and apologise',
    'I have withdrawn this submission',
    'The data were wrong and the paper needs to be retracted',
    'We decided to rewrite it and request its withdrawal',
  ])('%s', (comment) => expect(saysWithdrawn(comment)).toBe(true))
})

describe('a comment that does not', () => {
  it.each([
    '',
    '12 pages, 3 figures',
    'withdrawn from ICLR 2025',
    'Withdrawn from ICLR 2025',
    'Withdrawn by the authors from ICLR 2025',
    'This paper was withdrawn from NeurIPS and extended',
    'Submitted to ICLR 2025, withdrawn due to low scores',
    'ICLR 2025 withdrawn submission',
    'an earlier version was withdrawn',
    'An earlier version of this paper was withdrawn by the authors',
    'v1 of this paper has been withdrawn',
    'previously withdrawn',
    'This paper was previously withdrawn',
    'replaces the withdrawn paper 2401.01234',
    'We decided not to withdraw this paper',
    'The authors withdrew the paper from CVPR',
    'Theorem 3 is withdrawn',
    'On retracted articles and withdrawn citations',
    'We study withdrawal of cash',
  ])('%s', (comment) => expect(saysWithdrawn(comment)).toBe(false))

  it('is also no comment', () => expect(saysWithdrawn(null)).toBe(false))
})

it('a hostile comment is read in no time', () => {
  const started = performance.now()
  for (const part of [' ', '- ', 'withdrawn ', 'this paper ', '. withdrawn ', 'has been ']) {
    saysWithdrawn(part.repeat(50_000))
  }
  expect(performance.now() - started).toBeLessThan(2_000)
})
