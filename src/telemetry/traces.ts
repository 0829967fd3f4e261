import type { RequestHandler } from 'express'
import type { RankedAnswer } from '../domain/answer.ts'

export interface Traces {
  /** Makes a span of each request, below that of the caller where a traceparent names one. */
  readonly observe: RequestHandler
  /** Hangs the stages of a search below the span of the request that it answers. */
  answered(answer: RankedAnswer): void
  /** Sends what has not been sent. */
  close(): Promise<void>
}

/**
 * Traces by OpenTelemetry, set up by the variables that its SDKs share: OTEL_EXPORTER_OTLP_ENDPOINT turns them on. Null
 * where it is not set, and then nothing of OpenTelemetry is loaded.
 */
export async function openTraces(env: NodeJS.ProcessEnv, version: string): Promise<Traces | null> {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  if (!endpoint || env.OTEL_SDK_DISABLED === 'true') return null
  const { context, propagation, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api')
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import(
    '@opentelemetry/resources'
  )
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'freshet', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  const tracer = provider.getTracer('freshet', version)
  return {
    observe(request, response, next) {
      const { method } = request
      const parent = propagation.extract(context.active(), request.headers)
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parent)
      response.once('close', () => {
        const route = request.route ? `${request.baseUrl}${request.route.path}` : null
        if (route) span.updateName(`${method} ${route}`).setAttribute('http.route', route)
        span.setAttributes({
          'http.request.method': method,
          'http.response.status_code': response.statusCode,
          'freshet.request_id': response.locals.requestId,
        })
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      })
      context.with(trace.setSpan(parent, span), next)
    },
    answered({ tookMs, route, query, abstained }) {
      const { total = 0, ...stages } = tookMs
      const endedAt = Date.now()
      let at = endedAt - total
      const attributes = {
        'freshet.mode': query.mode,
        'freshet.live': route.live.because,
        'freshet.abstained': abstained,
      }
      const search = tracer.startSpan('search', { startTime: at, attributes })
      const below = trace.setSpan(context.active(), search)
      // A stage that comes twice in a search is one span: what is known of it is how long it took in all.
      for (const [stage, took] of Object.entries(stages)) {
        tracer.startSpan(stage, { startTime: at }, below).end(at + took)
        at += took
      }
      search.end(endedAt)
    },
    async close() {
      await provider.shutdown()
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
