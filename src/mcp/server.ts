import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import { type ErrorLog, problemOf } from '../http/problem.ts'
import type { Problem } from '../http/schemas.ts'
import { type Session, tools, trustNotice } from './tools.ts'

export interface McpParts extends Omit<Session, 'signal'> {
  readonly version: string
  readonly log: ErrorLog
}

/**
 * A server of the Model Context Protocol, for one connection. Of the SDK's two this is the one that leaves it to us to say
 * what is wrong with an input: the other puts it into a sentence that names no field.
 */
export function mcpServer({ service, caller, version, log }: McpParts): Server {
  const server = new Server(
    { name: 'freshet', title: 'Freshet', version },
    {
      capabilities: { tools: {} },
      instructions: `Searches research papers, old and of today. ${trustNotice} Cite papers by id and url.`,
    },
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(({ description }) => description) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const tool = tools.find(({ description }) => description.name === params.name)
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `there is no tool "${params.name.slice(0, 100)}"`)
    try {
      return await tool.call(params.arguments ?? {}, { service, caller, signal })
    } catch (error) {
      const { problem, retryAfterMs, unexpected } = problemOf(error)
      if (unexpected && !signal.aborted) log.error({ err: error, tool: params.name }, 'a tool failed')
      return failure(problem, retryAfterMs)
    }
  })
  return server
}

/** A sentence, and the same as JSON. Not as structured content, which clients hold against the schema of results. */
function failure(problem: Omit<Problem, 'instance'>, retryAfterMs: number | null): CallToolResult {
  const again = retryAfterMs === null ? '' : ` Try again in ${Math.ceil(retryAfterMs / 1000)} s.`
  return {
    isError: true,
    content: [
      { type: 'text', text: `${problem.detail}${again}` },
      { type: 'text', text: JSON.stringify({ ...problem, retryAfterMs }) },
    ],
  }
}
