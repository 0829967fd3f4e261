import type { Query } from './query.ts'

/** What the providers' query languages share: operators between leaves, and parentheses. */
export type Token =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' }
  | { readonly kind: 'leaf'; readonly query: Query }

/** `and` binds more closely than `or`; `implicit` joins what stands side by side. Null where the tokens make no sentence. */
export function parseBoolean(tokens: readonly Token[], implicit: 'and' | 'or'): Query | null {
  let at = 0
  const peek = () => tokens[at]?.kind
  const startsOperand = () => peek() === 'leaf' || peek() === 'open' || peek() === 'not'

  const disjunction = (): Query | null => {
    const parts = [conjunction()]
    while (peek() === 'or' || (implicit === 'or' && startsOperand())) {
      if (peek() === 'or') at++
      parts.push(conjunction())
    }
    return joined('or', parts)
  }
  const conjunction = (): Query | null => {
    const parts = [operand()]
    while (peek() === 'and' || peek() === 'not' || (implicit === 'and' && startsOperand())) {
      if (peek() === 'and') at++
      parts.push(operand())
    }
    return joined('and', parts)
  }
  const operand = (): Query | null => {
    const token = tokens[at++]
    if (token?.kind === 'leaf') return token.query
    if (token?.kind === 'not') {
      const part = operand()
      return part && { kind: 'not', part }
    }
    if (token?.kind !== 'open') return null
    const inside = disjunction()
    return tokens[at++]?.kind === 'close' ? inside : null
  }

  const query = disjunction()
  return at === tokens.length ? query : null
}

function joined(kind: 'and' | 'or', parts: readonly (Query | null)[]): Query | null {
  const whole = parts.filter((part) => part !== null)
  if (whole.length === 0 || whole.length < parts.length) return null
  return whole.length === 1 ? whole[0] : { kind, parts: whole }
}

/** Spaced-out operators of OpenAlex (`AND`, `OR`, `NOT`) or the signs of Semantic Scholar's bulk search (`+`, `|`, `-`). */
export function parseWithOperators(text: string, style: 'words' | 'signs'): Query | null {
  const pattern = style === 'words' ? /"[^"]*"|[()]|[^\s()"]+/g : /"[^"]*"|[()|+]|(?<=^|[\s(|+])-|[^\s()|+"]+/g
  const tokens = (text.match(pattern) ?? []).map((word): Token => {
    const kind = operators[style][word]
    if (kind) return { kind }
    return { kind: 'leaf', query: { kind: 'text', field: 'all', text: word.replaceAll('"', '') } }
  })
  return tokens.length === 0 ? null : parseBoolean(tokens, 'and')
}

const operators: Readonly<
  Record<'words' | 'signs', Readonly<Record<string, 'open' | 'close' | 'and' | 'or' | 'not'>>>
> = {
  words: { '(': 'open', ')': 'close', AND: 'and', OR: 'or', NOT: 'not' },
  signs: { '(': 'open', ')': 'close', '+': 'and', '|': 'or', '-': 'not' },
}

/** Words and quoted phrases without operators; `how` says whether all of them must occur. Null where there is no word. */
export function parseWords(text: string, how: 'and' | 'or', field: 'all' | 'title' = 'all'): Query | null {
  const parts = (text.match(/"[^"]*"|[^\s"]+/g) ?? []).map(
    (word): Query => ({
      kind: 'text',
      field,
      text: word.replaceAll('"', ''),
    }),
  )
  return joined(how, parts.filter(saysSomething))
}

const saysSomething = (query: Query): boolean => query.kind === 'text' && /[\p{L}\p{N}]/u.test(query.text)
