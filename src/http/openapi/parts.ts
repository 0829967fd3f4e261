import { z } from 'zod'
import { problemExample } from '../examples.ts'

export type Json = Readonly<Record<string, unknown>>

/** What one area of the wire adds to the document. */
export interface Area {
  readonly paths: Json
  /** Schemas of what is sent, by the names they have in the document. */
  readonly answers?: Readonly<Record<string, z.ZodType>>
  /** Schemas of what comes in. */
  readonly requests?: Readonly<Record<string, z.ZodType>>
}

/** Every way to be refused, by the name that `refusedWith` takes. */
export const refusals = {
  BadRequest: refusal('A parameter or the body cannot be used; `field` names which.'),
  Unauthorized: refusal('An API key is needed.'),
  Forbidden: refusal(
    'The key is of a lower role than this needs; where there are no keys, the Host is not one of this server.',
  ),
  NotFound: refusal('There is no such document.'),
  UnknownRun: refusal('There is no such run of an experiment on disk.'),
  NoSavedSearch: refusal('The caller has no saved search of this id.'),
  LimitReached: refusal('The caller has as many saved searches as one may have.'),
  UnknownAnswer: refusal('No answer of that id is remembered, or none at all.'),
  NotAcceptable: refusal('It does not come in any of the forms that the Accept header names.'),
  CursorExpired: refusal('The index that the cursor points into is no longer held; search again.'),
  BodyTooLarge: refusal('The body has more than 64 kB.'),
  UrlTooLong: refusal('The address has more than 8 kB.'),
  WrongType: refusal('The body is not JSON.'),
  TooManyRequests: refusal('The caller sent more than its share; Retry-After says how long to wait.'),
  Unavailable: refusal('The server cannot answer at the moment.'),
  Internal: refusal('Something went wrong in the server.'),
}

function refusal(description: string): Json {
  const schema = { $ref: '#/components/schemas/Problem' }
  return { description, content: { 'application/problem+json': { schema, example: problemExample } } }
}

export const refusedWith = (names: Readonly<Record<string, keyof typeof refusals>>): Json =>
  Object.fromEntries(
    Object.entries(names).map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
  )

export function operation(operationId: string, summary: string, responses: Json, rest: Json = {}): Json {
  const always = refusedWith({
    '400': 'BadRequest',
    '401': 'Unauthorized',
    '403': 'Forbidden',
    '414': 'UrlTooLong',
    '429': 'TooManyRequests',
    '500': 'Internal',
  })
  return { operationId, summary, ...rest, responses: { ...responses, ...always } }
}

/** Asked without a key, by whatever watches over the process. */
export const open = (operationId: string, summary: string, responses: Json): Json => ({
  operationId,
  summary,
  security: [],
  responses: { ...responses, ...refusedWith({ '414': 'UrlTooLong', '500': 'Internal' }) },
})

export const jsonOf = (schema: Json, description: string, rest: Json = {}, otherForms: Json = {}): Json => ({
  description,
  content: { 'application/json': { schema, ...rest }, ...otherForms },
})

/** `{ status }` with the one word that it can be. */
export const says = (description: string, status: string): Json =>
  jsonOf({ type: 'object', properties: { status: { const: status } }, required: ['status'] }, description)

/** `name` is one of the answers of an area, and `schema` what stands under it. */
export const answer = (name: string, schema: z.ZodType, example: object, otherForms: Json = {}): Json =>
  jsonOf({ $ref: `#/components/schemas/${name}` }, schema.meta()?.description ?? name, { example }, otherForms)

const etag = { description: 'Of what the answer says, timing and its id apart.', schema: { type: 'string' } }

/** An answer with an ETag, and the 304 that spares it; takes `ifNoneMatch` among the parameters. */
export const tagged = (name: string, schema: z.ZodType, example: object, otherForms: Json = {}): Json => ({
  '200': { ...answer(name, schema, example, otherForms), headers: { ETag: etag } },
  '304': { description: 'If-None-Match holds the ETag of the answer.', headers: { ETag: etag } },
})

export const ifNoneMatch = { name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } }

/** `name` is one of the requests of an area. */
export const body = (name: string, example: object): Json => ({
  required: true,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` }, example } },
})

export const idInPath = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'An id, with a version where arXiv counts them. Its slashes may be sent as they are or as %2F.',
  schema: { type: 'string' },
  examples: { modern: { value: '2401.01234v2' }, old: { value: 'math/0306266' } },
}

/** A URL has the fields of a request as its parameters; fields with several values are repeated. */
export function urlParameters(request: z.ZodType): Json[] {
  const schema = z.toJSONSchema(request, { io: 'input' })
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'boolean' ? {} : property
    return { name, in: 'query', required: required.has(name), description, schema, style: 'form', explode: true }
  })
}
