import type { Browser } from 'playwright-core'
import { openPage } from './browser.ts'

export const letters: readonly string[] = [...'abcdefghijklmnopqrstuvwxyz0123456789']

/** Of a fast typist. */
const betweenKeysMs = 160

export interface Typed {
  /** From each key to the frame that shows the results of the text with it. */
  readonly shownMs: readonly number[]
  /** Keys whose results the next key made needless. */
  readonly overtaken: number
}

/** Types each text into an empty page, key by key, on an unthrottled machine. */
export async function typedInto(browser: Browser, base: string, texts: readonly string[]): Promise<Typed> {
  const page = await openPage(browser, { viewport: { width: 1280, height: 900 } })
  await page.addInitScript(watchTyping)
  const shownMs: number[] = []
  let keys = 0
  for (const text of texts) {
    await page.goto(base, { waitUntil: 'networkidle' })
    await page.locator('#q').focus()
    await page.keyboard.type(text, { delay: text.length > 1 ? betweenKeysMs : 0 })
    await page.waitForFunction((whole) => (globalThis as unknown as Watched).shown[whole] > 0, text)
    const shown = Object.values(await page.evaluate(() => (globalThis as unknown as Watched).shown))
    shownMs.push(...shown.filter((ms) => ms > 0))
    keys += text.replaceAll(' ', '').length
  }
  await page.context().close()
  return { shownMs, overtaken: keys - shownMs.length }
}

interface Watched {
  /** By the text in the field. */
  shown: Record<string, number>
}

/** Runs in the page: notes when a key was pressed, and when the results of the text were painted. */
function watchTyping(): void {
  const shown: Record<string, number> = {}
  const pressed: Record<string, number> = {}
  ;(globalThis as unknown as Watched).shown = shown
  addEventListener(
    'input',
    (event) => {
      if (event.target instanceof HTMLInputElement) pressed[event.target.value] = event.timeStamp
    },
    true,
  )
  const look = () => {
    const results = document.querySelector('.results[aria-busy=false] h1')?.textContent ?? ''
    const text = results.replace('Results for ', '')
    if (!(text in pressed) || text in shown) return
    shown[text] = Number.NaN
    requestAnimationFrame(() => {
      // After the frame.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        shown[text] = performance.now() - pressed[text]
      }
      port2.postMessage(null)
    })
  }
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    })
  })
}
