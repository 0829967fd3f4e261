import { feedbackExample, feedbackRequest } from '../feedback.ts'
import { type Area, body, operation, refusedWith, says } from './parts.ts'

const judge = operation(
  'feedback',
  'Say whether a hit was of use',
  {
    '200': says('It is kept. The same said again counts once, and something else of the same hit replaces it.', 'kept'),
    ...refusedWith({ '404': 'UnknownAnswer', '413': 'BodyTooLarge', '415': 'WrongType' }),
  },
  { requestBody: body('FeedbackRequest', feedbackExample) },
)

export const feedback: Area = {
  paths: { '/v1/feedback': { post: judge } },
  requests: { FeedbackRequest: feedbackRequest },
}
