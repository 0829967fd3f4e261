import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** A real browser, as Debian packages it, unless CHROMIUM names another. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Headless. The sandbox of Chromium does not work in most containers, and what is shown here is our own. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', ...quiet] })

/** A page in a profile of its own, which can run functions of ours. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage()
  // tsx wraps functions in a helper that keeps their names, which no page has.
  await page.addInitScript('globalThis.__name = (one) => one')
  return page
}
