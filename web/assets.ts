import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, transformSync } from 'esbuild'
import { type Compressed, compressed } from './compression.ts'

export interface Style {
  readonly text: string
  /** As a Content-Security-Policy names it. */
  readonly hash: string
}

export interface Assets {
  readonly styles: Readonly<Record<'search' | 'reports', Style>>
  readonly scriptPath: string
  readonly script: Compressed
}

const inThisFolder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Styles and the one script of all pages, made in memory at the start of the server. */
export async function makeAssets(): Promise<Assets> {
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
    styles: { search: styleOf('tokens', 'base', 'search'), reports: styleOf('tokens', 'base', 'reports') },
    scriptPath: `/assets/${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.js`,
    script: compressed(Buffer.from(contents), 'smallest'),
  }
}

function styleOf(...sheets: readonly string[]): Style {
  const css = sheets.map((name) => readFileSync(inThisFolder(`styles/${name}.css`), 'utf8')).join('\n')
  const text = transformSync(css, { loader: 'css', minify: true }).code.trim()
  return { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` }
}
