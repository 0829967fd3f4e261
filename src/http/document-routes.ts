import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type CitationFormat, citationFormats, citationTypes } from './citations.ts'
import { sendTagged, sendText } from './etag.ts'
import { checked, readUrl } from './params.ts'
import { onlyMethods, Refusal } from './problem.ts'
import { parametersOf } from './reading.ts'
import { documentRequest } from './schemas.ts'
import type { Service } from './service.ts'

/** One document, as JSON or as a citation, and what is like it. */
export function documentRoutes(service: Service): Router {
  const router = Router()
  const offer = (path: string, handler: RequestHandler) =>
    router.route(path).get(handler).all(onlyMethods('GET', 'HEAD'))
  offer('/v1/documents/*id/similar', async (request, response) => {
    sendTagged(request, response, await service.similar(idIn(request), readUrl(parametersOf(request))))
  })
  offer('/v1/documents/*id', async (request, response) => {
    const format = formatOf(request, response)
    if (format === 'json') sendTagged(request, response, service.document(idIn(request)))
    else sendText(request, response, citationTypes[format], await service.citation(idIn(request), format))
  })
  return router
}

const forms = { json: 'application/json', ...citationTypes }

/** `format` is for links, which cannot say what they accept. */
function formatOf(request: Request, response: Response): 'json' | CitationFormat {
  const { format } = checked(readUrl(parametersOf(request)), documentRequest)
  response.vary('Accept')
  if (format !== undefined) return format
  const accepted = request.accepts(Object.values(forms))
  const found = (['json', ...citationFormats] as const).find((one) => forms[one] === accepted)
  if (found !== undefined) return found
  throw new Refusal('not-acceptable', `a document comes as ${Object.values(forms).join(', ')}; ask for one of them`, {
    field: 'Accept',
  })
}

/** Express splits the path at its slashes and decodes each part; an encoded slash is inside a part. */
const idIn = ({ params }: Request): string => [params.id].flat().join('/')
