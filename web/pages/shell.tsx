import { renderToString } from 'preact-render-to-string'
import type { Assets, Style } from '../assets.ts'
import type { Tab, View } from '../page.ts'

const tabs: Readonly<Record<Tab, readonly [path: string, label: string]>> = {
  search: ['/', 'Search'],
  sources: ['/sources', 'Sources'],
  experiments: ['/experiments', 'Experiments'],
  docs: ['/docs', 'API'],
}
export type Theme = 'auto' | 'light' | 'dark'

export interface Look {
  readonly tab: Tab
  readonly theme: Theme
  readonly style: Style
  readonly scriptPath: Assets['scriptPath']
}

export const toHtml = (view: View, look: Look): string =>
  `<!doctype html>${renderToString(<Shell view={view} look={look} />)}`

/** What every page has around it. All styles are inlined: a sheet of their own would cost the first paint a round trip. */
const Shell = ({
  view: { title, body, state },
  look: { tab, theme, style, scriptPath },
}: {
  view: View
  look: Look
}) => (
  <html lang="en" data-theme={theme}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="icon" href={icon} />
      <style dangerouslySetInnerHTML={{ __html: style.text }} />
      <script type="module" src={scriptPath} />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/" aria-label="Freshet, to an empty search">
          <Mark />
          Freshet
        </a>
        <nav aria-label="Pages">
          {Object.entries(tabs).map(([name, [path, label]]) => (
            <a key={name} href={path} aria-current={name === tab ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <button type="button" class="quiet" id="theme">
          Theme: {theme}
        </button>
      </header>
      {body}
      {state && <script type="application/json" id="state" dangerouslySetInnerHTML={{ __html: inScript(state) }} />}
    </body>
  </html>
)

/** Inside a script element nothing is escaped, and `</script` or `<!--` would end or change it. */
const inScript = (state: object): string => JSON.stringify(state).replaceAll('<', '\\u003c')

const Mark = () => (
  <svg class="mark" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
    <path d={wave} />
  </svg>
)

const wave = 'M1 5.5c2.3-3 4.7-3 7 0s4.7 3 7 0M1 11c2.3-3 4.7-3 7 0s4.7 3 7 0'
const icon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="${wave}" fill="none" stroke="#1f6f8b" stroke-width="2" stroke-linecap="round"/></svg>`,
)}`
