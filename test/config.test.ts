import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig, settingNames } from '../src/config.ts'

const example = readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8').split('\n')
const settings = example.flatMap((line, i) => {
  const match = /^(?:# )?(FRESHET_[A-Z_]+)=(.*)$/.exec(line)
  return match ? [{ name: match[1], value: match[2], above: example[i - 1] ?? '' }] : []
})

describe('.env.example', () => {
  it('has every setting once, and no other', () => {
    expect(settings.map((one) => one.name).sort()).toEqual([...settingNames].sort())
  })

  it('explains each in a comment above it', () => {
    for (const { name, above } of settings) expect(above, name).toMatch(/^# .{10,}/)
  })

  it('shows the defaults: a copy with everything uncommented changes nothing', () => {
    const shown = Object.fromEntries(settings.map(({ name, value }) => [name, value]))
    expect(readConfig(shown)).toEqual(readConfig({}))
  })
})

describe('a setting that cannot be used', () => {
  it.each([
    ['FRESHET_PORT', 'high'],
    ['FRESHET_PORT', '70000'],
    ['FRESHET_SOURCES', 'arxive'],
    ['FRESHET_ARXIV_CATEGORIES', 'Computer Science'],
    ['FRESHET_ARXIV_OAI_URL', 'not an address'],
    ['FRESHET_NIGHTLY', 'at night'],
    ['FRESHET_NIGHTLY_ZONE', 'Mars/Olympus'],
    ['FRESHET_INDEXER', 'maybe'],
    ['FRESHET_LOG', 'loud'],
    ['FRESHET_HOTS', '127.0.0.1'],
  ])('%s=%s is refused by its name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name)
  })

  it('is told from one that is empty, which is not set', () => {
    expect(readConfig({ FRESHET_PORT: '' }).port).toBe(8787)
  })
})
