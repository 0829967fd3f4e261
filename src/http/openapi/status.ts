import { statusExample } from '../examples.ts'
import { statusSchema } from '../status.ts'
import { type Area, answer, jsonOf, open, operation, refusedWith, says } from './parts.ts'

const ready = open('ready', 'Whether searches can be answered', {
  '200': says('They can.', 'ready'),
  ...refusedWith({ '503': 'Unavailable' }),
})

export const status: Area = {
  paths: {
    '/v1/status': {
      get: operation('status', 'What the server is up to', { '200': answer('Status', statusSchema, statusExample) }),
    },
    '/healthz': { get: open('alive', 'Whether the process lives', { '200': says('It lives.', 'ok') }) },
    '/readyz': { get: ready },
    '/openapi.json': { get: open('describe', 'This document', { '200': jsonOf({ type: 'object' }, 'It.') }) },
  },
  answers: { Status: statusSchema },
}
