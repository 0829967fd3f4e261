import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Webhook } from 'standardwebhooks'
import { expect, it, onTestFinished } from 'vitest'
import { newsExample } from '../../src/http/openapi/alerts.ts'
import { secret } from './stage.ts'

const root = join(import.meta.dirname, '../..')

it('the receiver of docs/alerts.md takes what is signed and refuses what was altered', async () => {
  const [, code] = /```js\n([\s\S]+?)```/.exec(readFileSync(join(root, 'docs/alerts.md'), 'utf8'))!
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: { ...process.env, PORT: '0', WEBHOOK_SECRET: secret },
  })
  onTestFinished(() => void child.kill())
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const port = /\d+$/.exec((await lines.next()).value)![0]

  const body = JSON.stringify({ type: 'search.matched', timestamp: new Date().toISOString(), data: newsExample })
  const at = new Date()
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  }
  const post = async (text: string) =>
    (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body: text })).status
  expect(await post(body.replace('Budget', 'Yacht'))).toBe(400)
  expect(await post(body)).toBe(204)
  expect((await lines.next()).value).toBe('Routing Experts on a Budget https://arxiv.org/abs/2602.01234')
})
