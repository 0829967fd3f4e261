import { z } from 'zod'
import { answerSchema, documentSchema, hitSchema, scorePartsSchema } from './answers.ts'
import { answerExample, documentExample, problemExample, statusExample } from './examples.ts'
import { feedbackExample, feedbackRequest } from './feedback.ts'
import { problemSchema, searchRequest } from './schemas.ts'
import { statusSchema } from './status.ts'
import { eventStream } from './stream.ts'

type Json = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 document, made of the schemas that validate what comes in and type what goes out. */
export function openApi({ keysNeeded }: { keysNeeded: boolean }): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Freshet',
      version: '1.0.0',
      description: 'Searches research papers, weighs depth against freshness and says why.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/v1/search': { get: searchByUrl, post: searchByBody },
      '/v1/feedback': { post: feedback },
      '/v1/documents/{id}': { get: document },
      '/v1/status': {
        get: operation('status', 'What the server is up to', { '200': answer('Status', statusExample) }),
      },
      '/healthz': { get: open('alive', 'Whether the process lives', { '200': says('It lives.', 'ok') }) },
      '/readyz': {
        get: open('ready', 'Whether searches can be answered', {
          '200': says('They can.', 'ready'),
          '503': { $ref: '#/components/responses/Unavailable' },
        }),
      },
      '/openapi.json': { get: open('describe', 'This document', { '200': jsonOf({ type: 'object' }, 'It.') }) },
    },
    components: { schemas: schemas(), responses: refusals, securitySchemes },
    security: keysNeeded ? [{ bearer: [] }, { header: [] }] : [],
  }
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer' },
  header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
}

const components = {
  Answer: answerSchema,
  Hit: hitSchema,
  ScoreParts: scorePartsSchema,
  Document: documentSchema,
  Status: statusSchema,
  Problem: problemSchema,
}

function schemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id })
  const made = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` }).schemas
  const all: Readonly<Record<string, object>> = {
    ...made,
    SearchRequest: requestSchema,
    FeedbackRequest: z.toJSONSchema(feedbackRequest, { io: 'input' }),
  }
  return Object.fromEntries(Object.entries(all).map(([id, schema]) => [id, bare(schema)]))
}

/** Inside an OpenAPI document a schema has its dialect and its address from where it stands. */
function bare(schema: object): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'))
}

const requestSchema = z.toJSONSchema(searchRequest, { io: 'input' })

const refusals = {
  BadRequest: refusal('A parameter or the body cannot be used; `field` names which.'),
  Unauthorized: refusal('An API key is needed.'),
  NotFound: refusal('There is no such document.'),
  UnknownAnswer: refusal('No answer of that id is remembered, or none at all.'),
  CursorExpired: refusal('The index that the cursor points into is no longer held; search again.'),
  BodyTooLarge: refusal('The body has more than 64 kB.'),
  UrlTooLong: refusal('The address has more than 8 kB.'),
  WrongType: refusal('The body is not JSON.'),
  Unavailable: refusal('The server cannot answer at the moment.'),
  Internal: refusal('Something went wrong in the server.'),
}

function refusal(description: string): Json {
  const schema = { $ref: '#/components/schemas/Problem' }
  return { description, content: { 'application/problem+json': { schema, example: problemExample } } }
}

const refusedWith = (names: Readonly<Record<string, keyof typeof refusals>>): Json =>
  Object.fromEntries(
    Object.entries(names).map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
  )

function operation(operationId: string, summary: string, responses: Json, rest: Json = {}): Json {
  const always = refusedWith({ '400': 'BadRequest', '401': 'Unauthorized', '500': 'Internal' })
  return { operationId, summary, ...rest, responses: { ...responses, ...always } }
}

/** Asked without a key, by whatever watches over the process. */
const open = (operationId: string, summary: string, responses: Json): Json => ({
  operationId,
  summary,
  security: [],
  responses: { ...responses, ...refusedWith({ '500': 'Internal' }) },
})

const jsonOf = (schema: Json, description: string, rest: Json = {}, otherForms: Json = {}): Json => ({
  description,
  content: { 'application/json': { schema, ...rest }, ...otherForms },
})

const says = (description: string, status: string): Json =>
  jsonOf({ type: 'object', properties: { status: { const: status } }, required: ['status'] }, description)

const answer = (name: keyof typeof components, example: object, otherForms: Json = {}): Json =>
  jsonOf(
    { $ref: `#/components/schemas/${name}` },
    components[name].meta()?.description ?? name,
    { example },
    otherForms,
  )

const etag = { description: 'Of what the answer says, timing and its id apart.', schema: { type: 'string' } }
const tagged = (name: keyof typeof components, example: object, otherForms: Json = {}): Json => ({
  '200': { ...answer(name, example, otherForms), headers: { ETag: etag } },
  '304': { description: 'If-None-Match holds the ETag of the answer.', headers: { ETag: etag } },
})

const ifNoneMatch = { name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } }

/** The same answer as its parts come; the Accept header chooses. */
const streamed = {
  [eventStream]: {
    schema: {
      type: 'string',
      description:
        'Server-sent events: `answer` with the Answer of static and fresh; `patch` with a JSON Patch (RFC 6902) that makes ' +
        'of it the whole answer, if live sources were asked; `done` with the timing.',
    },
  },
}

const searchResponses = {
  ...tagged('Answer', answerExample, streamed),
  ...refusedWith({ '410': 'CursorExpired', '503': 'Unavailable' }),
}

const searchByUrl = operation(
  'search',
  'Search papers',
  { ...searchResponses, ...refusedWith({ '414': 'UrlTooLong' }) },
  { parameters: [...urlParameters(), ifNoneMatch] },
)

const searchByBody = operation(
  'searchByBody',
  'Search papers; for long searches',
  { ...searchResponses, ...refusedWith({ '413': 'BodyTooLarge', '415': 'WrongType' }) },
  {
    parameters: [ifNoneMatch],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/SearchRequest' },
          example: { q: 'mixture of experts inference cost', limit: 3, category: ['cs.CL', 'cs.LG'], explain: true },
        },
      },
    },
  },
)

const feedback = operation(
  'feedback',
  'Say whether a hit was of use',
  {
    '200': says('It is kept. The same said again counts once, and something else of the same hit replaces it.', 'kept'),
    ...refusedWith({ '404': 'UnknownAnswer', '413': 'BodyTooLarge', '415': 'WrongType' }),
  },
  {
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/FeedbackRequest' }, example: feedbackExample },
      },
    },
  },
)

const document = operation(
  'document',
  'One document with its versions',
  { ...tagged('Document', documentExample), ...refusedWith({ '404': 'NotFound' }) },
  {
    parameters: [
      {
        name: 'id',
        in: 'path',
        required: true,
        description: 'An id, with a version where arXiv counts them. Its slashes may be sent as they are or as %2F.',
        schema: { type: 'string' },
        examples: { modern: { value: '2401.01234v2' }, old: { value: 'math/0306266' } },
      },
      ifNoneMatch,
    ],
  },
)

/** A URL has the fields of the body as its parameters; fields with several values are repeated. */
function urlParameters(): Json[] {
  const required = new Set(requestSchema.required)
  return Object.entries(requestSchema.properties ?? {}).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'boolean' ? {} : property
    return { name, in: 'query', required: required.has(name), description, schema, style: 'form', explode: true }
  })
}
