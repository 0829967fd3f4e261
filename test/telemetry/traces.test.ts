import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { openTraces } from '../../src/telemetry/traces.ts'
import { rankedAnswer, serve } from '../http/fakes.ts'

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: { stringValue?: string; intValue?: number } }[]
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  vi.unstubAllEnvs()
})

/** Takes spans by OTLP over HTTP, as a collector would. */
async function collector() {
  const spans: Span[] = []
  const services: unknown[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    for (const { resource, scopeSpans } of JSON.parse(Buffer.concat(chunks).toString()).resourceSpans) {
      services.push(resource.attributes.find((one: { key: string }) => one.key === 'service.name').value.stringValue)
      for (const scope of scopeSpans) spans.push(...scope.spans)
    }
    response.setHeader('Content-Type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closing.push(() => server.close())
  return { spans, services, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

it('without an address to send them to there are no traces', async () => {
  expect(await openTraces({}, '1')).toBeNull()
  expect(await openTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }, '1')).toBeNull()
})

it('a request is a span below its caller’s, and the stages of its search are spans below it', async () => {
  const { spans, services, url } = await collector()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url)
  const traces = (await openTraces(process.env, '1'))!
  const server = await serve({
    observers: [traces.observe],
    async search(query, snapshot) {
      const answer = rankedAnswer(query, snapshot, { tookMs: { embed: 2, gather: 30, total: 40 } })
      traces.answered(answer)
      return answer
    },
  })
  closing.push(() => server.close())
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  const body = JSON.stringify({ q: 'secret wish' })
  const headers = {
    traceparent: `00-${trace}-${parent}-01`,
    'Content-Type': 'application/json',
    'X-Request-Id': 'mine',
  }
  await (await fetch(`${server.url}/v1/search`, { method: 'POST', headers, body })).text()
  await (await server.get('/v1/status')).text()
  await server.close()
  await traces.close()

  const spanOf = (name: string) => spans.find((one) => one.name === name)!
  const request = spanOf('POST /v1/search')
  expect(request).toMatchObject({ traceId: trace, parentSpanId: parent })
  expect(request.attributes).toContainEqual({ key: 'freshet.request_id', value: { stringValue: 'mine' } })
  expect(request.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 200 } })
  const search = spanOf('search')
  expect(search).toMatchObject({ traceId: trace, parentSpanId: request.spanId })
  for (const stage of ['embed', 'gather']) expect(spanOf(stage)).toMatchObject({ parentSpanId: search.spanId })
  const took = BigInt(spanOf('gather').endTimeUnixNano) - BigInt(spanOf('gather').startTimeUnixNano)
  expect(Math.round(Number(took) / 1e6)).toBe(30)
  expect(spanOf('GET /v1/status').traceId).not.toBe(trace)
  expect(new Set(services)).toEqual(new Set(['freshet']))
  expect(JSON.stringify(spans)).not.toContain('secret')
})
