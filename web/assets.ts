import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, transformSync } from 'esbuild'
import { type Compressed, compressed } from './compression.ts'

export interface Assets {
  readonly style: string
  /** Of the style, as a Content-Security-Policy names it. */
  readonly styleHash: string
  readonly scriptPath: string
  readonly script: Compressed
}

const inThisFolder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const sheets = ['tokens', 'base', 'search', 'reports']

/** Styles and the one script of all pages, made in memory at the start of the server. */
export async function makeAssets(): Promise<Assets> {
  const css = sheets.map((name) => readFileSync(inThisFolder(`styles/${name}.css`), 'utf8')).join('\n')
  const style = transformSync(css, { loader: 'css', minify: true }).code.trim()
  const { outputFiles } = await build({
    entryPoints: [inThisFolder('client/main.tsx')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
  })
  const [{ contents }] = outputFiles
  return {
    style,
    styleHash: `sha256-${createHash('sha256').update(style).digest('base64')}`,
    scriptPath: `/assets/${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.js`,
    script: compressed(Buffer.from(contents), 'smallest'),
  }
}
