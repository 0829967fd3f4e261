import { Parser } from 'htmlparser2'
import { localName } from './elements.ts'
import { plainText } from './record.ts'

/** What a reader does not see. */
const unseen = new Set(
  'script style template noscript noembed noframes iframe head svg select textarea xmp plaintext annotation annotation-xml'.split(
    ' ',
  ),
)
/** Where words on both sides do not belong together, in HTML and in JATS. */
const breaks =
  /^(?:p|div|br|hr|li|ul|ol|dl|dt|dd|tr|td|th|table|h[1-6]|sec|title|list|list-item|blockquote|pre|section|article|abstract|label|figure|figcaption|img|header|footer|aside|caption|option)$/

/** Deeper nesting than any page has: from here on it is an attack. The parser takes time with the square of the depth. */
const deepest = 500

/**
 * The text of HTML or JATS (Crossref's abstracts), on one line: tags go, references are decoded once, what scripts and
 * styles hold is left out, and a formula is said once. A text without markup comes out as it is, a lone `<` included;
 * what lies deeper than any page is nested ends the text.
 */
export function textOfMarkup(markup: string): string {
  if (!/[<&]/.test(markup)) return plainText(markup)
  const written = emptyText()
  let hidden = 0
  let depth = 0
  const parser = new Parser(
    {
      onopentagname(name) {
        const local = localName(name)
        depth += 1
        if (depth > deepest) parser.pause()
        if (unseen.has(local)) hidden += 1
        if (breaks.test(local)) write(written, ' ')
        beginFormula(written, local)
      },
      onclosetag(name) {
        const local = localName(name)
        depth -= 1
        if (unseen.has(local) && hidden > 0) hidden -= 1
        endFormula(written, local)
        if (breaks.test(local)) write(written, ' ')
      },
      ontext(part) {
        if (hidden === 0) write(written, part)
      },
    },
    // `<iframe/>` and `<script/>` of XHTML end there; in HTML they would swallow all that follows.
    { recognizeSelfClosing: true },
  )
  // To an HTML parser, what a title holds is no markup; in JATS it is, and in a stranger's HTML it had better be.
  parser.end(markup.replace(/<(\/?)title\b/gi, '<$1jats:title'))
  return plainText(textIn(written))
}

/**
 * Text as it comes. Of a formula there are two tellings: publishers write it in TeX, in MathML or in both, and the TeX
 * counts only where there is nothing else ("Minimax estimation of the $L_{1}$ distance").
 */
interface Written {
  text: string
  /** Of the outermost formula that is open. */
  formula: { readonly element: string; open: number; withTex: string; withoutTex: string; saidInMathml: boolean } | null
  /** How many elements of each are open. */
  tex: number
  mathml: number
}

const emptyText = (): Written => ({ text: '', formula: null, tex: 0, mathml: 0 })

const formulas = new Set(['inline-formula', 'disp-formula', 'alternatives'])

function beginFormula(written: Written, element: string): void {
  if (written.formula?.element === element) written.formula.open += 1
  if (written.formula === null && formulas.has(element)) {
    written.formula = { element, open: 1, withTex: '', withoutTex: '', saidInMathml: false }
  }
  if (element === 'tex-math') written.tex += 1
  if (element === 'math') written.mathml += 1
}

function endFormula(written: Written, element: string): void {
  if (element === 'tex-math') written.tex -= 1
  if (element === 'math') written.mathml -= 1
  if (written.formula?.element !== element) return
  written.formula.open -= 1
  if (written.formula.open > 0) return
  written.text = textIn(written)
  written.formula = null
}

function write(written: Written, part: string): void {
  const { formula } = written
  if (formula === null) {
    written.text += part
    return
  }
  formula.withTex += part
  if (written.tex === 0) formula.withoutTex += part
  if (written.mathml > 0 && part.trim() !== '') formula.saidInMathml = true
}

function textIn({ text, formula }: Written): string {
  if (formula === null) return text
  return text + (formula.saidInMathml ? formula.withoutTex : formula.withTex.replace(preamble, '$1'))
}

/** Springer's formulas are whole documents of TeX. */
const preamble = /\\documentclass[\s\S]*?\\begin\{document\}([\s\S]*?)\\end\{document\}/g

/** Text without tags, its references decoded once, those of HTML too. */
export function decodedReferences(raw: string): string {
  if (!raw.includes('&')) return raw
  let text = ''
  const parser = new Parser({
    ontext(part) {
      text += part
    },
  })
  parser.end(raw)
  return text
}
