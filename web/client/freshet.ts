import { createFreshet } from '../../src/client/client.js'
import type { watched } from '../search/wish.ts'
import { apiKey } from './key.ts'

export type SavedSearch = Awaited<ReturnType<ReturnType<typeof freshet>['savedSearches']>>[number]
export type SimilarPapers = Awaited<ReturnType<ReturnType<typeof freshet>['similar']>>
export type News = Awaited<ReturnType<ReturnType<typeof freshet>['news']>>

/** The server that sent the page, asked with the key of this tab. */
export function freshet() {
  const key = apiKey()
  const client = createFreshet(key === null ? {} : { key })
  const { http } = client
  return {
    ...client,
    async similar(id: string, asOf: string, signal: AbortSignal) {
      const query = asOf === '' ? {} : { as_of: asOf }
      return given(await http.GET('/v1/documents/{id}/similar', { params: { path: { id }, query }, signal }))
    },
    async citation(id: string, type: string, signal: AbortSignal): Promise<string> {
      const answer = await http.GET('/v1/documents/{id}', {
        params: { path: { id } },
        headers: { Accept: type },
        parseAs: 'text',
        signal,
      })
      return String(given(answer))
    },
    save: async (search: ReturnType<typeof watched>) => given(await http.POST('/v1/searches', { body: search })),
    savedSearches: async () => given(await http.GET('/v1/searches')).searches,
    news: async (id: string) => given(await http.GET('/v1/searches/{id}/new', { params: { path: { id } } })),
    async seen(id: string, mark: number): Promise<void> {
      await http.POST('/v1/searches/{id}/seen', { params: { path: { id } }, body: { mark } })
    },
    async removeSaved(id: string): Promise<void> {
      await http.DELETE('/v1/searches/{id}', { params: { path: { id } } })
    },
  }
}

/** What is no answer was thrown. */
function given<T>({ data }: { data?: T }): T {
  if (data === undefined) throw new TypeError('the answer was empty')
  return data
}
