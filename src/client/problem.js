/** Why a request was refused or failed: the fields of RFC 9457, and when to try again. */
export class FreshetProblem extends Error {
  name = 'FreshetProblem'
  constructor({ type, title, status, detail, field = null, instance = null, requestId = null, retryAfterMs = null }) {
    super(detail)
    Object.assign(this, { type, title, status, detail, field, instance, requestId, retryAfterMs })
  }
}

/** What came instead of an answer; proxies on the way send other things than problems. */
export async function problemOf(response) {
  const retryAfterMs = waitOf(response.headers.get('Retry-After'))
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json')
  if (isProblem) return new FreshetProblem({ ...(await response.json()), retryAfterMs })
  const title = response.statusText || `HTTP ${response.status}`
  const detail = `The server, or something before it, answered with ${title}.`
  return new FreshetProblem({ type: 'about:blank', title, status: response.status, detail, retryAfterMs })
}

/** Retry-After is a number of seconds or a date. */
function waitOf(header) {
  if (header === null) return null
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}
