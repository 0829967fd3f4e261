import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { chromiumPath, launchChromium } from '../../bench/browser.ts'

export const hasBrowser = existsSync(chromiumPath)
if (!hasBrowser) console.warn(`no Chromium at ${chromiumPath}, so nothing is tried in a browser; name one in CHROMIUM`)

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Visiting extends BrowserContextOptions {
  /** What the console may say, because the test makes it happen. */
  readonly expected?: RegExp
}

/** One browser for all tests of a file. After each test nothing may have gone wrong in any of its pages. */
export function openBrowser() {
  let browser: Browser
  let troubles: string[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    const seen = troubles
    troubles = []
    expect(seen).toEqual([])
  })

  /** A page in a profile of its own. Errors, violated policies and requests to anybody else are troubles. */
  async function visit(url: string, { expected, ...options }: Visiting = {}): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    const { origin } = new URL(url)
    const trouble = (text: string) => expected?.test(text) || troubles.push(text)
    page.on('pageerror', (error) => trouble(`thrown: ${error.message}`))
    // Chromium tells violations of the policy here too.
    page.on('console', (said) => ['error', 'warning'].includes(said.type()) && trouble(`console: ${said.text()}`))
    page.on('request', (request) => {
      const to = new URL(request.url())
      if (to.protocol !== 'data:' && to.origin !== origin) trouble(`asked a third party: ${to.origin}`)
    })
    await page.goto(url)
    return page
  }
  return { visit }
}

/** What axe finds to be serious or worse, a line each. The page must be one whose policy is bypassed. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`))
}

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}
