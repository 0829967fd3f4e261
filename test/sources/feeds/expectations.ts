/**
 * Reads what feedparser's cases expect: a small part of Python (comparisons, `and`, `or`, `not`, literals). A claim is
 * one path into the parsed feed and what stands there.
 */

export type Path = readonly (string | number)[]
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

export interface Claim {
  readonly path: Path
  /** `length`: of what stands at the path. `falsy`: nothing or nothing true stands there. */
  readonly kind: 'equal' | 'length' | 'falsy' | 'other'
  /** One of these; several where a case allows for several. */
  readonly values: readonly Value[]
}

type Node =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'length'; readonly path: Path }
  | { readonly kind: 'not'; readonly of: Node }
  | { readonly kind: 'and' | 'or'; readonly all: readonly Node[] }
  | { readonly kind: 'chain'; readonly all: readonly Node[]; readonly operators: readonly string[] }

/** Throws on what is outside that part of Python, so that no case is left out in silence. */
export function readExpectation(text: string): Claim[] {
  const tokens = tokensOf(text.replace(/\s*-->.*$/s, ''))
  const parser = parserOf(tokens)
  const node = parser.either()
  if (parser.left() > 0) throw new Error(`not understood: ${text}`)
  return claimsOf(node)
}

const token = /\s*(?:([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|(==|!=|[()[\]{},:.+-]))/y
const string = /\s*[ub]?("""|'''|"|')((?:\\.|(?!\1)[\s\S])*)\1/y

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'mark'
  readonly text: string
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; text.slice(at).trim() !== ''; ) {
    string.lastIndex = at
    token.lastIndex = at
    const quoted = string.exec(text)
    const plain = quoted ? null : token.exec(text)
    if (quoted) tokens.push({ kind: 'string', text: unescaped(quoted[2]) })
    else if (plain?.[1] !== undefined) tokens.push({ kind: 'name', text: plain[1] })
    else if (plain?.[2] !== undefined) tokens.push({ kind: 'number', text: plain[2] })
    else if (plain?.[3] !== undefined) tokens.push({ kind: 'mark', text: plain[3] })
    else throw new Error(`not understood at ${at}: ${text}`)
    at = quoted ? string.lastIndex : token.lastIndex
  }
  return tokens
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' }

const unescaped = (text: string): string =>
  text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([\s\S]))/gi, (_all, x, u, long, one) => {
    const hex: string | undefined = x ?? u ?? long
    return hex === undefined ? (escapes[one] ?? one) : String.fromCodePoint(Number.parseInt(hex, 16))
  })

/** Recursive descent, one function a level of precedence. */
function parserOf(tokens: readonly Token[]) {
  let at = 0
  const is = (text: string): boolean => tokens[at]?.text === text && tokens[at].kind !== 'string'
  const take = (text: string): boolean => {
    if (!is(text)) return false
    at += 1
    return true
  }
  const expect = (text: string): void => {
    if (!take(text)) throw new Error(`${text} expected, ${tokens[at]?.text ?? 'the end'} found`)
  }
  const several = (kind: 'and' | 'or', next: () => Node): Node => {
    const all = [next()]
    while (take(kind)) all.push(next())
    return all.length === 1 ? all[0] : { kind, all }
  }
  const either = (): Node => several('or', () => several('and', negated))
  const negated = (): Node => (take('not') ? { kind: 'not', of: negated() } : comparison())
  function comparison(): Node {
    const all = [sum()]
    const operators: string[] = []
    for (;;) {
      const operator = ['==', '!=', 'is', 'in'].find(take)
      if (operator === undefined) break
      operators.push(operator === 'is' && take('not') ? '!=' : operator)
      all.push(sum())
    }
    return operators.length === 0 ? all[0] : { kind: 'chain', all, operators }
  }
  function sum(): Node {
    let node = postfix()
    while (take('+')) {
      const next = postfix()
      if (node.kind !== 'literal' || next.kind !== 'literal') throw new Error('a sum of something other than literals')
      node = { kind: 'literal', value: `${node.value}${next.value}` }
    }
    return node
  }
  function postfix(): Node {
    let node = atom()
    while (node.kind === 'path') {
      if (take('[')) {
        const key = atom()
        expect(']')
        if (key.kind !== 'literal') throw new Error('an index that is no literal')
        node = { kind: 'path', path: [...node.path, key.value as string | number] }
      } else if (take('.')) {
        node = { kind: 'path', path: [...node.path, tokens[at++].text] }
      } else if (take('(')) {
        node = called(node.path)
      } else break
    }
    return node
  }
  function called(path: Path): Node {
    const argument = is(')') ? null : either()
    expect(')')
    if (path.at(-1) === 'len' && argument?.kind === 'path') return { kind: 'length', path: argument.path }
    if (path.at(-1) === 'has_key' && argument?.kind === 'literal') {
      return { kind: 'path', path: [...path.slice(0, -1), argument.value as string] }
    }
    return { kind: 'path', path: [...path, '()'] }
  }
  function atom(): Node {
    const one = tokens[at++]
    if (one === undefined) throw new Error('the end')
    if (one.kind === 'number') return { kind: 'literal', value: Number(one.text) }
    if (one.kind === 'string') {
      let value = one.text
      while (tokens[at]?.kind === 'string') value += tokens[at++].text
      return { kind: 'literal', value }
    }
    if (one.kind === 'name') return named(one.text)
    if (one.text === '-') return { kind: 'literal', value: -Number(tokens[at++].text) }
    if (one.text === '(') return bracketed()
    if (one.text === '{') return { kind: 'literal', value: dictionary() }
    throw new Error(`${one.text} not expected`)
  }
  function bracketed(): Node {
    const all = [either()]
    let isTuple = false
    while (take(',')) {
      isTuple = true
      if (!is(')')) all.push(either())
    }
    expect(')')
    return isTuple ? { kind: 'literal', value: all.map(literalOf) } : all[0]
  }
  function dictionary(): Value {
    const held: Record<string, Value> = {}
    while (!take('}')) {
      const key = literalOf(atom())
      expect(':')
      held[String(key)] = literalOf(either())
      take(',')
    }
    return held
  }
  return { either, left: () => tokens.length - at }
}

const constants: Readonly<Record<string, Value>> = { None: null, True: true, False: false }

const named = (name: string): Node =>
  name in constants ? { kind: 'literal', value: constants[name] } : { kind: 'path', path: [name] }

function literalOf(node: Node): Value {
  if (node.kind !== 'literal') throw new Error('a literal expected')
  return node.value
}

const other: Claim = { path: [], kind: 'other', values: [] }

function claimsOf(node: Node): Claim[] {
  switch (node.kind) {
    case 'and':
      return node.all.flatMap(claimsOf)
    case 'or':
      return alternatives(node.all.map(claimsOf))
    case 'not':
      return node.of.kind === 'path' ? [{ path: node.of.path, kind: 'falsy', values: [] }] : [other]
    case 'chain':
      return chainClaims(node.all, node.operators)
    case 'literal':
    case 'path':
    case 'length':
      return [other]
  }
}

/** Several expectations of the same path are one claim with several values. */
function alternatives(all: readonly (readonly Claim[])[]): Claim[] {
  const claims = all.flat().filter((claim) => claim.kind === 'equal')
  const [first] = claims
  const same = claims.every((claim) => claim.path.join() === first.path.join())
  return same && first ? [{ ...first, values: claims.flatMap((claim) => claim.values) }] : [other]
}

function chainClaims(all: readonly Node[], operators: readonly string[]): Claim[] {
  const literal = all.find((node) => node.kind === 'literal')
  if (operators.some((operator) => operator === '!=' || operator === 'in') || literal === undefined) return [other]
  return all.flatMap((node): Claim[] => {
    if (node.kind === 'path') return [{ path: node.path, kind: 'equal', values: [literalOf(literal)] }]
    if (node.kind === 'length') return [{ path: node.path, kind: 'length', values: [literalOf(literal)] }]
    return []
  })
}
