import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AppParts } from '../src/http/app.ts'
import { serve } from './http/fakes.ts'

const root = join(import.meta.dirname, '..')
const search = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      'node',
      ['--import', 'tsx', 'cli/main.ts', 'search', ...args],
      // A store that was opened would be made here, and cannot be.
      { cwd: root, env: { ...process.env, FRESHET_DATA: '/dev/null/store' } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

async function started(overrides: Partial<AppParts> = {}) {
  const server = await serve(overrides)
  onTestFinished(() => server.close())
  return server
}

describe('freshet search --server', () => {
  it('asks the server, with every wish, and opens no store', async () => {
    const { url, queries } = await started()
    const wishes = ['--limit', '2', '--category', 'cs.CL', 'cs.LG', '--since', '2026-01-01', '--deadline-ms', '0']
    const { code, out, err } = await search('agent', 'memory', ...wishes, '--explain', '--server', url)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/1\. A title[\s\S]*2026-01-07[\s\S]*"ageDays":27\.3[\s\S]*2\. A title[\s\S]*generation 7/)
    expect(queries).toEqual([
      expect.objectContaining({
        text: 'agent memory',
        limit: 2,
        deadlineMs: 0,
        explain: true,
        filters: expect.objectContaining({ categories: ['cs.CL', 'cs.LG'], since: Date.parse('2026-01-01') }),
      }),
    ])
  })

  it('says in a sentence what the server refuses, or that there is none', async () => {
    const { url } = await started({ apiKeys: ['read:right'] })
    const [without, withKey, nobody] = await Promise.all([
      search('agents', '--server', url),
      search('agents', '--server', url, '--key', 'right'),
      search('agents', '--server', 'http://127.0.0.1:1'),
    ])
    expect(without).toMatchObject({ code: 1, err: expect.stringMatching(/^this server asks for an API key.*\n$/) })
    expect(withKey.code).toBe(0)
    expect(nobody).toMatchObject({ code: 1, err: expect.stringMatching(/^--server http:.* cannot be reached: .*\n$/) })
  })
})
