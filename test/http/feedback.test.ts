import { describe, expect, it, onTestFinished } from 'vitest'
import type { AnswerId, Judgement, ShownAnswer } from '../../src/domain/feedback.ts'
import { answerMemory } from '../../src/http/answer-memory.ts'
import type { WireAnswer } from '../../src/http/answers.ts'
import type { AppParts } from '../../src/http/app.ts'
import type { FeedbackBook } from '../../src/ports.ts'
import { inRuntime } from '../engines/in-runtime.ts'
import { clockNow, hitAt, problemOf, rankedAnswer, serve } from './fakes.ts'

/** The app with a real memory of answers, over a real runtime.db unless it is said. */
async function started(overrides: Partial<AppParts> = {}, book: FeedbackBook = inRuntime().open().feedback) {
  let ids = 0
  const troubles: unknown[] = []
  const memory = answerMemory(
    book,
    () => `answer-${++ids}` as AnswerId,
    (trouble) => troubles.push(trouble),
  )
  const server = await serve({ feedback: memory, ...overrides })
  onTestFinished(() => server.close())
  const search = async (path = '/v1/search?q=agents&limit=3'): Promise<WireAnswer> =>
    (await (await server.get(path)).json()) as WireAnswer
  const judge = (body: unknown) =>
    fetch(`${server.url}/v1/feedback`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { server, memory, book, troubles, search, judge }
}

const aboutFirst = ({ answerId, hits }: WireAnswer, useful = true) => ({
  answer_id: answerId,
  document_id: hits[0].id,
  useful,
})

describe('feedback', () => {
  it('is taken of a hit that an answer showed, at once', async () => {
    const { search, judge, book } = await started()
    const answer = await search()
    const response = await judge(aboutFirst(answer))
    expect([response.status, await response.json()]).toEqual([200, { status: 'kept' }])
    expect(response.headers.get('cache-control')).toBe('no-store')
    const [judged] = book.judged()
    expect(judged).toMatchObject({ id: answer.answerId, at: clockNow, arms: null })
    expect(judged.hits[1]).toEqual({
      id: answer.hits[1].id,
      rank: 2,
      source: 'arxiv',
      tier: 'static',
      announced: Date.parse(answer.hits[1].announcedAt!),
      team: null,
    })
    expect(judged.judgements).toEqual([
      { answer: answer.answerId, document: answer.hits[0].id, useful: true, at: clockNow },
    ])
  })

  it('counts once, and is replaced by another', async () => {
    const { search, judge, book } = await started()
    const answer = await search()
    for (const useful of [true, true, false]) expect((await judge(aboutFirst(answer, useful))).status).toBe(200)
    expect(book.judged()[0].judgements.map((one) => one.useful)).toEqual([false])
  })

  it('of an unknown answer is refused by name', async () => {
    const { judge } = await started()
    const problem = await problemOf(await judge({ answer_id: 'answer-9', document_id: 'x', useful: true }))
    expect(problem).toMatchObject({ status: 404, type: 'urn:freshet:problem:unknown-answer', field: 'answer_id' })
  })

  it('of a document that the answer did not show is refused', async () => {
    const { search, judge } = await started()
    const problem = await problemOf(await judge({ ...aboutFirst(await search()), document_id: hitAt(4).id }))
    expect(problem).toMatchObject({ status: 400, type: 'urn:freshet:problem:invalid-parameter', field: 'document_id' })
  })

  it.each([
    ['no answer', { document_id: 'x', useful: true }, 'answer_id'],
    ['an empty answer', { answer_id: '', document_id: 'x', useful: true }, 'answer_id'],
    ['a document that is no text', { answer_id: 'x', document_id: 7, useful: true }, 'document_id'],
    ['a grade', { answer_id: 'x', document_id: 'x', useful: 3 }, 'useful'],
    ['no judgement', { answer_id: 'x', document_id: 'x' }, 'useful'],
    ['something else', { answer_id: 'x', document_id: 'x', useful: true, why: 'y' }, 'why'],
    ['a list', [], 'body'],
    ['no JSON', '{', 'body'],
  ])('with %s is refused with the field to change', async (_what, body, field) => {
    const { judge } = await started()
    expect(await problemOf(await judge(body))).toMatchObject({ status: 400, field })
  })

  it('is only sent, and only as a body of JSON', async () => {
    const { server } = await started()
    expect(await problemOf(await server.get('/v1/feedback'))).toMatchObject({ status: 405 })
    const form = { method: 'POST', body: new URLSearchParams({ useful: 'true' }) }
    expect(await problemOf(await fetch(`${server.url}/v1/feedback`, form))).toMatchObject({ status: 415 })
  })

  it('is taken by nobody where answers are not remembered, and they say so', async () => {
    const { search, judge } = await started({ feedback: null })
    expect((await search()).answerId).toBeNull()
    const problem = await problemOf(await judge({ answer_id: 'x', document_id: 'x', useful: true }))
    expect(problem).toMatchObject({ status: 404, detail: expect.stringContaining('FRESHET_FEEDBACK') })
  })
})

describe('the id of an answer', () => {
  it('is another at every asking, and no part of the ETag', async () => {
    const { server } = await started()
    const [one, other] = [await server.get('/v1/search?q=agents'), await server.get('/v1/search?q=agents')]
    expect(one.headers.get('etag')).toBe(other.headers.get('etag'))
    expect(((await one.json()) as WireAnswer).answerId).not.toBe(((await other.json()) as WireAnswer).answerId)
  })

  it('that came with the kept copy is the one to judge after a 304', async () => {
    const { server, judge } = await started()
    const first = await server.get('/v1/search?q=agents')
    const kept = (await first.json()) as WireAnswer
    const again = await server.get('/v1/search?q=agents', { 'If-None-Match': first.headers.get('etag')! })
    expect(again.status).toBe(304)
    expect((await judge(aboutFirst(kept))).status).toBe(200)
    // Nobody was shown the second answer, so nobody can have an opinion of it.
    expect((await judge({ ...aboutFirst(kept), answer_id: 'answer-2' })).status).toBe(404)
  })

  it('is none for an answer as of the past', async () => {
    const { search } = await started()
    expect((await search('/v1/search?q=agents&as_of=2025-11-03')).answerId).toBeNull()
  })

  it('names a streamed answer too: what came first, and what live sources made of it', async () => {
    const { server, judge } = await started({
      async search(query, snapshot, { onFirst }) {
        const first = rankedAnswer(query, snapshot)
        onFirst?.(first)
        return { ...first, hits: [{ ...hitAt(900), rank: 1, tier: 'live' }, ...first.hits.slice(0, 2)] }
      },
    })
    const response = await server.get('/v1/search?q=agents&limit=3', { Accept: 'text/event-stream' })
    const [, first] = /^event: answer\ndata: (.*)$/m.exec(await response.text())!
    const { answerId, hits } = JSON.parse(first) as WireAnswer
    for (const id of [hits[2].id, hitAt(900).id]) {
      expect((await judge({ answer_id: answerId, document_id: id, useful: true })).status).toBe(200)
    }
  })
})

describe('an interleaved answer', () => {
  it('says so, and keeps to itself who placed what', async () => {
    const { search, judge, book } = await started({
      search: async (query, snapshot) => ({
        ...rankedAnswer(query, snapshot),
        draft: { arms: ['auto', 'gate-off'], teams: new Map([[hitAt(1).id, 'second']]) },
      }),
    })
    const answer = await search()
    expect(answer.interleaved).toBe(true)
    expect(JSON.stringify(answer)).not.toMatch(/gate-off|"second"|team/)
    await judge(aboutFirst(answer))
    expect(book.judged()[0]).toMatchObject({
      arms: ['auto', 'gate-off'],
      hits: [{ team: 'second' }, { team: null }, {}],
    })
  })
})

describe('the memory of answers', () => {
  const shown = (id: number): ShownAnswer => ({ id: `a${id}` as AnswerId, at: clockNow, arms: null, hits: [] })
  const judgement = { answer: 'a1', document: 'd', useful: true, at: clockNow } as Judgement

  function bookThat(works: () => boolean) {
    const written: AnswerId[] = []
    const remember: FeedbackBook['remember'] = (answers) => {
      if (!works()) throw new Error('the disk is full')
      written.push(...answers.map((one) => one.id))
    }
    return { written, book: { remember, judge: () => 'kept', judged: () => [] } satisfies FeedbackBook }
  }

  it('that cannot be written down fails no search, and waits until it can', async () => {
    let works = false
    const { book, written } = bookThat(() => works)
    const { search, memory, troubles } = await started({}, book)
    await search()
    await search()
    memory.close()
    expect(troubles).toHaveLength(1)
    expect(await search()).toMatchObject({ answerId: 'answer-3' })
    works = true
    memory.close()
    expect(written).toEqual(['answer-1', 'answer-2', 'answer-3'])
  })

  it('holds no more than the newest thousand that are not written down', () => {
    const { book, written } = bookThat(() => true)
    const memory = answerMemory(
      book,
      () => 'x' as AnswerId,
      () => {},
    )
    for (let n = 1; n <= 1_005; n++) memory.note(shown(n))
    memory.judge(judgement)
    expect([written.length, written[0], written.at(-1)]).toEqual([1_000, 'a6', 'a1005'])
  })
})
