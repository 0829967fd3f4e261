import type { SearchRequest } from '../../src/client/client.d.ts'

/** Parameters that may hold several values, by their names on the wire. */
export const lists = ['category', 'source', 'country', 'kind', 'author', 'field'] as const
export type ListName = (typeof lists)[number]
export const days = ['since', 'until', 'as_of'] as const
export type DayName = (typeof days)[number]

/** What a reader wants to find: all that the address of the page says, in the names of the API. */
export interface Wish extends Readonly<Record<ListName, readonly string[]>>, Readonly<Record<DayName, string>> {
  readonly q: string
  readonly sort: string
}

const plainSort = 'relevance'

/** Parameters that are no part of a search are left alone: links gather such things on their way. */
export function wishOf(url: URLSearchParams): Wish {
  const one = (name: string) => url.get(name)?.trim() ?? ''
  const many = (name: string) => url.getAll(name).filter((value) => value.trim() !== '')
  return {
    q: one('q'),
    category: many('category'),
    source: many('source'),
    country: many('country'),
    kind: many('kind'),
    author: many('author'),
    field: many('field'),
    since: one('since'),
    until: one('until'),
    as_of: one('as_of'),
    sort: one('sort') || plainSort,
  }
}

export const noWish = wishOf(new URLSearchParams())

export function parametersOf(wish: Wish): URLSearchParams {
  const url = new URLSearchParams()
  if (wish.q !== '') url.set('q', wish.q)
  for (const name of lists) for (const value of wish[name]) url.append(name, value)
  for (const name of days) if (wish[name] !== '') url.set(name, wish[name])
  if (wish.sort !== plainSort) url.set('sort', wish.sort)
  return url
}

/** The same wish always has the same address. */
export function addressOf(wish: Wish): string {
  const text = parametersOf(wish).toString()
  return text === '' ? '/' : `/?${text}`
}

/** `both` leaves live sources out; `auto` lets the router decide. What the server makes of bad values is its to say. */
export function requestOf(wish: Wish, mode: 'both' | 'auto'): SearchRequest {
  const { q, sort } = wish
  const given = [...lists, ...days].filter((name) => wish[name].length > 0).map((name) => [name, wish[name]])
  return { q, mode, sort, explain: true, facets: true, ...Object.fromEntries(given) } as SearchRequest
}

export const withToggled = (wish: Wish, name: ListName, value: string): Wish => ({
  ...wish,
  [name]: wish[name].includes(value) ? wish[name].filter((one) => one !== value) : [...wish[name], value],
})

/** Only the words, with no condition. */
export const withoutConditions = ({ q }: Wish): Wish => ({ ...noWish, q })

/** What can be kept an eye on: the question, and nothing of how its answer is laid out. */
export function watched(wish: Wish): Omit<SearchRequest, 'mode' | 'sort' | 'explain' | 'facets' | 'as_of'> {
  const {
    mode: _mode,
    sort: _sort,
    explain: _explain,
    facets: _facets,
    as_of: _asOf,
    ...rest
  } = requestOf(wish, 'both')
  return rest
}
