import { withoutTexAccents } from '../files/accents.ts'
import { plainText } from '../record.ts'

/**
 * arXiv keeps titles, abstracts and names as they were submitted, with TeX accents (`Bal\'azs`, `Fr\'echet`). Its OAI
 * formats pass all of them on, its Atom feed some, and a reader types none of them.
 */

const accented = String.raw`\\(?:['"\`^~=.]\s*(?:\{[^{}\s]{1,5}\}|\\[ij](?![A-Za-z])|[A-Za-z])|[uvHckrdb]\{[^{}\s]{1,5}\})`
const proseAccent = new RegExp(String.raw`\{${accented}\}|${accented}|\{\\[A-Za-z]{1,2}\}`, 'g')
const formula = /((?<!\\)\$[^$]*(?<!\\)\$)/

/** Unicode text on one line with single spaces; formulas (`$...$`) keep their TeX, where `\'` and `\c` mean other things. */
export const proseOf = (text: string): string =>
  plainText(
    text
      .split(formula)
      .map((part, at) => (at % 2 === 0 ? part.replace(proseAccent, (command) => withoutTexAccents(command)) : part))
      .join(''),
  )

const suffix = /^(?:Jr|Sr)\.?$|^(?:II|III|IV)$/
const collaboration = /^[^,;]*\b(?:collaboration|consortium)s?$/i
const onBehalf = /^(?:(?:and|for|on behalf of)\s+)*(?:the\s+(?=.*\b(?:collaboration|consortium)))?/i

/**
 * The names in arXiv's one-line author field: `Jane Doe (MIT), John Roe and Ann Lee (1 and 2) ((1) A, (2) B)`.
 * Affiliations go, collaborations stay, also from parentheses: `A. Smith (for the CMS Collaboration)`.
 */
export function splitAuthors(field: string): string[] {
  const listed = withoutAffiliations(plainText(withoutTexAccents(field)))
    .replace(/\s+(?:for|on behalf of) the (?=[^,;]*\b(?:collaboration|consortium))/gi, ', ')
    .replace(/,?\s+(?:and|&)\s+/g, ', ')
  const authors: string[] = []
  for (const part of listed.split(/[,;]|:(?:\s|$)/)) {
    const name = authorName(part)
    if (name === '') continue
    if (suffix.test(name) && authors.length > 0) authors.push(`${authors.pop()} ${name}`)
    else authors.push(name)
  }
  return authors
}

/** From the innermost parentheses outwards, so that `((1) A, (2) B)` leaves nothing behind. */
function withoutAffiliations(text: string): string {
  const next = text.replace(/\(([^()]*)\)/g, (_all, inside: string) =>
    collaboration.test(inside.trim()) ? `, ${inside}, ` : ' ',
  )
  return next === text ? next : withoutAffiliations(next)
}

/** One name, or nothing where the part holds none (`et al.`, a lone colon). */
export function authorName(part: string): string {
  const name = plainText(withoutTexAccents(part))
    // An affiliation that was opened and never closed, or closed and never opened.
    .replace(/\(.*$/, '')
    .replace(/^.*\)/, '')
    .replace(/\bet\.?\s+al\b\.?/gi, '')
    .trim()
    .replace(onBehalf, '')
  return /\p{L}/u.test(name) ? name : ''
}
