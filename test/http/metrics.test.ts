import { afterEach, describe, expect, it } from 'vitest'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { clockNow, rankedAnswer, readerOf, serve, snapshotOf, someStatus, type TestServer } from './fakes.ts'

let server: TestServer
afterEach(() => server.close())

async function serveMetrics(apiKeys: readonly string[] = [], status = someStatus) {
  const metrics = openMetrics(() => status)
  server = await serve({
    apiKeys,
    reader: readerOf(snapshotOf(7, 100)),
    async search(query, snapshot) {
      const answer = rankedAnswer(query, snapshot, {
        tookMs: { embed: 2, gather: 30, total: 40 },
        degraded: [{ part: 'arxiv', code: 'timeout', reason: 'late', retryAfterMs: null }],
      })
      metrics.answered(answer)
      return answer
    },
    observers: [metrics.observe],
    scrape: metrics.scrape,
  })
}

const lines = async (headers = {}) => (await (await server.get('/metrics', headers)).text()).split('\n')

describe('metrics', () => {
  it('count what was answered, by stage, tiers, mode and route', async () => {
    await serveMetrics()
    for (const mode of ['auto', 'static']) await (await server.get(`/v1/search?q=secret+wish&mode=${mode}`)).text()
    const said = await lines()
    for (const line of [
      'freshet_search_stage_duration_seconds_bucket{le="0.025",stage="gather"} 0',
      'freshet_search_stage_duration_seconds_bucket{le="0.05",stage="gather"} 2',
      'freshet_search_duration_seconds_count{tiers="static+fresh"} 2',
      'freshet_routes_total{live="not_asked",because="live-no-source"} 2',
      'freshet_answers_total{mode="auto",result="matched"} 1',
      'freshet_answers_total{mode="static",result="matched"} 1',
      'freshet_degraded_total{part="arxiv",code="timeout"} 2',
    ]) {
      expect(said).toContain(line)
    }
    expect(said.join()).not.toContain('secret')
  })

  it('name routes by their patterns, so that nobody makes series by asking', async () => {
    await serveMetrics()
    for (const path of ['/v1/documents/2401.00001', '/v1/documents/2401.00002', '/a/b/c', '/d']) {
      await (await server.get(path)).text()
    }
    await fetch(`${server.url}/v1/status`, { method: 'PROPFIND' })
    const counts = (await lines()).filter((line) => line.startsWith('freshet_http_request_duration_seconds_count'))
    expect(counts).toContainEqual(expect.stringMatching(/route="\/v1\/documents\/\*id",status="404"} 2$/))
    expect(counts).toContainEqual(expect.stringMatching(/route="none",status="404"} 2$/))
    expect(counts).toContainEqual(expect.stringMatching(/method="other".*status="405"} 1$/))
  })

  it('say how things stand when they are asked, and leave out what is not known', async () => {
    const [source] = someStatus.sources
    const generation = { ...someStatus.generation!, publishedAt: instant(clockNow - 90_000) }
    const sources = [source, { ...source, source: 'openalex', state: 'ok' as const, lagMs: 5_000, live: false }]
    await serveMetrics([], { ...someStatus, generation, sources, inbox: 4 })
    const said = await lines()
    for (const line of [
      'freshet_generation_age_seconds 90',
      'freshet_documents 3',
      'freshet_inbox_records 4',
      'freshet_source_up{source="arxiv"} 0',
      'freshet_source_up{source="openalex"} 1',
      'freshet_source_lag_seconds{source="openalex"} 5',
      'freshet_source_live_up{source="arxiv"} 1',
      'freshet_build_info{version="0.1.0"} 1',
    ]) {
      expect(said).toContain(line)
    }
    expect(
      said.filter((line) => /^freshet_(source_lag_seconds.*arxiv|source_live_up.*openalex|indexer_up)/.test(line)),
    ).toEqual([])
    expect(said).toContainEqual(expect.stringMatching(/^nodejs_eventloop_lag_p99_seconds /))
    expect(said).toContainEqual(expect.stringMatching(/^process_resident_memory_bytes /))
  })

  it('count what webhooks made of what was sent, and pass it on', async () => {
    const metrics = openMetrics(() => someStatus)
    expect(await metrics.delivered(Promise.resolve({ status: 204 }))).toEqual({ status: 204 })
    await metrics.delivered(Promise.resolve({ status: 500 }))
    await expect(metrics.delivered(Promise.reject(new Error('no connection')))).rejects.toThrow('no connection')
    const { text } = await metrics.scrape()
    for (const outcome of ['accepted', 'refused', 'unreachable']) {
      expect(text).toContain(`freshet_webhook_deliveries_total{outcome="${outcome}"} 1`)
    }
  })

  it('tell an indexer that lives from one that does not', async () => {
    const alive = async (nextNight: Instant | null) => {
      await serveMetrics([], { ...someStatus, indexer: { mode: 'child', running: false, nextNight } })
      const said = await lines()
      await server.close()
      return said.find((line) => line.startsWith('freshet_indexer_up '))
    }
    expect([await alive(clockNow), await alive(null)]).toEqual(['freshet_indexer_up 1', 'freshet_indexer_up 0'])
  })

  it('need the key of an admin where keys are set', async () => {
    await serveMetrics(['read:reader', 'admin:chief'])
    expect((await server.get('/metrics')).status).toBe(401)
    expect((await server.get('/metrics', { 'X-API-Key': 'reader' })).status).toBe(403)
    const given = await server.get('/metrics', { 'X-API-Key': 'chief' })
    expect([given.status, given.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=/),
    ])
  })
})
