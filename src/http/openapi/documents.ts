import { documentSchema } from '../answers.ts'
import { documentExample } from '../examples.ts'
import { type Area, idInPath, ifNoneMatch, operation, refusedWith, tagged } from './parts.ts'

const one = operation(
  'document',
  'One document with its versions',
  { ...tagged('Document', documentSchema, documentExample), ...refusedWith({ '404': 'NotFound' }) },
  { parameters: [idInPath, ifNoneMatch] },
)

export const documents: Area = {
  paths: { '/v1/documents/{id}': { get: one } },
  answers: { Document: documentSchema },
}
