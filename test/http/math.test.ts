import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { titleMath } from '../../src/http/math.ts'

/** The markup without what KaTeX makes of formulas: they become their TeX between bars. */
const outline = (title: string) =>
  titleMath(title)?.replace(
    /<span class="katex"><math.*?<annotation[^>]*>(.*?)<\/annotation>.*?<\/math><\/span>/g,
    '|$1|',
  )

describe('formulas in titles', () => {
  it.each([
    ['Free Lunch for Pass@$k$? Low Cost Sampling', 'Free Lunch for Pass@|k|? Low Cost Sampling'],
    ['M$^3$-Med: A Benchmark', 'M|^3|-Med: A Benchmark'],
    ['Reconstruction from 360$^\\circ$ Captures', 'Reconstruction from 360|^\\circ| Captures'],
    ['Spatial$\\times$Temporal Transformer', 'Spatial|\\times|Temporal Transformer'],
    ['Learning in \\(O(n \\log n)\\) Time', 'Learning in |O(n \\log n)| Time'],
    ['$Δ$-NeRF and $\\mathcal{V}isi$', '|Δ|-NeRF and |\\mathcal{V}isi|'],
    ['BCH codes of length $n=λ(q^m+1)$ over fields', 'BCH codes of length |n=λ(q^m+1)| over fields'],
    ['Tom & Jerry’s $a<b$ "bound"', 'Tom &amp; Jerry’s |a&lt;b| &quot;bound&quot;'],
    ['On a $5 Budget with $k$-means', 'On a $5 Budget with |k|-means'],
    ['CaO$_2$: $\\undefinedcommand{x}$ stays', 'CaO|_2|: $\\undefinedcommand{x}$ stays'],
  ])('%s', (title, expected) => {
    expect(outline(title)).toBe(expected)
    expect(titleMath(title)).toContain('<math xmlns="http://www.w3.org/1998/Math/MathML">')
  })

  it.each([
    'Attention Is All You Need',
    'Training for $5 and $10',
    'From $5-$10 a Month',
    'Prices ($5) against ($10)',
    'A \\$5 agent and a \\$6 agent',
    'One $ alone, or $$',
    'An unclosed \\(x',
    '$\\frac{1}{$',
    '$\\undefinedcommand$',
    '$\\href{javascript:alert(1)}{x}$',
    '$\\includegraphics{https://example.org/x.png}$',
    '$\\htmlData{x=y}{z}$',
    `$${'{'.repeat(400)}$`,
    `$${'x'.repeat(501)}$`,
    '<img src=x onerror=alert(1)>',
  ])('are not seen in %s', (title) => {
    expect(titleMath(title)).toBeNull()
  })

  // A title of 142 characters made a megabyte of markup, in every answer that held it.
  it.each([
    `$\\def\\a#1{${'#1'.repeat(10)}}\\a{\\a{\\a{${'x'.repeat(100)}}}}$`,
    `$\\def\\a{${'x'.repeat(300)}}${'\\a'.repeat(70)}$`,
  ])('stay text where they would unfold into more than any title needs: %s', (title) => {
    expect(titleMath(title)).toBeNull()
  })

  it('never let markup of the title through', () => {
    const hostile = titleMath('<img src=x onerror=alert(1)> $x$ $\\text{<script>alert(1)</script>}$ "onload=\'')
    expect(hostile?.match(/<(?!\/?(?:span|math|semantics|mrow|mi|mn|mo|mtext|annotation)\b)[^>]*>/g)).toBeNull()
    expect(hostile).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(hostile).toContain('&quot;onload=&#39;')
  })

  it('are the same whenever they are asked for, whatever the title', () => {
    const pieces = [
      '$',
      '\\(',
      '\\)',
      '\\',
      '{',
      '}',
      '<b>',
      '&',
      'x',
      '5',
      ' ',
      '^',
      '\\frac',
      '\\def\\x{\\x\\x}\\x',
      '𝒳',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const title = parts.join('')
        const first = titleMath(title)
        expect(titleMath(title)).toBe(first)
        expect(first ?? '').not.toContain('<b>')
      }),
    )
  })
})
