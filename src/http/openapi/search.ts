import { answerSchema, hitSchema, scorePartsSchema } from '../answers.ts'
import { answerExample } from '../examples.ts'
import { searchRequest } from '../schemas.ts'
import { eventStream } from '../stream.ts'
import { type Area, body, ifNoneMatch, operation, refusedWith, tagged, urlParameters } from './parts.ts'

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

const responses = {
  ...tagged('Answer', answerSchema, answerExample, streamed),
  ...refusedWith({ '410': 'CursorExpired', '503': 'Unavailable' }),
}

const byUrl = operation('search', 'Search papers', responses, {
  parameters: [...urlParameters(searchRequest), ifNoneMatch],
})

const searchExample = { q: 'mixture of experts inference cost', limit: 3, category: ['cs.CL', 'cs.LG'], explain: true }

const byBody = operation(
  'searchByBody',
  'Search papers; for long searches',
  { ...responses, ...refusedWith({ '413': 'BodyTooLarge', '415': 'WrongType' }) },
  { parameters: [ifNoneMatch], requestBody: body('SearchRequest', searchExample) },
)

export const search: Area = {
  paths: { '/v1/search': { get: byUrl, post: byBody } },
  answers: { Answer: answerSchema, Hit: hitSchema, ScoreParts: scorePartsSchema },
  requests: { SearchRequest: searchRequest },
}
