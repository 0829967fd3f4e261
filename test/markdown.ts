/** What documents show and where they point to, as GitHub's Markdown has it and as far as ours use it. */

export interface Example {
  readonly line: number
  /** Of the fence; null of an indented block. */
  readonly language: string | null
  /** What stands behind the language, such as `answer`. */
  readonly label: string
  readonly text: string
  /** The reason that a comment before it gives: `<!-- not run: REASON -->`. */
  readonly notRun: string | null
}

const fence = /^( {0,3})```(\w*) ?(.*)\n([\s\S]*?)^\1```$/gm
const indented = /(?<=^(?:|.*-->)\n)(?: {4}.*\n(?:\n(?= {4}))?)+/gm
const comment = /<!-- not run: ([^>]+) -->\n\n?$/

export function examplesOf(page: string): readonly Example[] {
  const reasonAt = (index: number) => comment.exec(page.slice(0, index))?.[1] ?? null
  const lineAt = (index: number) => page.slice(0, index).split('\n').length
  const fenced = [...page.matchAll(fence)].map(({ index, 2: language, 3: label, 4: text }) => ({
    ...{ line: lineAt(index), language, label, notRun: reasonAt(index) },
    text,
  }))
  const plain = [...blank(page, fence).matchAll(indented)].map(({ index, 0: text }) => ({
    ...{ line: lineAt(index), language: null, label: '', notRun: reasonAt(index) },
    text: text.replaceAll(/^ {4}/gm, ''),
  }))
  return [...fenced, ...plain].sort((a, b) => a.line - b.line)
}

/** Keeps places and lines. */
const blank = (page: string, what: RegExp): string => page.replaceAll(what, (text) => text.replaceAll(/[^\n]/g, '-'))

const proseOf = (page: string): string => blank(blank(page, fence), indented)

export const spansOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/`([^`]+)`/g)].map(([, code]) => code.replaceAll(/\s+/g, ' '))

/** Of links and pictures. */
export const targetsOf = (page: string): readonly string[] =>
  [...blank(proseOf(page), /`[^`]+`(?!\])/g).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target)

export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading] of blank(page, fence).matchAll(/^#+ (.+)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = text.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`
    anchors.add(anchor)
  }
  return anchors
}

/** The commands of a shell block, one a line, without comments. */
export const commandsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/ *\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => line.replace(/(?:^|\s)#.*$/, '').split('&&'))
    .map((command) => command.trim())
    .filter((command) => command !== '')

/** Words of a command, as a shell splits what our documents show. */
export const wordsOf = (command: string): readonly string[] =>
  [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''))
