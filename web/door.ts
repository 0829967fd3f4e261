import { type Request, type RequestHandler, type Response, Router } from 'express'
import { callerOf } from '../src/http/keys.ts'
import { onlyMethods, problemOf, Refusal } from '../src/http/problem.ts'
import { goneSignal, parametersOf } from '../src/http/reading.ts'
import type { Door } from '../src/http/service.ts'
import { makeAssets, type Style } from './assets.ts'
import { compressed, sendCompressed } from './compression.ts'
import type { Page, View, Visit } from './page.ts'
import { locked } from './pages/locked.tsx'
import { refused } from './pages/refused.tsx'
import { searchPage } from './pages/search.tsx'
import { type Theme, toHtml } from './pages/shell.tsx'

/** The pages, and what they load. Takes a second, for the script is bundled. */
export async function openPages(pages: readonly Page[] = []): Promise<Door> {
  const assets = await makeAssets()
  return ({ service, guard }) => {
    const router = Router()
    for (const page of [searchPage, ...pages]) {
      router
        .route(page.path)
        .get(async (request, response) => {
          const style = assets.styles[page.tab === 'search' ? 'search' : 'reports']
          const look = { tab: page.tab, theme: themeOf(request), style, scriptPath: assets.scriptPath }
          if (!page.open && !(await passes(guard('read'), request, response))) {
            response.status(401).set('WWW-Authenticate', 'Bearer realm="freshet"')
            return sendHtml(request, response, toHtml(locked, look), style)
          }
          const visit = {
            service,
            caller: callerOf(response),
            url: parametersOf(request),
            params: paramsOf(request),
            signal: goneSignal(response),
          }
          const view = await viewOf(page, visit)
          response.status(view.status ?? 200)
          sendHtml(request, response, toHtml(view, look), style)
        })
        .all(onlyMethods('GET', 'HEAD'))
    }
    router
      .route(assets.scriptPath)
      .get((request, response) => {
        response.type('text/javascript').set('Cache-Control', 'public, max-age=31536000, immutable')
        sendCompressed(request, response, assets.script)
      })
      .all(onlyMethods('GET', 'HEAD'))
    return router
  }
}

/** What is refused is said on a page as well. What nobody expected goes on to the log. */
async function viewOf(page: Page, visit: Visit): Promise<View> {
  try {
    return await page.render(visit)
  } catch (error) {
    const { problem, unexpected } = problemOf(error)
    if (unexpected) throw error
    return refused(problem)
  }
}

function sendHtml(request: Request, response: Response, html: string, { hash }: Style): void {
  response
    .type('html')
    .vary('Cookie')
    .set({ ...pageHeaders, 'Content-Security-Policy': policyOf(hash) })
  sendCompressed(request, response, compressed(Buffer.from(html), 'fast'))
}

const pageHeaders = {
  'Cache-Control': 'private, no-cache',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

const policyOf = (styleHash: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src '${styleHash}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** Whether a guard lets a request through. What lacks a key sees a form for one instead of a problem document. */
const passes = (guard: RequestHandler, request: Request, response: Response): Promise<boolean> =>
  new Promise<void>((resolve, reject) => {
    Promise.resolve(guard(request, response, (error?: unknown) => (error ? reject(error) : resolve()))).catch(reject)
  }).then(
    () => true,
    (error) => {
      if (error instanceof Refusal && error.kind === 'unauthorized') return false
      throw error
    },
  )

const paramsOf = ({ params }: Request): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value].flat().join('/')]))

function themeOf(request: Request): Theme {
  const named = /(?:^|; )theme=(light|dark)(?:;|$)/.exec(request.get('Cookie') ?? '')?.[1]
  return named === 'light' || named === 'dark' ? named : 'auto'
}
