import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest'
import { readConfig } from '../src/config.ts'
import { type Checkout, openCheckout } from './checkout.ts'
import { commandsOf, type Example, examplesOf, spansOf, wordsOf } from './markdown.ts'

/**
 * Every example of the documents: commands and requests run in a copy of the checkout, beside a server that `npm start` would
 * start. What cannot run says why in a comment before it, and its commands, options and settings are checked all the same.
 */
const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', ...pagesIn('docs/recipes'), ...pagesIn('docs')]

function pagesIn(folder: string): readonly string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'))
  return names.map((name) => join(folder, name)).sort()
}

const programs = vi.hoisted(() => new Map<string, Command>())
vi.mock('../indexer/command-line.ts', () => ({
  runCommandLine: async (program: Command) => void programs.set(program.name(), program),
}))

let checkout: Checkout
beforeAll(async () => {
  await Promise.all([import('../cli/main.ts'), import('../experiments/main.ts')])
  for (const program of programs.values()) makeIdle(program)
  checkout = await openCheckout()
})
afterAll(async () => {
  await checkout?.close()
  for (const line of notRun) console.log(line)
})

/** Parses as ever, and does nothing then. */
function makeIdle(command: Command): void {
  command.exitOverride().configureOutput({ writeErr() {}, writeOut() {} })
  if (command.commands.length === 0) command.action(() => {})
  for (const one of command.commands) makeIdle(one)
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
/** What a system brings along. */
const foreign = ['docker', 'systemctl']
const missingIn = (words: readonly string[]): readonly string[] =>
  words.filter((word) => /^(?:cli|deploy|docs|src)\/[\w./-]+$/.test(word) && !existsSync(join(root, word)))

/** The program of ours that a command starts, and what it is told. */
function ours(words: readonly string[]): readonly [Command | undefined, readonly string[]] | null {
  const freshet = programs.get('freshet')
  const [first, second, name, dashes] = words
  if (first === 'freshet') return [freshet, words.slice(1)]
  if (first === 'npx' && second === '.') return [freshet, words.slice(2)]
  if (first !== 'npm' || second !== 'run') return null
  const told = words.slice(dashes === '--' ? 4 : 3)
  if (name === 'index') return [freshet, ['index', ...told]]
  return programs.has(name) ? [programs.get(name), told] : null
}

async function checkCommand(command: string): Promise<void> {
  const words = wordsOf(command)
  const from = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
  const settings = (from < 0 ? words : words.slice(0, from)).map((word) => word.split(/=(.*)/s, 2))
  readConfig(Object.fromEntries(settings))
  const [first, second, third] = words.slice(from)
  expect(missingIn(words)).toEqual([])
  const own = ours(words.slice(from))
  if (own) await own[0]?.parseAsync([...own[1]], { from: 'user' })
  else if (first === 'npm')
    expect(['install', 'ci', ...Object.keys(scripts)]).toContain(second === 'run' ? third : second)
  else expect(foreign).toContain(first)
}

/** Prints what it prints, and fails as it fails; a refused request is a failure. */
async function run(script: string): Promise<string> {
  // What npm would start, without the second that npm takes.
  const direct = script.replaceAll(
    /npm run (\w+) -- /g,
    (_, name) => `${scripts[name].replace('tsx', 'node --import tsx')} `,
  )
  const asked = checkout.here(`curl() { command curl -fsS "$@"; }\n${direct}`)
  return (await promisify(execFile)('sh', ['-e', '-c', asked], checkout.options)).stdout
}

const runJavaScript = async (code: string): Promise<string> =>
  (await promisify(execFile)('node', ['--input-type=module', '--eval', checkout.here(code)], checkout.options)).stdout

/** Names that the example has and the answer lacks, or that hold something else there. */
function strange(example: unknown, answer: unknown, path = ''): readonly string[] {
  if (Array.isArray(example) && Array.isArray(answer))
    return example.flatMap((one, i) => strange(one, answer[Math.min(i, answer.length - 1)], `${path}[${i}]`))
  if (typeof example !== typeof answer || (example === null) !== (answer === null)) return [path]
  if (typeof example !== 'object' || example === null) return []
  const held = new Map(Object.entries(answer ?? {}))
  return Object.entries(example).flatMap(([name, value]) => strange(value, held.get(name), `${path}.${name}`))
}

function languageOf({ language, text }: Example): string | null {
  if (language !== null) return language
  if (/^(?:GET |http:)/.test(text)) return 'http'
  return /^(?:curl|npm|npx|docker|FRESHET_\w+=)/.test(text) ? 'sh' : null
}

/** Shown, for other programs or for the eye. */
const shown = ['nginx', 'text', 'yaml']
const notRun: string[] = []

function reasonOf({ notRun, text }: Example, language: string | null): string | null {
  if (notRun !== null) return notRun
  if (language !== null && shown.includes(language)) return `it is ${language}`
  return /\bnpm (?:start|install|ci|test)\b/.test(text) ? 'starts or installs; its settings are read' : null
}

describe.each(pages)('%s', (page) => {
  let printed = ''

  async function check(example: Example, { skip }: TestContext): Promise<void> {
    const { text, label } = example
    const language = languageOf(example)
    const reason = reasonOf(example, language)
    if (reason !== null) {
      notRun.push(`${page}:${example.line} is not run: ${reason}`)
      if (language !== 'sh') skip(reason)
      for (const command of commandsOf(text)) await checkCommand(command)
      return
    }
    switch (language) {
      case 'json': {
        // An ellipsis stands for what was left out.
        const value: unknown = JSON.parse(text.replaceAll('…', ''))
        if (label === 'answer') expect(strange(value, JSON.parse(printed))).toEqual([])
        break
      }
      case 'env':
        readConfig(parseEnv(text))
        break
      case 'http': {
        const [url] = /http:\S+|\/\S+/.exec(text) ?? []
        expect((await fetch(new URL(checkout.here(url ?? ''), checkout.url))).status).toBe(200)
        break
      }
      case 'sh':
        printed = await run(text)
        break
      case 'js':
        expect(await runJavaScript(text)).not.toBe('')
        break
      default:
        throw new Error('write its language, or in a comment before it why it is not run')
    }
  }

  const examples = examplesOf(read(page))
  for (const example of examples)
    it(`${example.line}: ${example.text.split('\n')[0]}`, (context) => check(example, context))

  it('names commands and options that there are', () => {
    const wrong = spansOf(read(page)).filter((span) => !isKnown(span))
    expect(wrong).toEqual([])
  })
})

/** Whether what is named in a sentence exists, as far as it is a command of ours; arguments may be left out. */
function isKnown(span: string): boolean {
  const words = wordsOf(span)
  const own = ours(words)
  if (foreign.includes(words[0])) return missingIn(words).length === 0
  if (!own) return words[0] !== 'npm' || words[1] !== 'run' || words[2] in scripts
  let [command] = own
  for (const word of own[1]) {
    if (/^(?:[A-Z]+|…|\.\.\.)$/.test(word)) return true
    if (word.startsWith('-')) {
      if (word !== '--help' && !command?.options.some(({ long }) => long === word)) return false
    } else if (command && command.commands.length > 0) {
      command = command.commands.find((one) => one.name() === word)
      if (!command) return false
    }
  }
  return true
}

describe('docs/commands.md', () => {
  const rows = [...read('docs/commands.md').matchAll(/^\| (`.+?) \| /gm)].slice(1)
  const listed = rows.flatMap(([, cell]) => spansOf(cell))

  it('lists every command, each with options and arguments that it takes', async () => {
    const names = programs.get('freshet')?.commands.map((command) => command.name())
    expect([...new Set(listed.map((line) => wordsOf(line)[0]))].sort()).toEqual(names?.sort())
    for (const line of listed) await checkCommand(`npm run freshet -- ${line.replace('FORMAT', 'jsonl')}`)
  })
})
