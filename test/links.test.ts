import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, spansOf, targetsOf } from './markdown.ts'

/** Documents point at files, headings and folders that there are. */
const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const under = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' }).map((name) => join(folder, name))
const pages = ['.', 'docs', 'data/sample', 'data/models'].flatMap(under).filter((file) => file.endsWith('.md'))

/** Null where a target holds. */
function wrongIn(page: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return URL.canParse(target) ? null : target
  const [path, anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, file))) return target
  if (anchor === undefined || !file.endsWith('.md')) return null
  return anchorsOf(read(file)).has(anchor) ? null : target
}

describe.each(pages)('%s', (page) => {
  it('links to what there is', () => {
    const wrong = targetsOf(read(page)).filter((target) => wrongIn(page, target) !== null)
    expect(wrong).toEqual([])
  })
})

/** Decisions and results speak of their day; the rest is of the files of today. */
const ofToday = pages.filter((page) => !/^docs\/(?:adr|results)\//.test(page) && page !== 'CHANGELOG.md')
/** Where the folder is ours; `NAME` stands for one of the reader's. */
const ours = /^(?:src|web|indexer|cli|experiments|bench|test|docs|deploy)\/(?!.*\bNAME\b)[\w./-]*$/

describe.each(ofToday)('%s', (page) => {
  it('names files and folders that there are', () => {
    const named = spansOf(read(page)).filter((span) => ours.test(span))
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})
