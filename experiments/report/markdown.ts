import type { Block, Cell, Facts, Page, PrintedTable } from './page.ts'
import { outcomeSays } from './words.ts'

/** The page in GitHub's Markdown; figures are linked as files below it. */
export const markdown = ({ title, blocks }: Page): string =>
  `${[`# ${text(title)}`, ...blocks.map(blockText)].join('\n\n')}\n`

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${text(block.text)}`
    case 'text':
      return block.notice ? `> **${text(block.text)}**` : text(block.text)
    case 'verdict': {
      const { verdict, facts } = block
      const head = `**${outcomeSays(verdict)}: ${text(verdict.primary)}.** ${text(verdict.says)}`
      return facts.length > 0 ? `${head}\n\n${factLines(facts)}` : head
    }
    case 'facts':
      return factLines(block.facts)
    case 'list':
      return block.items.map((item) => `- ${text(item)}`).join('\n')
    case 'command':
      // A command is one line; as indented code it needs no escaping.
      return `    ${block.text.replace(/\s+/g, ' ')}`
    case 'table':
      return tableText(block.table)
    case 'figure': {
      const { figure, caption } = block
      return `**${text(figure.title)}**\n\n![${text(caption)}](figures/${figure.name}.svg)\n\n*${text(caption)}*`
    }
  }
}

const factLines = (facts: Facts): string => facts.map(([name, value]) => `- ${text(name)}: ${text(value)}`).join('\n')

function tableText({ title, note, columns, rows }: PrintedTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const lines = [
    line(columns.map(({ name }) => text(name))),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(cellText))),
  ]
  return [`**${text(title)}**`, lines.join('\n'), ...(note ? [text(note)] : [])].join('\n\n')
}

const cellText = (cell: Cell): string =>
  typeof cell === 'string' ? text(cell) : `[${text(cell.text)}](<${encodeURI(cell.href)}>)`

/** As text and nothing else: no sign of Markdown, HTML or mathematics in it has a meaning. */
const text = (raw: string): string => raw.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#~$&]/g, '\\$&')
