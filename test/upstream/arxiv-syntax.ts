import { parseBoolean, type Token } from './boolean-syntax.ts'
import type { Query } from './query.ts'

export interface ArxivQuery {
  readonly query: Query
  /** The query as arXiv repeats it: a bare word, and a field it does not know, come back as `all:`. */
  readonly echo: string
}

const leaf = /(?:([A-Za-z_]+):)?(?:"([^"]*)"|\[([^\]]*)\]|([^\s()"[\]]+))(?=[\s()]|$)/y
const operators: Readonly<Record<string, readonly Token[]>> = {
  '(': [{ kind: 'open' }],
  ')': [{ kind: 'close' }],
  AND: [{ kind: 'and' }],
  OR: [{ kind: 'or' }],
  ANDNOT: [{ kind: 'and' }, { kind: 'not' }],
}
const operator = /[()]|(?:ANDNOT|AND|OR)(?=[\s()]|$)/y

/** Reads a `search_query`; null where it is malformed. */
export function parseArxivQuery(text: string): ArxivQuery | null {
  const tokens: Token[] = []
  let echo = ''
  let at = 0
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at = pattern.lastIndex
    return match
  }
  for (;;) {
    echo += next(/\s*/y)?.[0] ?? ''
    if (at === text.length) break
    const sign = next(operator)?.[0]
    if (sign !== undefined) {
      tokens.push(...operators[sign])
      echo += sign
      continue
    }
    const match = next(leaf)
    if (!match) return null
    const read = readLeaf(match)
    tokens.push({ kind: 'leaf', query: read.query })
    echo += read.echo
  }
  const query = parseBoolean(tokens, 'or')
  return query && { query, echo }
}

function readLeaf([whole, prefix, quoted, range, bare]: RegExpExecArray): ArxivQuery {
  const value = quoted ?? range ?? bare
  const known = prefix !== undefined && queryOf(prefix, value, range !== undefined)
  if (known) return { query: known, echo: whole }
  // Cut off after a prefix only: `10:30` is a word with a colon.
  const rest = prefix === undefined ? whole : whole.slice(prefix.length + 1)
  return { query: { kind: 'text', field: 'all', text: wordsIn(value) }, echo: `all:${rest}` }
}

function queryOf(prefix: string, value: string, isRange: boolean): Query | null {
  switch (prefix) {
    case 'all':
      return { kind: 'text', field: 'all', text: wordsIn(value) }
    case 'ti':
      return { kind: 'text', field: 'title', text: wordsIn(value) }
    case 'abs':
      return { kind: 'text', field: 'abstract', text: wordsIn(value) }
    case 'co':
      return { kind: 'text', field: 'comment', text: wordsIn(value) }
    case 'au':
      return { kind: 'author', name: wordsIn(value) }
    case 'cat':
      return { kind: 'category', category: value }
    case 'id':
      return { kind: 'id', id: value }
    case 'submittedDate':
      return isRange ? dates('submitted', value) : null
    case 'lastUpdatedDate':
      return isRange ? dates('updated', value) : null
    default:
      return null
  }
}

const wordsIn = (value: string): string => value.replaceAll('_', ' ')

function dates(of: 'submitted' | 'updated', value: string): Query | null {
  const match = /^\s*(\d{8}(?:\d{4})?|\*)\s+TO\s+(\d{8}(?:\d{4})?|\*)\s*$/.exec(value)
  if (!match) return null
  const from = match[1] === '*' ? -Infinity : minuteOf(match[1].padEnd(12, '0'))
  // To the minute, and both ends belong to the range.
  const to = match[2] === '*' ? Infinity : minuteOf(match[2].length === 8 ? `${match[2]}2359` : match[2]) + 59_999
  return { kind: 'dates', of, from, to }
}

const minuteOf = (digits: string): number =>
  Date.parse(digits.replace(/^(....)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:00Z'))
