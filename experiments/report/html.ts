import { escaped } from '../../src/domain/escape.ts'
import { asPart } from './figures.ts'
import type { Block, Cell, Facts, Page, PrintedTable } from './page.ts'
import { style } from './style.ts'
import { outcomeSays } from './words.ts'

/** The page in one file, without a script. `figures` holds the SVG of each figure by name. */
export function htmlPage({ title, blocks }: Page, figures: ReadonlyMap<string, string>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${blocks.map((block) => blockHtml(block, figures)).join('\n')}
</main>
</body>
</html>
`
}

function blockHtml(block: Block, figures: ReadonlyMap<string, string>): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`
    case 'text':
      return `<p${block.notice ? ' class="notice" role="note"' : ''}>${escaped(block.text)}</p>`
    case 'verdict': {
      const { verdict, facts } = block
      const head = `<h3><span class="outcome">${outcomeSays(verdict)}</span> ${escaped(verdict.primary)}</h3>`
      const body = `<p>${escaped(verdict.says)}</p>${facts.length > 0 ? factList(facts) : ''}`
      return `<section class="verdict ${verdict.standing === 'demonstration' ? 'shown' : verdict.outcome}">${head}${body}</section>`
    }
    case 'facts':
      return factList(block.facts)
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`
    case 'command':
      return `<pre><code>${escaped(block.text)}</code></pre>`
    case 'table':
      return tableHtml(block.table)
    case 'figure': {
      const svg = asPart(figures.get(block.figure.name) ?? '')
      const caption = `<b>${escaped(block.figure.title)}.</b> ${escaped(block.caption)}`
      return `<figure>${svg}<figcaption>${caption}</figcaption></figure>`
    }
  }
}

const factList = (facts: Facts): string =>
  `<dl>${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`

/** The box around it scrolls where the window is narrow, for the keyboard too. */
function tableHtml({ title, note, columns, rows }: PrintedTable): string {
  const kind = (i: number) => (columns[i].numeric ? ' class="number"' : '')
  const head = columns.map(({ name }, i) => `<th scope="col"${kind(i)}>${escaped(name)}</th>`).join('')
  const body = rows
    .map((row) => {
      const cells = row.map((cell, i) =>
        i === 0 ? `<th scope="row"${kind(i)}>${cellHtml(cell)}</th>` : `<td${kind(i)}>${cellHtml(cell)}</td>`,
      )
      return `<tr>${cells.join('')}</tr>`
    })
    .join('\n')
  const table = `<table><caption>${escaped(title)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`
  const box = `<div class="table${columns.length > 6 ? ' wide' : ''}" role="region" tabindex="0" aria-label="${escaped(title)}">${table}</div>`
  return note ? `${box}\n<p class="note">${escaped(note)}</p>` : box
}

const cellHtml = (cell: Cell): string =>
  typeof cell === 'string' ? escaped(cell) : `<a href="${escaped(encodeURI(cell.href))}">${escaped(cell.text)}</a>`
