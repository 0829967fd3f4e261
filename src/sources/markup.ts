import { Parser } from 'htmlparser2'
import { plainText } from './record.ts'

/** What a reader does not see. */
const unseen = new Set(
  'script style template noscript noembed noframes iframe head svg select textarea xmp plaintext tex-math annotation annotation-xml'.split(
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
 * styles hold is left out. A text without markup comes out as it is, a lone `<` included; what lies deeper than any page
 * is nested ends the text.
 */
export function textOfMarkup(markup: string): string {
  if (!/[<&]/.test(markup)) return plainText(markup)
  let text = ''
  let hidden = 0
  let depth = 0
  const parser = new Parser(
    {
      onopentagname(name) {
        const local = localName(name)
        depth += 1
        if (depth > deepest) parser.pause()
        if (unseen.has(local)) hidden += 1
        if (breaks.test(local)) text += ' '
      },
      onclosetag(name) {
        const local = localName(name)
        depth -= 1
        if (unseen.has(local) && hidden > 0) hidden -= 1
        if (breaks.test(local)) text += ' '
      },
      ontext(part) {
        if (hidden === 0) text += part
      },
    },
    // `<iframe/>` and `<script/>` of XHTML end there; in HTML they would swallow all that follows.
    { recognizeSelfClosing: true },
  )
  // To an HTML parser, what a title holds is no markup; in JATS it is, and in a stranger's HTML it had better be.
  parser.end(markup.replace(/<(\/?)title\b/gi, '<$1jats:title'))
  return plainText(text)
}

/** `jats:p` is `p`, `mml:annotation` is `annotation`. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

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
