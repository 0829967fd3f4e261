import { z } from 'zod'
import { problemSchema } from '../schemas.ts'
import { alerts } from './alerts.ts'
import { documents } from './documents.ts'
import { feedback } from './feedback.ts'
import { mcp } from './mcp.ts'
import { metrics } from './metrics.ts'
import { type Area, type Json, refusals } from './parts.ts'
import { reports } from './reports.ts'
import { search } from './search.ts'
import { status } from './status.ts'

const areas: readonly Area[] = [search, feedback, documents, status, reports, alerts, mcp, metrics]

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
    paths: merged(areas.map(({ paths }) => paths)),
    components: { schemas: schemas(), responses: refusals, ...(keysNeeded && { securitySchemes }) },
    security: keysNeeded ? [{ bearer: [] }, { header: [] }] : [],
  }
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer' },
  header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
}

function schemas(): Json {
  const registry = z.registry<{ id: string }>()
  const sent = { ...merged(areas.map(({ answers }) => answers ?? {})), Problem: problemSchema }
  for (const [id, schema] of Object.entries(sent)) registry.add(schema, { id })
  const requests = Object.entries(merged(areas.map(({ requests }) => requests ?? {})))
  const all: Readonly<Record<string, object>> = {
    ...z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` }).schemas,
    ...Object.fromEntries(requests.map(([id, schema]) => [id, z.toJSONSchema(schema, { io: 'input' })])),
  }
  return Object.fromEntries(Object.entries(all).map(([id, schema]) => [id, bare(schema)]))
}

/** Inside an OpenAPI document a schema has its dialect and its address from where it stands. */
function bare(schema: object): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'))
}

const merged = <T>(parts: readonly Readonly<Record<string, T>>[]): Record<string, T> => Object.assign({}, ...parts)
