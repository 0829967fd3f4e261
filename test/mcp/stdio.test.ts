import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** The real command over a store of the sample, spoken to as an agent does. */
const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'freshet-mcp-'))
const environment = { ...(process.env as Record<string, string>), FRESHET_DATA: folder, FRESHET_SOURCES: 'none' }
const freshet = ['--import', 'tsx', 'cli/main.ts']

/** As docs/mcp.md has it, started elsewhere than in the checkout. */
const documented = () => {
  const blocks = [...readFileSync(join(root, 'docs/mcp.md'), 'utf8').matchAll(/```json\n(.*?)```/gs)]
  const shown = blocks.map(([, json]) => JSON.parse(json).mcpServers?.freshet).find((one) => one?.command)
  const { command, args, env } = JSON.parse(
    JSON.stringify(shown).replace('/path/to/freshet/data', folder).replaceAll('/path/to/freshet', root),
  )
  return { command, args, env: { ...environment, ...env }, cwd: tmpdir() }
}
const client = new Client({ name: 'test', version: '1' })
const faults: Error[] = []

beforeAll(async () => {
  await promisify(execFile)('node', [...freshet, 'import', 'arxiv-jsonl', 'data/sample/papers.jsonl'], {
    cwd: root,
    env: environment,
  })
  // Whatever is no message on standard output comes here.
  client.onerror = (error) => faults.push(error)
  await client.connect(new StdioClientTransport(documented()))
  await client.listTools()
})
afterAll(async () => {
  await client.close()
  rmSync(folder, { recursive: true, force: true })
})

type Result = { isError?: boolean; content: { text: string }[]; structuredContent: Record<string, never> }
const call = async (name: string, input: object = {}) =>
  (await client.callTool({ name, arguments: { ...input } })) as unknown as Result

describe('freshet mcp', () => {
  it('answers every tool from the store of the settings, and says nothing else on standard output', async () => {
    const found = await call('search', { q: 'attention is all you need', limit: 3 })
    expect(found.structuredContent.hits[0]).toMatchObject({ rank: 1, id: '1706.03762' })
    expect((await call('get_document', { id: '1706.03762' })).structuredContent).toMatchObject({ source: 'arxiv' })
    expect((await call('similar', { id: '1706.03762', limit: 2 })).structuredContent.hits).toHaveLength(2)
    expect((await call('explain', { q: 'attention', limit: 1 })).content[0].text).toMatch(/Asked: static, fresh/)
    expect((await call('freshness_status')).structuredContent.store).toMatchObject({
      bySource: { arxiv: expect.any(Number) },
    })
    expect(await call('search', { q: 'attention', since: 'soon' })).toMatchObject({ isError: true })
    expect(faults).toEqual([])
  })

  it('finds what was imported after it was started', async () => {
    const before = await call('search', { q: 'moss on northern roofs' })
    expect(JSON.stringify(before)).not.toContain('Moss on northern roofs')
    const file = join(folder, 'own.jsonl')
    const paper = { id: 'a', title: 'Moss on northern roofs', abstract: 'Moss grows.', announced: '2026-02-01' }
    writeFileSync(file, JSON.stringify(paper))
    await promisify(execFile)('node', [...freshet, 'import', 'jsonl', file], { cwd: root, env: environment })
    const after = await call('search', { q: 'moss on northern roofs' })
    expect(after.structuredContent.hits[0]).toMatchObject({ id: 'a' })
  })
})
