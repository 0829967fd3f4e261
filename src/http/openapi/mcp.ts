import { type Area, jsonOf, operation, refusedWith } from './parts.ts'

const schema = {
  type: 'object',
  properties: { jsonrpc: { const: '2.0' } },
  required: ['jsonrpc'],
  additionalProperties: true,
}
const version = { jsonrpc: '2.0', id: 1 }
const question = {
  ...version,
  method: 'tools/call',
  params: { name: 'search', arguments: { q: 'mixture of experts inference cost', limit: 3 } },
}
const answered = { ...version, result: { content: [{ type: 'text', text: '3 of 214 candidates.' }] } }

const message = operation(
  'mcp',
  'A message of the Model Context Protocol, for agents',
  {
    '200': jsonOf(schema, 'The answer to a request, in JSON-RPC.', { example: answered }),
    '202': { description: 'A notification was taken.' },
    ...refusedWith({ '413': 'BodyTooLarge', '415': 'WrongType' }),
  },
  { requestBody: { required: true, content: { 'application/json': { schema, example: question } } } },
)

/** Streamable HTTP without sessions: docs/mcp.md tells how an agent is given it. */
export const mcp: Area = { paths: { '/mcp': { post: message } } }
