/**
 * The query language of arXiv's API as a tree: written, read back, and compared. Only what we send and what arXiv
 * echoes: fielded terms, phrases and ranges, AND, OR, ANDNOT, parentheses. Source: info.arxiv.org/help/api/user-manual.
 */
export type ArxivQuery =
  | { readonly op: 'term'; readonly field: string; readonly value: string }
  | { readonly op: 'range'; readonly field: string; readonly from: string; readonly to: string }
  | { readonly op: 'and' | 'or'; readonly of: readonly ArxivQuery[] }
  | { readonly op: 'andnot'; readonly wanted: ArxivQuery; readonly unwanted: ArxivQuery }

/**
 * The query as it is sent. Every group stands in parentheses and ANDNOT comes last, since arXiv nests to the right:
 * `a ANDNOT b ANDNOT c` would be `a ANDNOT (b ANDNOT c)`, which lets papers with c through.
 */
export function written(query: ArxivQuery): string {
  switch (query.op) {
    case 'term':
      return `${query.field}:${query.value.includes(' ') || reserved.test(query.value) ? `"${query.value}"` : query.value}`
    case 'range':
      return `${query.field}:[${query.from} TO ${query.to}]`
    case 'and':
      return query.of.map(grouped).join(' AND ')
    case 'or':
      return query.of.map(grouped).join(' OR ')
    case 'andnot':
      return `${query.wanted.op === 'and' ? written(query.wanted) : grouped(query.wanted)} ANDNOT ${grouped(query.unwanted)}`
  }
}

/** Operators are upper-case and our words lower-case; quotes make sure. */
const reserved = /^(?:and|or|not|andnot|to)$/i

const grouped = (query: ArxivQuery): string =>
  query.op === 'term' || query.op === 'range' ? written(query) : `(${written(query)})`

/** Reads a query back; null for what is not in the language. A term without a field has the field ''. */
export function readQuery(text: string): ArxivQuery | null {
  const tokens = tokensIn(text)
  if (!tokens) return null
  const reader: Reader = { tokens, at: 0 }
  const query = readGroup(reader)
  return reader.at === tokens.length ? query : null
}

/**
 * Whether two queries say the same, whatever arXiv made of their form: it nests what was flat (`a OR (b OR c)`) and
 * writes ranges in quotes. Anything else is another query, an unknown field that has become `all` first of all.
 */
export function sameQuery(sent: string, echoed: string): boolean {
  const [one, other] = [readQuery(sent), readQuery(echoed)]
  return one !== null && other !== null && meaning(one) === meaning(other)
}

/** The same text for queries that differ only in nesting, order, repetition or case. */
function meaning(query: ArxivQuery): string {
  switch (query.op) {
    case 'term':
      return `${query.field}:${query.value}`.toLowerCase()
    case 'range':
      return `${query.field}:${query.from} to ${query.to}`.toLowerCase()
    case 'or':
      return joined('or', alternatives(query))
    case 'and':
    case 'andnot': {
      const { wanted, unwanted } = conditions(query)
      return joined('and', [...wanted, ...unwanted.map((one) => `not ${one}`)])
    }
  }
}

function joined(op: string, parts: readonly string[]): string {
  const distinct = [...new Set(parts)].sort()
  return distinct.length === 1 ? distinct[0] : `(${distinct.join(` ${op} `)})`
}

const alternatives = (query: ArxivQuery): string[] =>
  query.op === 'or' ? query.of.flatMap(alternatives) : [meaning(query)]

function conditions(query: ArxivQuery): { wanted: string[]; unwanted: string[] } {
  if (query.op === 'and') {
    const parts = query.of.map(conditions)
    return { wanted: parts.flatMap((one) => one.wanted), unwanted: parts.flatMap((one) => one.unwanted) }
  }
  if (query.op === 'andnot') {
    const { wanted, unwanted } = conditions(query.wanted)
    return { wanted, unwanted: [...unwanted, ...alternatives(query.unwanted)] }
  }
  return { wanted: [meaning(query)], unwanted: [] }
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

const token = /\s*(\(|\)|(?:[A-Za-z_]+:)?(?:"[^"]*"|\[[^\]]*\])|[^\s()"[\]]+)/y

function tokensIn(text: string): string[] | null {
  const tokens: string[] = []
  const body = text.trim()
  token.lastIndex = 0
  while (token.lastIndex < body.length) {
    const match = token.exec(body)
    if (!match) return null
    tokens.push(match[1])
  }
  return tokens
}

type Operator = 'AND' | 'OR' | 'ANDNOT'
const isOperator = (text: string | undefined): text is Operator => text === 'AND' || text === 'OR' || text === 'ANDNOT'

/** Operators of one level, from left to right; a chain of the same one is one node. */
function readGroup(reader: Reader): ArxivQuery | null {
  let query = readOperand(reader)
  for (let operator = reader.tokens[reader.at]; query && isOperator(operator); operator = reader.tokens[reader.at]) {
    reader.at += 1
    const operand = readOperand(reader)
    query = operand && combined(operator, query, operand)
  }
  return query
}

function combined(operator: Operator, left: ArxivQuery, right: ArxivQuery): ArxivQuery {
  if (operator === 'ANDNOT') return { op: 'andnot', wanted: left, unwanted: right }
  const op = operator === 'AND' ? 'and' : 'or'
  return { op, of: [...(left.op === op ? left.of : [left]), right] }
}

function readOperand(reader: Reader): ArxivQuery | null {
  const text = reader.tokens[reader.at]
  if (text === undefined || text === ')' || isOperator(text)) return null
  reader.at += 1
  if (text !== '(') return readTerm(text)
  const query = readGroup(reader)
  if (reader.tokens[reader.at] !== ')') return null
  reader.at += 1
  return query
}

function readTerm(text: string): ArxivQuery {
  const colon = /^[A-Za-z_]+:/.exec(text)?.[0] ?? ''
  const field = colon.slice(0, -1)
  const value = text
    .slice(colon.length)
    .replace(/^["[]|["\]]$/g, '')
    .trim()
    .replace(/\s+/g, ' ')
  const range = /^(\d+) TO (\d+)$/.exec(value)
  return range ? { op: 'range', field, from: range[1], to: range[2] } : { op: 'term', field, value }
}
