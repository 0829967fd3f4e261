import type { RequestHandler } from 'express'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { RankedAnswer } from '../domain/answer.ts'
import { gaugesOf, type Standing } from './gauges.ts'

export interface Metrics {
  /** Counts the requests that come by. */
  readonly observe: RequestHandler
  answered(answer: RankedAnswer): void
  /** Counts how a webhook took what is sent to it, which it returns. */
  delivered<T extends { readonly status: number }>(sent: Promise<T>): Promise<T>
  scrape(): Promise<{ readonly type: string; readonly text: string }>
}

/** From half a millisecond, what a stage takes in memory, to what a live search may take in all. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * For Prometheus: latencies and counts as they come, and how things stand at the moment of the scrape. Labels take few
 * values each: no query, no document, no caller.
 */
export function openMetrics(standing: () => Standing): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const updateGauges = gaugesOf(registry)
  const requests = new Histogram({
    name: 'freshet_http_request_duration_seconds',
    help: 'From a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers,
  })
  const searches = new Histogram({
    name: 'freshet_search_duration_seconds',
    help: 'Of whole searches, by the tiers that were asked.',
    labelNames: ['tiers'],
    buckets,
    registers,
  })
  const stages = new Histogram({
    name: 'freshet_search_stage_duration_seconds',
    help: 'Of each stage of a search.',
    labelNames: ['stage'],
    buckets,
    registers,
  })
  const routes = new Counter({
    name: 'freshet_routes_total',
    help: 'Searches by whether live sources were asked, and the code of the reason.',
    labelNames: ['live', 'because'],
    registers,
  })
  const answers = new Counter({
    name: 'freshet_answers_total',
    help: 'Answers by the mode that was asked for, and whether anything matched well.',
    labelNames: ['mode', 'result'],
    registers,
  })
  const degraded = new Counter({
    name: 'freshet_degraded_total',
    help: 'Parts that answers had to do without, and why.',
    labelNames: ['part', 'code'],
    registers,
  })
  const sources = new Counter({
    name: 'freshet_live_requests_total',
    help: 'How sources answered while queries waited.',
    labelNames: ['source', 'outcome'],
    registers,
  })
  const deliveries = new Counter({
    name: 'freshet_webhook_deliveries_total',
    help: 'Posts to the webhooks of saved searches, every attempt.',
    labelNames: ['outcome'],
    registers,
  })
  return {
    observe(request, response, next) {
      const stop = requests.startTimer()
      response.once('close', () => {
        // The pattern of the route, and not the path, which has as many values as there are documents.
        const route = request.route ? `${request.baseUrl}${request.route.path}` : 'none'
        stop({ method: methodOf(request.method), route, status: response.statusCode })
      })
      next()
    },
    answered(answer) {
      const { total = 0, ...parts } = answer.tookMs
      searches.observe({ tiers: answer.route.tiers.join('+') }, total / 1000)
      for (const [stage, tookMs] of Object.entries(parts)) stages.observe({ stage }, tookMs / 1000)
      const { ask, because } = answer.route.live
      routes.inc({ live: ask ? 'asked' : 'not_asked', because })
      answers.inc({ mode: answer.query.mode, result: answer.abstained ? 'abstained' : 'matched' })
      for (const { part, code } of answer.degraded) degraded.inc({ part, code })
      for (const { source, outcome } of answer.live) sources.inc({ source, outcome })
    },
    async delivered(sent) {
      try {
        const { status } = await sent
        deliveries.inc({ outcome: status >= 200 && status < 300 ? 'accepted' : 'refused' })
      } catch {
        deliveries.inc({ outcome: 'unreachable' })
      }
      return sent
    },
    async scrape() {
      updateGauges(standing())
      return { type: registry.contentType, text: await registry.metrics() }
    },
  }
}

/** Anybody may send any word as a method. */
const methodOf = (method: string): string =>
  ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other'
