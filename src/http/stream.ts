import type { Response } from 'express'
import type { Said } from './answers.ts'
import { patchBetween } from './patch.ts'
import type { Spoken } from './service.ts'

export const eventStream = 'text/event-stream'

/**
 * An answer as server-sent events: `answer` is what static and fresh know, sent at once; `patch`, when live sources were
 * asked, is a JSON Patch (RFC 6902) that makes of it the answer that would have come without streaming; `done` ends it.
 * What goes wrong before the first event is a problem document like any other; after it the connection just ends without
 * `done`, and the client has the answer so far.
 */
export async function streamAnswer(
  response: Response,
  search: (onFirst: (first: Spoken) => void) => Promise<Spoken>,
): Promise<void> {
  let sent: Said | null = null
  const send = (event: string, data: object) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const begin = ({ said, unsaid, shown }: Spoken): void => {
    response.set({ 'Content-Type': eventStream, 'Cache-Control': 'no-store' })
    // Proxies that collect answers before they pass them on would make a stream pointless.
    response.set('X-Accel-Buffering', 'no')
    send('answer', { ...said, ...unsaid })
    shown()
    sent = said
  }
  const last = await search(begin)
  if (sent === null) begin(last)
  else {
    send('patch', patchBetween(sent, last.said))
    last.shown()
  }
  send('done', { tookMs: last.unsaid.tookMs })
  response.end()
}
