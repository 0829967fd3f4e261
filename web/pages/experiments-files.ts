import { Router } from 'express'
import { onlyMethods } from '../../src/http/problem.ts'
import type { RunFile } from '../../src/http/run-folders.ts'
import type { Door } from '../../src/http/service.ts'

/** Files of runs at the addresses that their pages link to. They are data of whoever made the run, so none may act. */
export const runFiles: Door = ({ service, guard }) => {
  const router = Router()
  router
    .route('/experiments/:run/*file')
    .get(guard('read'), async (request, response) => {
      const { run, file } = request.params
      const { body, type } = await service.experimentFile(String(run), [file].flat().join('/'))
      response.set({
        'Content-Type': types[type],
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
        'Cache-Control': 'private, no-cache',
      })
      response.send(body)
    })
    .all(onlyMethods('GET', 'HEAD'))
  return router
}

const types: Readonly<Record<RunFile['type'], string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  md: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
}
