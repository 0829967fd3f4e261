import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { asFile, drawn } from './figures.ts'
import { htmlPage } from './html.ts'
import { markdown } from './markdown.ts'
import { overviewPage, reportPage } from './page.ts'
import type { Run } from './read.ts'

/** Writes report.md, report.html and figures/ of a run into its folder. The same run gives the same bytes. */
export async function writeReport(folder: string, run: Run): Promise<void> {
  const svgs = new Map<string, string>()
  for (const figure of run.findings.figures) svgs.set(figure.name, await drawn(figure))
  const figures = join(folder, 'figures')
  mkdirSync(figures, { recursive: true })
  // What an earlier report had and this one has not would be taken for a figure of this one.
  for (const name of readdirSync(figures)) if (name.endsWith('.svg')) rmSync(join(figures, name))
  for (const [name, svg] of svgs) writeFileSync(join(figures, `${name}.svg`), asFile(svg))
  const page = reportPage(run)
  writeFileSync(join(folder, 'report.md'), markdown(page))
  writeFileSync(join(folder, 'report.html'), htmlPage(page, svgs))
}

/** Writes overview.md and overview.html, a line for each verdict of the runs, into a folder. */
export function writeOverview(folder: string, runs: readonly { readonly folder: string; readonly run: Run }[]): void {
  mkdirSync(folder, { recursive: true })
  const page = (file: string) =>
    overviewPage(
      runs.map((one) => ({
        ...one.run,
        href: [...relative(folder, one.folder).split(sep), file].filter(Boolean).join('/'),
      })),
    )
  writeFileSync(join(folder, 'overview.md'), markdown(page('report.md')))
  writeFileSync(join(folder, 'overview.html'), htmlPage(page('report.html'), new Map()))
}
