import { expect, it } from 'vitest'
import { openLog } from '../src/log.ts'

// Errors of failed requests had stood in the log as {}.
it.each(['err', 'error'])('an error under %s is told with its message and its place', (name) => {
  const lines: string[] = []
  openLog('server', 'info', { write: (line) => lines.push(line) }).error({ [name]: new TypeError('broken') }, 'failed')
  const [line] = lines.map((text) => JSON.parse(text))
  expect(line).toMatchObject({ program: 'server', level: 50, msg: 'failed' })
  expect(line[name]).toMatchObject({
    type: 'TypeError',
    message: 'broken',
    stack: expect.stringContaining('log.test.ts'),
  })
})

it('what is below the level is left out', () => {
  const lines: string[] = []
  const log = openLog('server', 'warn', { write: (line) => lines.push(line) })
  log.info({}, 'low')
  log.warn({}, 'high')
  expect(lines.map((text) => JSON.parse(text).msg)).toEqual(['high'])
})
