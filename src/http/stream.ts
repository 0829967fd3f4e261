import type { Response } from 'express'
import type { RankedAnswer } from '../domain/answer.ts'
import type { Said, Unsaid } from './answers.ts'
import { patchBetween } from './patch.ts'
import { toTiming } from './wire.ts'

export const eventStream = 'text/event-stream'

/**
 * An answer as server-sent events: `answer` is what static and fresh know, sent at once; `patch`, when live sources were
 * asked, is a JSON Patch (RFC 6902) that makes of it the answer that would have come without streaming; `done` ends it.
 * What goes wrong before the first event is a problem document like any other; after it the connection just ends without
 * `done`, and the client has the answer so far. Resolves to the whole answer.
 */
export async function streamAnswer(
  response: Response,
  wire: (answer: RankedAnswer) => Said,
  unsaid: (answer: RankedAnswer) => Unsaid,
  search: (onFirst: (first: RankedAnswer) => void) => Promise<RankedAnswer>,
): Promise<RankedAnswer> {
  let sent: Said | null = null
  const send = (event: string, data: object) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const begin = (answer: RankedAnswer): Said => {
    response.set({ 'Content-Type': eventStream, 'Cache-Control': 'no-store' })
    // Proxies that collect answers before they pass them on would make a stream pointless.
    response.set('X-Accel-Buffering', 'no')
    const said = wire(answer)
    send('answer', { ...said, ...unsaid(answer) })
    return said
  }
  const last = await search((first) => {
    sent = begin(first)
  })
  if (sent === null) begin(last)
  else send('patch', patchBetween(sent, wire(last)))
  send('done', toTiming(last))
  response.end()
  return last
}
