import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { unchangedStatus } from './problem.ts'

/**
 * Sends a body whose ETag is made of what it says: `unsaid` (timing, the answer's id), which differs at every asking, is
 * sent but not tagged. Strong all the same, for any two bodies under one tag give the same answer. A POST that carries
 * If-None-Match is treated like a GET, since it asks the same safe question. False where no body was due.
 */
export function sendTagged(request: Request, response: Response, said: object, unsaid: object = {}): boolean {
  const text = JSON.stringify(said)
  // The text that was tagged is the text that is sent: an answer is put into words once.
  return sendText(request, response, 'json', text, `${text.slice(0, -1)}${tail(unsaid)}`)
}

/** The same of a body of any type. `whole` is what is sent where that is more than what is tagged. */
export function sendText(request: Request, response: Response, type: string, said: string, whole = said): boolean {
  const tag = tagOf(said)
  // "no-cache" lets a client keep the answer and obliges it to ask whether it still holds.
  response.set({ ETag: tag, 'Cache-Control': 'private, no-cache' })
  if (matches(request.get('If-None-Match'), tag)) {
    response.status(unchangedStatus).end()
    return false
  }
  response.type(type).send(whole)
  return request.method !== 'HEAD'
}

/** What follows the last property of a JSON object. */
function tail(unsaid: object): string {
  const text = JSON.stringify(unsaid)
  return text === '{}' ? '}' : `,${text.slice(1)}`
}

/** Bodies are built with their keys in one order, so that their JSON is canonical as it is. */
const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url')}"`

/** Weak comparison, as RFC 9110 asks of If-None-Match: proxies that compress make our tags weak. */
export function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const given = header.split(',').map((one) => one.trim().replace(/^W\//, ''))
  return given.includes(tag) || given.includes('*')
}
