import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnswerId } from '../../src/domain/feedback.ts'
import { documentsOf, serve, storedDocument, type TestServer } from './fakes.ts'

/** The commands of docs/api.md, as a reader pastes them into a shell. */
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs/api.md'), 'utf8')
const commands = [...page.matchAll(/^ {4}(curl (?:.*\\\n)*.*)$/gm)].map(([, command]) => command)

let server: TestServer
beforeAll(async () => {
  const documents = { ...documentsOf([storedDocument('1706.03762')]), announcedByDay: () => [] }
  const feedback = { newId: () => 'id' as AnswerId, note() {}, judge: () => 'kept' as const }
  server = await serve({ documents, feedback })
})
afterAll(() => server.close())

describe('the commands of docs/api.md', () => {
  it('are found', () => {
    expect(commands.length).toBeGreaterThan(14)
  })

  it.each(commands)('%s', async (command) => {
    const asked = command
      .replace('curl', 'curl -sS -w "\\n%{http_code}"')
      .replaceAll('http://127.0.0.1:8787', server.url)
    const { stdout } = await promisify(execFile)('sh', ['-c', asked])
    expect(stdout).toMatch(/\n200$/)
  })
})
