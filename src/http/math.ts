import katex from 'katex'
import { LRUCache } from 'lru-cache'
import { escaped } from '../domain/escape.ts'

const remembered = 1_000
const rendered = new LRUCache<string, { readonly markup: string | null }>({ max: remembered })

/**
 * A title as markup that is safe to put into a page: its text escaped, its formulas (`$…$` and `\(…\)`) as MathML. Null
 * where it holds no formula that can be read; a formula that cannot stays text.
 */
export function titleMath(title: string): string | null {
  if (!title.includes('$') && !title.includes('\\(')) return null
  const known = rendered.get(title) ?? { markup: markupOf(title) }
  rendered.set(title, known)
  return known.markup
}

interface Formula {
  readonly start: number
  readonly end: number
  readonly tex: string
}

/** As in Pandoc, a dollar opens before what is no space and closes after what is none, so that prices stay prices. */
const delimited = /\\\((?<bracketed>.+?)\\\)|(?<!\\)\$(?<dollared>(?![\s$])[^$]*?[^$\s\\])\$/gsu

export function* formulasIn(title: string): Iterable<Formula> {
  for (const found of title.matchAll(delimited)) {
    const end = found.index + found[0].length
    const { bracketed, dollared = '' } = found.groups ?? {}
    const amounts = /^\d/.test(dollared) && /^\d/.test(title.slice(end))
    if (!amounts) yield { start: found.index, end, tex: bracketed ?? dollared }
  }
}

function markupOf(title: string): string | null {
  let markup = ''
  let at = 0
  for (const { start, end, tex } of formulasIn(title)) {
    const math = mathOf(tex)
    if (math === null) continue
    markup += escaped(title.slice(at, start)) + math
    at = end
  }
  return at === 0 ? null : markup + escaped(title.slice(at))
}

/** More than any title needs; what KaTeX does with a formula grows faster than its length. */
const longestFormula = 500
/** A formula may define macros, and a hundred characters of those unfold into megabytes. */
const mostExpansions = 100
const longestMarkup = 20_000

function mathOf(tex: string): string | null {
  if (tex.length > longestFormula) return null
  try {
    const markup = katex.renderToString(tex, {
      output: 'mathml',
      throwOnError: true,
      strict: 'ignore',
      maxSize: 10,
      maxExpand: mostExpansions,
      trust: refuse,
    })
    return markup.length > longestMarkup ? null : markup
  } catch {
    // Not only ParseError: a thousand open braces exhaust the stack.
    return null
  }
}

/** Links, images and attributes: with `false` KaTeX would print the command in red. */
function refuse(): never {
  throw new Error('a title needs no commands that must be trusted')
}
