import { request } from 'node:http'
import { forkProgram } from '../src/child.ts'

/**
 * From the start of the server's process to its first hybrid answer, over the store of FRESHET_DATA. The indexer is off,
 * so that only what an answer waits for is measured.
 */
const runs = 5
const port = 8791
const path = `/v1/search?q=${encodeURIComponent('long-term memory for language model agents')}`

const ask = () =>
  new Promise<string | null>((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? body : null))
    })
    asked.on('error', () => resolve(null))
    asked.end()
  })

const times: number[] = []
for (let run = 0; run < runs; run++) {
  const startedAt = performance.now()
  const env = { ...process.env, FRESHET_PORT: String(port), FRESHET_INDEXER: 'off' }
  const server = forkProgram(new URL('../src/server.ts', import.meta.url), [], { env })
  let answer = await ask()
  while (answer === null) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    answer = await ask()
  }
  times.push(performance.now() - startedAt)
  const { hits, degraded } = JSON.parse(answer)
  if (hits.length === 0 || degraded.length > 0) throw new Error('the first answer was not hybrid')
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
}
times.sort((one, other) => one - other)
console.log(
  `start to first hybrid answer, ${runs} runs: median ${times[runs >> 1].toFixed(0)} ms, longest ${times[runs - 1].toFixed(0)} ms`,
)
