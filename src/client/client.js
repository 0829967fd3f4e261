import createClient from 'openapi-fetch'
import { applyPatch } from './patch.js'
import { FreshetProblem, problemOf } from './problem.js'
import { readEvents } from './server-sent-events.js'

export { FreshetProblem }

/** @type {import('./client.d.ts').createFreshet} */
export function createFreshet({ url = '', key, fetch } = {}) {
  const http = createClient({
    baseUrl: url,
    ...(key !== undefined && { headers: { Authorization: `Bearer ${key}` } }),
    ...(fetch !== undefined && { fetch }),
  })
  http.use({
    async onResponse({ response }) {
      if (!response.ok) throw await problemOf(response)
    },
  })
  // Searches are posted: they have no longest length, and what is looked for stays out of the logs of proxies.
  const search = (request, { signal } = {}) => given(http.POST('/v1/search', { body: request, signal }))

  async function* stream(request, { signal } = {}) {
    const headers = { Accept: 'text/event-stream' }
    const { data, response } = await http.POST('/v1/search', { body: request, signal, headers, parseAs: 'stream' })
    let answer = null
    for await (const { event, data: said } of readEvents(data)) {
      if (event === 'answer') {
        answer = said
        yield { answer, whole: false }
      }
      if (event === 'patch') answer = applyPatch(answer, said)
      if (event === 'done') return yield { answer: { ...answer, ...said }, whole: true }
    }
    throw new FreshetProblem({
      type: 'urn:freshet:problem:cut-off',
      title: 'The answer ended early',
      status: response.status,
      detail: 'The connection ended before the live sources were heard.',
    })
  }

  async function* pages(request, options) {
    let cursor = request.cursor
    do {
      const page = await search({ ...request, ...(cursor !== undefined && { cursor }) }, options)
      yield page
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
  }

  return {
    search,
    stream,
    pages,
    document: (id, { signal } = {}) => given(http.GET('/v1/documents/{id}', { params: { path: { id } }, signal })),
    similar: (id, { signal, ...query } = {}) =>
      given(http.GET('/v1/documents/{id}/similar', { params: { path: { id }, query }, signal })),
    feedback: (judgement, { signal } = {}) => given(http.POST('/v1/feedback', { body: judgement, signal })),
    status: ({ signal } = {}) => given(http.GET('/v1/status', { signal })),
    http,
  }
}

const given = async (call) => (await call).data
