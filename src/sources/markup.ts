import { Parser } from 'htmlparser2'
import { plainText } from './record.ts'

/** What a reader does not see. */
const unseen = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'head', 'svg', 'tex-math'])
/** Where words on both sides do not belong together, in HTML and in JATS. */
const breaks =
  /^(?:jats:)?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|tr|td|th|table|h[1-6]|sec|title|list|list-item|blockquote|pre|section|article|abstract|label)$/

/** Deeper nesting than any page has: what lies below is an attack, and is left out. */
const deepest = 500

/**
 * The text of HTML or JATS (Crossref's abstracts), on one line: tags go, references are decoded once, what scripts and
 * styles hold is left out. A text without markup comes out as it is, a lone `<` included.
 */
export function textOfMarkup(markup: string): string {
  let text = ''
  let hidden = 0
  let depth = 0
  const parser = new Parser(
    {
      onopentagname(name) {
        depth += 1
        if (unseen.has(name)) hidden += 1
        if (breaks.test(name)) text += ' '
      },
      onclosetag(name) {
        depth -= 1
        if (unseen.has(name) && hidden > 0) hidden -= 1
        if (breaks.test(name)) text += ' '
      },
      ontext(part) {
        if (hidden === 0 && depth <= deepest) text += part
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  )
  parser.end(markup)
  return plainText(text)
}
