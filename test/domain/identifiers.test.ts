import { describe, expect, test } from 'vitest'
import { parseDoi } from '../../src/domain/identifiers.ts'

describe('a DOI', () => {
  test.each([
    ['10.1234/AbC', '10.1234/abc'],
    ['https://doi.org/10.1234/abc', '10.1234/abc'],
    ['http://dx.doi.org/10.1234/abc.', '10.1234/abc'],
    ['https://www.doi.org/10.1234/abc', '10.1234/abc'],
    ['doi:10.1234/abc', '10.1234/abc'],
    ['DOI: 10.1234/abc', '10.1234/abc'],
    ['info:doi/10.1234/abc', '10.1234/abc'],
    ['urn:doi:10.1234/abc', '10.1234/abc'],
    ['https://doi.org/10.1234%2Fabc', '10.1234/abc'],
    [
      '10.1002/(SICI)1097-4571(1999)50:1%3C1::AID-ASI1%3E3.0.CO;2-Z',
      '10.1002/(sici)1097-4571(1999)50:1<1::aid-asi1>3.0.co;2-z',
    ],
    ['10.1234/50%', '10.1234/50%'],
    ['10.1234/x%ff', '10.1234/x%ff'],
  ])('written as %s is %s', (text, doi) => {
    expect(parseDoi(text)).toBe(doi)
  })

  test.each(['', '10.1/x', '10.1234/a%20b', 'doi:', 'urn:isbn:10.1234/x', 'https://example.org/10.1234/x'])(
    'is not %j',
    (text) => {
      expect(parseDoi(text)).toBeNull()
    },
  )
})
