import type { Browser } from 'playwright-core'
import { openPage } from './browser.ts'

export interface Network {
  readonly name: string
  /** From a request to the first byte of its response. */
  readonly requestLatencyMs: number
  readonly downKbps: number
  readonly upKbps: number
}

export interface Load {
  readonly lcpMs: number
  readonly firstPaintMs: number
  readonly firstByteMs: number
  /** Sum of all layout shifts. */
  readonly cls: number
  /** Over the wire, headers included. */
  readonly bytes: number
  readonly scriptBytes: number
}

/** One load from an empty cache on a telephone's screen; slowed down unless `slowly` is null. */
export async function loadOf(
  browser: Browser,
  url: string,
  slowly: (Network & { readonly cpuSlowdown: number }) | null,
): Promise<Load> {
  const page = await openPage(browser, { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75 })
  const devtools = await page.context().newCDPSession(page)
  const bytesOf = new Map<string, number>()
  const scripts = new Set<string>()
  devtools.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId))
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    bytesOf.set(requestId, encodedDataLength),
  )
  await devtools.send('Network.enable')
  if (slowly) {
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: slowly.requestLatencyMs,
      downloadThroughput: (slowly.downKbps * 1024) / 8,
      uploadThroughput: (slowly.upKbps * 1024) / 8,
    })
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowly.cpuSlowdown })
  }
  await page.goto(url, { waitUntil: 'networkidle' })
  const times = await page.evaluate(paintTimes)
  await page.context().close()
  const sum = (ids: Iterable<string>) => [...ids].reduce((total, id) => total + (bytesOf.get(id) ?? 0), 0)
  return { ...times, bytes: sum(bytesOf.keys()), scriptBytes: sum(scripts) }
}

/** Runs in the page. */
async function paintTimes(): Promise<Omit<Load, 'bytes' | 'scriptBytes'>> {
  const entriesOf = <T extends PerformanceEntry>(type: string) =>
    new Promise<T[]>((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries() as T[])).observe({ type, buffered: true })
      setTimeout(() => resolve([]), 200)
    })
  const paints = await entriesOf('largest-contentful-paint')
  const shifts = await entriesOf<PerformanceEntry & { value: number }>('layout-shift')
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return {
    lcpMs: paints.at(-1)?.startTime ?? Number.NaN,
    firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    firstByteMs: navigation.responseStart,
    cls: shifts.reduce((total, shift) => total + shift.value, 0),
  }
}
