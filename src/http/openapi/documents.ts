import { documentSchema } from '../answers.ts'
import { citationExamples, citationTypes } from '../citations.ts'
import { documentExample } from '../examples.ts'
import { documentRequest } from '../schemas.ts'
import { similarExample, similarRequest, similarSchema } from '../similar.ts'
import { type Area, idInPath, ifNoneMatch, operation, refusedWith, tagged, urlParameters } from './parts.ts'

const citations = Object.fromEntries(
  (['bibtex', 'ris', 'csl'] as const).map((format) => [
    citationTypes[format],
    {
      schema: format === 'csl' ? { type: 'array', items: { type: 'object' } } : { type: 'string' },
      example: citationExamples[format],
    },
  ]),
)

const one = operation(
  'document',
  'One document with its versions, or a citation of it',
  {
    ...tagged('Document', documentSchema, documentExample, citations),
    ...refusedWith({ '404': 'NotFound', '406': 'NotAcceptable' }),
  },
  { parameters: [idInPath, ...urlParameters(documentRequest.schema), ifNoneMatch] },
)

const similar = operation(
  'similar',
  'Papers like a document',
  {
    ...tagged('Similar', similarSchema, similarExample),
    ...refusedWith({ '404': 'NotFound', '503': 'Unavailable' }),
  },
  { parameters: [idInPath, ...urlParameters(similarRequest), ifNoneMatch] },
)

export const documents: Area = {
  paths: { '/v1/documents/{id}': { get: one }, '/v1/documents/{id}/similar': { get: similar } },
  answers: { Document: documentSchema, Similar: similarSchema },
}
