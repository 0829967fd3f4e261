import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPages } from '../../web/door.ts'
import { serve, type TestServer } from '../http/fakes.ts'
import { hasBrowser, openBrowser } from './browser-stage.ts'

describe.skipIf(!hasBrowser)('the form for a key', () => {
  const { visit } = openBrowser()
  let server: TestServer
  beforeAll(async () => {
    server = await serve({ doors: [await openPages()], apiKeys: ['secret-key'] })
  })
  afterAll(() => server.close())

  const expected = /40[01]/

  // A page that says what is wrong with its address has a status of its own, and was never shown.
  it('gives way to whatever page the key opens', async () => {
    const page = await visit(`${server.url}/?q=agents&since=banana`, { expected })
    await page.getByLabel('API key').fill('secret-key')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('since must be a day').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('agents')
  })

  // It was sent as a parameter: into the address, the history and the log.
  it('sends nothing where there are no scripts', async () => {
    const page = await visit(`${server.url}/?q=agents`, { expected, javaScriptEnabled: false })
    await page.getByLabel('API key').fill('secret-key')
    await page.getByRole('button', { name: 'Go on' }).click()
    expect(page.url()).toBe(`${server.url}/?q=agents`)
  })
})
