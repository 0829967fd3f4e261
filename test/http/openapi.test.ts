import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerSchema, documentSchema } from '../../src/http/answers.ts'
import { answerExample, documentExample, problemExample, statusExample } from '../../src/http/examples.ts'
import { feedbackExample, feedbackRequest } from '../../src/http/feedback.ts'
import { openApi } from '../../src/http/openapi/document.ts'
import { problemSchema, rules, searchRequest } from '../../src/http/schemas.ts'
import { similarExample, similarSchema } from '../../src/http/similar.ts'
import { statusSchema } from '../../src/http/status.ts'
import { serve, type TestServer } from './fakes.ts'

interface Operation {
  operationId: string
  summary: string
  parameters?: { name: string; in: string; required: boolean; schema: object; description?: string }[]
  responses: Record<string, { $ref?: string; description?: string }>
  requestBody?: { content: Record<string, { schema: object; example: object }> }
}
interface Description {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { properties: object; required: string[] }>; responses: object }
  security: object[]
}

let server: TestServer
let description: Description
beforeAll(async () => {
  server = await serve()
  description = (await (await server.get('/openapi.json')).json()) as Description
})
afterAll(() => server.close())

const operations = () =>
  Object.entries(description.paths).flatMap(([path, one]) =>
    Object.entries(one).map(([method, operation]) => ({ path, method, operation })),
  )

describe('the OpenAPI document', () => {
  it('is of version 3.1 and describes every route', () => {
    expect(description.openapi).toMatch(/^3\.1\./)
    expect(Object.keys(description.paths)).toEqual([
      '/v1/search',
      '/v1/feedback',
      '/v1/documents/{id}',
      '/v1/documents/{id}/similar',
      '/v1/status',
      '/healthz',
      '/readyz',
      '/openapi.json',
      '/v1/coverage',
      '/v1/experiments',
      '/v1/experiments/{run}',
      '/v1/feed.atom',
      '/v1/searches',
      '/v1/searches/{id}',
      '/v1/searches/{id}/new',
      '/v1/searches/{id}/seen',
      '/mcp',
      '/metrics',
    ])
  })

  it('refers only to what it holds, and to its own places', () => {
    const references: string[] = []
    JSON.stringify(description, (key, value) => {
      if (key === '$ref') references.push(value)
      return value
    })
    expect(references.length).toBeGreaterThan(20)
    for (const reference of references) {
      const steps = reference.split('/')
      expect(steps.shift()).toBe('#')
      const target = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], description)
      expect(target, reference).toBeDefined()
    }
    expect(JSON.stringify(description)).not.toMatch(/"\$(?:schema|id|defs)"/)
  })

  it('gives each operation a name of its own, a summary and described responses', () => {
    const names = operations().map(({ operation }) => operation.operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const { operation } of operations()) {
      expect(operation.summary).not.toBe('')
      expect(Object.keys(operation.responses)).toContainEqual(expect.stringMatching(/^20[014]$/))
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[1-5]\d\d$/)
        expect(response.$ref ?? response.description).toBeTruthy()
      }
    }
  })

  it('declares each variable of a path as a required parameter', () => {
    for (const { path, operation } of operations()) {
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
        expect(operation.parameters).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }))
      }
    }
  })

  it('describes every parameter of a search, in the address and in the body, and requires q alone', () => {
    const inQuery = description.paths['/v1/search'].get.parameters!.filter((one) => one.in === 'query')
    expect(inQuery.map((one) => one.name).sort()).toEqual(Object.keys(rules).sort())
    expect(inQuery.filter((one) => one.required).map((one) => one.name)).toEqual(['q'])
    for (const one of inQuery) expect(one.description, one.name).toMatch(/.{20,}\.$/)
    const body = description.components.schemas.SearchRequest
    expect(Object.keys(body.properties).sort()).toEqual(Object.keys(rules).sort())
    expect(body.required).toEqual(['q'])
    expect(inQuery.find((one) => one.name === 'limit')?.schema).toMatchObject({ minimum: 1, maximum: 100, default: 10 })
  })

  it('asks for keys only where the server does', () => {
    expect(description.security).toEqual([])
    expect(openApi({ keysNeeded: true })).toMatchObject({ security: [{ bearer: [] }, { header: [] }] })
  })

  it('shows examples that are true to their schemas', () => {
    expect(answerSchema.parse(answerExample)).toEqual(answerExample)
    expect(documentSchema.parse(documentExample)).toEqual(documentExample)
    expect(similarSchema.parse(similarExample)).toEqual(similarExample)
    expect(statusSchema.parse(statusExample)).toEqual(statusExample)
    expect(problemSchema.parse(problemExample)).toEqual(problemExample)
    const { example } = description.paths['/v1/search'].post.requestBody!.content['application/json']
    expect(searchRequest.safeParse(example).success).toBe(true)
    expect(feedbackRequest.parse(feedbackExample)).toEqual(feedbackExample)
    const [{ snippet }] = answerExample.hits
    expect(snippet.highlights.map(([start, end]) => snippet.text.slice(start, end))).toEqual([
      'Transformer',
      'attention',
      'alone',
    ])
  })

  it('can be cached', async () => {
    const tag = (await server.get('/openapi.json')).headers.get('etag')!
    expect((await server.get('/openapi.json', { 'If-None-Match': tag })).status).toBe(304)
  })
})
