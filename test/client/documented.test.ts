import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve, type TestServer } from '../http/fakes.ts'

/** The examples of docs/client.md, in a plain Node without loaders, as whoever installed the package runs them. */
const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs/client.md'), 'utf8')
const examples = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code)

let server: TestServer
beforeAll(async () => {
  server = await serve()
})
afterAll(() => server.close())

const printed = async (code: string): Promise<string> => {
  const asked = code.replace('http://127.0.0.1:8787', server.url)
  const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } }
  return (await promisify(execFile)('node', ['--input-type=module', '--eval', asked], options)).stdout
}

describe('the examples of docs/client.md', () => {
  it('do what the page says', async () => {
    const [search, stream, problem, ...rest] = await Promise.all(examples.map(printed))
    expect(rest).toEqual([])
    expect(search.split('\n').slice(0, 3)).toEqual([1, 2, 3].map((rank) => `${rank} A title 2026-01-07`))
    expect(stream).toBe('so far: 10\nall of it: 10\n')
    expect(problem).toMatch(/^400 limit limit must be a whole number from 1 to 100\. null\n$/)
  })
})
