import { fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const ready = z.object({ urls: z.record(z.string(), z.string()), papers: z.number() })

const state = z
  .object({ faults: z.unknown(), requests: z.number(), manners: z.object({ requests: z.number() }), error: z.string() })
  .partial()

async function started(...args: string[]) {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  const child = fork(new URL('./main.ts', import.meta.url), args, { execArgv: ['--import', 'tsx'], stdio: [...stdio] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [message] = await once(child, 'message')
  return { child, ...ready.parse(message) }
}

test('runs as a program, is controlled over HTTP, and ends with its parent', async () => {
  const { child, urls, papers } = await started('--count', '60', '--seed', '3', '--oai-page', '10')
  expect(papers).toBe(60)
  const control = async (command: unknown) => {
    const answer = await fetch(new URL('/__control', urls.crossref), { method: 'POST', body: JSON.stringify(command) })
    return state.parse(await answer.json())
  }
  const total = async () => {
    const feed = await (await fetch(`${urls['arxiv-api']}?search_query=all:collections`)).text()
    return Number(/totalResults>(\d+)</.exec(feed)![1])
  }
  expect(await total()).toBe(60)

  expect(await control({ now: '2026-01-02', forgetRequests: true })).toMatchObject({ requests: 0, faults: [] })
  expect(await total()).toBe(0)
  expect(await control({ now: 'soon' })).toEqual({ error: 'soon is no instant' })

  await control({ fault: { kind: 'throttled' }, selection: { providers: ['arxiv-oai'], times: 1 } })
  const oai = `${urls['arxiv-oai']}?verb=Identify`
  expect([(await fetch(oai)).status, (await fetch(oai)).status]).toEqual([429, 200])
  const { faults, requests, manners } = await control({})
  expect(faults).toMatchObject([{ fault: { kind: 'throttled' }, hits: 1 }])
  expect([requests, manners?.requests]).toEqual([3, 3])
  expect(await control({ clear: 'all' })).toMatchObject({ faults: [] })
  expect(await control({ fault: { kind: 'unheard of' } })).toHaveProperty('error')

  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
})
