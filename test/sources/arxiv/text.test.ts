import { describe, expect, test } from 'vitest'
import { authorName, proseOf, splitAuthors } from '../../../src/sources/arxiv/text.ts'

describe('the author line of arXivRaw', () => {
  test.each([
    ['Jane Doe (MIT), John Roe and Ann Lee (1 and 2) ((1) A, (2) B)', ['Jane Doe', 'John Roe', 'Ann Lee']],
    ['Jane Doe', ['Jane Doe']],
    ['Jane Doe, John Roe, and Ann Lee', ['Jane Doe', 'John Roe', 'Ann Lee']],
    ['Jane Doe and John Roe', ['Jane Doe', 'John Roe']],
    ['Jane Doe & John Roe', ['Jane Doe', 'John Roe']],
    ['Jane Doe,\n  John Roe', ['Jane Doe', 'John Roe']],
    ['John Roe, Jr., Ann Lee III and Max Poe, II', ['John Roe Jr.', 'Ann Lee III', 'Max Poe II']],
    ['Alexander Sandoval, Randy Anderson', ['Alexander Sandoval', 'Randy Anderson']],
    ['ATLAS Collaboration: G. Aad, B. Abbott', ['ATLAS Collaboration', 'G. Aad', 'B. Abbott']],
    ['The Foo Collaboration, J. Doe', ['Foo Collaboration', 'J. Doe']],
    ['J. Doe (for the FOO Collaboration)', ['J. Doe', 'FOO Collaboration']],
    ['J. Doe for the FOO Collaboration', ['J. Doe', 'FOO Collaboration']],
    ['J. Doe, J. Roe, et al. (FOO Collaboration)', ['J. Doe', 'J. Roe', 'FOO Collaboration']],
    ['J. Doe et al', ['J. Doe']],
    ['J. Doe (1), J. Roe (2) ((1) Univ. of X (Y), (2) Z, and W)', ['J. Doe', 'J. Roe']],
    ['J. Doe (MIT, J. Roe', ['J. Doe', 'J. Roe']],
    ['J. Doe), J. Roe', ['J. Roe']],
    [
      "C. Bal\\'azs, P. Erd\\H{o}s, S{\\o}ren Kj{\\ae}r, Fran\\c{c}ois Vi\\`ete, J.~Doe",
      ['C. Balázs', 'P. Erdős', 'Søren Kjær', 'François Viète', 'J. Doe'],
    ],
    ['O. de la Cruz, Vincent van Gogh', ['O. de la Cruz', 'Vincent van Gogh']],
    [' , ,', []],
    ['', []],
  ])('%j', (line, names) => {
    expect(splitAuthors(line)).toEqual(names)
  })

  test('a lone colon, as the Atom feed has it after a collaboration, is no author', () => {
    expect(authorName(' : ')).toBe('')
  })
})

describe('titles and abstracts', () => {
  test('lie on one line with single spaces', () => {
    expect(proseOf('  A title\n  over two\tlines ')).toBe('A title over two lines')
  })

  test("have TeX's accents decoded, in braces or without", () => {
    expect(proseOf(`Fr\\'echet and Schr\\"{o}dinger, na\\"{\\i}ve {\\'E}lan, {\\O}rsted`)).toBe(
      'Fréchet and Schrödinger, naïve Élan, Ørsted',
    )
  })

  test('keep their formulas as they are', () => {
    const formula = "On $\\hat{x}\\'a$ and $\\c{c} = \\v{s}$"
    expect(proseOf(formula)).toBe(formula)
  })

  test('keep commands that are no accents', () => {
    expect(proseOf('see \\cite{doe} and \\vec x')).toBe('see \\cite{doe} and \\vec x')
  })
})
