import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodedReferences, textOfMarkup } from '../../src/sources/markup.ts'

describe('the text of markup', () => {
  test.each([
    ['tags go', 'a <b>bold</b> claim', 'a bold claim'],
    ['blocks keep words apart', '<p>one</p><p>two</p>three<br>four', 'one two three four'],
    ['inline tags do not', 'H<sub>2</sub>O and <i>p</i>-value', 'H2O and p-value'],
    ['references are decoded once', 'AT&amp;T &lt;b&gt; &eacute; &#233; &#x20AC; &nbsp;x', 'AT&T <b> é é € x'],
    ['what was escaped twice stays escaped once', '&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['old windows references are what was meant', 'it&#146;s', 'it’s'],
    ['a lone sign is text', '1 < 2 & 3 > 2, p<0.05', '1 < 2 & 3 > 2, p<0.05'],
    ['plain text is left alone', 'nothing to do', 'nothing to do'],
    ['comments go', 'a<!-- <b>no</b> -->b', 'ab'],
    ['an open comment hides what follows', 'a<!-- b', 'a'],
    ['scripts and styles go', 'a<script>alert("<b>")</script>b<style>p{}</style>c', 'abc'],
    ['an open script hides what follows', 'a<script>alert(1)', 'a'],
    ['an XHTML script or frame ends where it begins', 'a<script src="x"/>b<iframe src="y"/>c', 'abc'],
    ['the head goes', '<html><head><title>no</title></head><body>yes</body></html>', 'yes'],
    ['what an unclosed object holds is text', 'safe<object data="x"> text', 'safe text'],
    [
      'JATS is read',
      '<jats:title>Background</jats:title><jats:p>We <jats:italic>see</jats:italic> it.</jats:p>',
      'Background We see it.',
    ],
    [
      'a formula is said once',
      '<jats:p>mass <mml:math><mml:mi>m</mml:mi><mml:annotation>\\mathrm{m}</mml:annotation></mml:math> and nothing</jats:p>',
      'mass m and nothing',
    ],
    // Two titles of IEEE that differ in nothing else became one.
    [
      'a formula in TeX alone is said in TeX',
      '<inline-formula><tex-math notation="LaTeX">$H_\\infty$ </tex-math></inline-formula>Control',
      '$H_\\infty$ Control',
    ],
    [
      'a formula in TeX and MathML is said in MathML',
      'a <jats:inline-formula><jats:alternatives><jats:tex-math>$$x$$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math></jats:alternatives></jats:inline-formula> b',
      'a x b',
    ],
    [
      'wherever in the formula they are',
      '<disp-formula><mml:math><mml:mi>y</mml:mi></mml:math><alternatives><tex-math>$y$</tex-math></alternatives></disp-formula>',
      'y',
    ],
    [
      'and each formula by itself',
      '<alternatives><mml:math><mml:mi>x</mml:mi></mml:math><tex-math>$x$</tex-math></alternatives> or <inline-formula><tex-math>$y$</tex-math></inline-formula>',
      'x or $y$',
    ],
    ['MathML that says nothing is none', '<inline-formula><math/><tex-math>$x$</tex-math></inline-formula>', '$x$'],
    ['a formula that is never closed is said', 'a <inline-formula><tex-math>$x$', 'a $x$'],
    [
      'a formula that is a whole document is what the document holds',
      '<inline-formula><tex-math>\\documentclass{minimal}\\begin{document}$$x$$\\end{document}</tex-math></inline-formula>',
      '$$x$$',
    ],
    ['TeX outside of a formula is kept', 'and <tex-math>$x$</tex-math>', 'and $x$'],
    ['a title may hold markup', '<title>On H<sub>2</sub>O</title><p>text</p>', 'On H2O text'],
    ['case does not matter', '<SCRIPT>x</SCRIPT>a<BR>b', 'a b'],
  ])('%s', (_what, markup, text) => {
    expect(textOfMarkup(markup)).toBe(text)
  })

  test('of what is nested deeper than any page ends there', () => {
    const text = textOfMarkup(`start ${'<b>'.repeat(1_000_000)}deep`)
    expect(text).toBe('start')
  })

  test('of any text without markup is that text on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc xyzé 12.,;:-') }), (text) => {
        expect(textOfMarkup(text)).toBe(text.replace(/\s+/g, ' ').trim().normalize('NFC'))
      }),
    )
  })

  test('holds no element, whatever it is made of', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      'script',
      'img',
      ' onerror=',
      '"',
      "'",
      '!--',
      '-->',
      '<b>',
      '</b>',
      'x',
      ' ',
      '=',
    )
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        expect(textOfMarkup(parts.join(''))).not.toMatch(/<(?:script|img|b)\b[^<]*>/)
      }),
    )
  })
})

describe('decoded references', () => {
  test.each([
    ['a &amp; b', 'a & b'],
    ['&eacute;&#xe9;&#233;', 'ééé'],
    ['&unknown; & alone &amp', '&unknown; & alone &'],
    ['?a=1&amp;b=2', '?a=1&b=2'],
    ['&#xffffffff;', '\uFFFD'],
  ])('%s is %s', (raw, text) => {
    expect(decodedReferences(raw)).toBe(text)
  })
})
