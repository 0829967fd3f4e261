import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withoutTexAccents } from '../../../src/sources/files/accents.ts'

it.each([
  ['Mu{\\~n}oz', 'Muñoz'],
  ['Mu\\~noz', 'Muñoz'],
  ['Mu\\~{n}oz', 'Muñoz'],
  ['Schr\\"odinger', 'Schrödinger'],
  ['Schr{\\"{o}}dinger', 'Schrödinger'],
  ["Poincar\\'e", 'Poincaré'],
  ["Poincar\\' e", 'Poincaré'],
  ['Gar\\c{c}on', 'Garçon'],
  ['Gar{\\c c}on', 'Garçon'],
  ['Erd\\H{o}s', 'Erdős'],
  ["Dvo\\v{r}\\'ak", 'Dvořák'],
  ["Dvo{\\v r}{\\'a}k", 'Dvořák'],
  ['\\v{S}koda', 'Škoda'],
  ["M\\'{\\i}nguez", 'Mínguez'],
  ["D\\'\\i az", 'Díaz'],
  ['Na\\"{\\i}ve', 'Naïve'],
  ['I\\c{s}\\i k', 'Işık'],
  ['Bj\\o rn', 'Bjørn'],
  ['Bj{\\o}rn', 'Bjørn'],
  ['S\\o{}ren', 'Søren'],
  ['\\L ukasz', 'Łukasz'],
  ['{\\L}ukasz', 'Łukasz'],
  ['{\\AA}ngstr\\"om', 'Ångström'],
  ['H\\r{a}kan', 'Håkan'],
  ['Wei\\ss', 'Weiß'],
  ['G\\u{g}', 'Gğ'],
  ['\\.Zak', 'Żak'],
  ['\\=Aron', 'Āron'],
  ['W\\k{a}s', 'Wąs'],
  ['Nguy\\~{\\^e}n', 'Nguyễn'],
  ['Nguy\\~ên', 'Nguyễn'],
  ['\\d{o}', 'ọ'],
  ['J.~Smith', 'J. Smith'],
  ['Smith\\ Jones', 'Smith Jones'],
  ['AT\\&T', 'AT&T'],
  ["O'Neil", "O'Neil"],
  ['Plain Name', 'Plain Name'],
  // Not accents: left as they are.
  ['\\vec x', '\\vec x'],
  ['\\omega', '\\omega'],
  ['\\ldots', '\\ldots'],
])('%s is %s', (tex, name) => expect(withoutTexAccents(tex)).toBe(name.normalize('NFC')))

it('leaves names without TeX alone and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const plain = withoutTexAccents(name)
      if (!/[\\{}~]/.test(name)) expect(plain).toBe(name)
    }),
  )
})
