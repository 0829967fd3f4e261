import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { intents } from '../src/domain/route.ts'

/** The real command, each call a process of its own, over a store without a paper unless a test imports some. */
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'freshet-route-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const freshet = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { ...process.env, FRESHET_DATA: join(folder, 'data'), FRESHET_LOG: 'silent', FRESHET_SOURCES: 'none' }
    const child = execFile('node', ['--import', 'tsx', 'cli/main.ts', ...args], { cwd: root, env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

function fileOf(...lines: string[]): string {
  const file = join(folder, 'queries.jsonl')
  writeFileSync(file, lines.join('\n'))
  return file
}

describe('freshet route', () => {
  it('tells people and programs what is made of a query, also where nothing is held', async () => {
    const said = await freshet('route', 'latest', 'moss', 'on', 'roofs')
    expect(said).toMatchObject({ code: 0, out: expect.stringMatching(/recent \(recent \d+%[\s\S]*latest/) })
    const { code, out } = await freshet('route', 'moss on roofs before 2020', '--json')
    expect(code).toBe(0)
    const routed = JSON.parse(out)
    expect(routed).toMatchObject({
      query: 'moss on roofs before 2020',
      intent: 'dated',
      pRecent: 0,
      intents: { recent: 0, atemporal: 0, old: 0, dated: 1 },
      tiers: ['static', 'fresh'],
      live: { ask: false, offers: [] },
      bestDepth: 0,
      abstained: true,
    })
    expect(Object.keys(routed.intents)).toEqual([...intents])
    expect(routed.reasons.length).toBeGreaterThan(1)
  })

  it('answers a file line by line, each as of its own day, and hands other fields back', async () => {
    const papers = [{ id: 'a', title: 'Moss on northern roofs', abstract: 'Moss grows.', announced: '2026-02-01' }]
    writeFileSync(join(folder, 'own.jsonl'), JSON.stringify(papers[0]))
    await freshet('import', 'jsonl', join(folder, 'own.jsonl'))
    const file = fileOf(
      '{"query": "moss on roofs", "as_of": "2026-02-02", "topic": 7}',
      '',
      '{"query": "moss on roofs", "as_of": "2026-01-31"}',
      '{"query": "the original moss paper"}',
    )
    const { code, out } = await freshet('route', '--file', file, '--as-of', '2026-02-03', '--json')
    expect(code).toBe(0)
    const [then, before, last] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(then).toMatchObject({ query: 'moss on roofs', topic: 7, asOf: '2026-02-02T23:59:59.999Z' })
    expect(then.bestDepth).toBeGreaterThan(0)
    expect(before.bestDepth).toBe(0)
    expect(last).toMatchObject({ query: 'the original moss paper', intent: 'old', asOf: '2026-02-03T23:59:59.999Z' })
  })

  it('names each bad line, does the rest, and says that not all went well', async () => {
    const file = fileOf(
      '{"query": "moss"}',
      '{"query": ',
      '{"text": "moss"}',
      '{"query": "moss", "as_of": "soon"}',
      '{"query": "-moss"}',
      '{"query": "lichen"}',
    )
    const { code, out, err } = await freshet('route', '--file', file, '--json')
    expect(code).not.toBe(0)
    const queries = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).query)
    expect(queries).toEqual(['moss', 'lichen'])
    for (const number of [2, 3, 4, 5]) expect(err).toContain(`line ${number}: `)
    for (const number of [1, 6]) expect(err).not.toContain(`line ${number}: `)
  })

  it('takes a query or a file, and not both or neither', async () => {
    expect(await freshet('route')).toMatchObject({ code: 1, err: expect.stringMatching(/--file/) })
    expect((await freshet('route', 'moss', '--file', fileOf('{"query": "moss"}'))).code).toBe(1)
  })
})
