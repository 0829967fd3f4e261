import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** All that runs in an image: the server, its children, and commands. */
const entries = ['src/server.ts', 'src/embedders/encoder.ts', 'indexer/main.ts', 'cli/main.ts']

function reached() {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const [, name] of read(file).matchAll(/^(?!import type).*(?:\bfrom|\bimport) ?\(?\s*'([\w@./-]+)'/gm)) {
      if (name.startsWith('.')) {
        const next = relative(root, join(root, dirname(file), name))
        if (existsSync(join(root, next))) visit(next)
      } else {
        packages.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
      }
    }
  }
  for (const entry of entries) visit(entry)
  return { files, packages }
}

describe('an image', () => {
  const { files, packages } = reached()

  it('needs no package that is there for development alone', () => {
    const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(read('package-lock.json'))
    expect(packages).toContain('express')
    expect([...packages].filter((name) => lock.packages[`node_modules/${name}`]?.dev !== undefined)).toEqual([])
    expect([...packages].filter((name) => !lock.packages[`node_modules/${name}`])).toEqual([])
  })

  it('takes along every folder that runs', () => {
    const taken = read('deploy/Dockerfile.dockerignore')
      .split('\n')
      .flatMap((line) => line.match(/^!(.+)/)?.[1] ?? [])
    const folders = new Set([...files].map((file) => file.split('/')[0]))
    expect([...folders].filter((folder) => !taken.includes(folder))).toEqual([])
    expect(taken.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('the unit and the composition', () => {
  it('give the server the time that it gives itself', () => {
    const [, goodbyeMs] = /longestGoodbyeMs = ([\d_]+)/.exec(read('src/server.ts'))!
    const seconds = Number(goodbyeMs.replaceAll('_', '')) / 1000
    const [, unit] = /TimeoutStopSec=(\d+)/.exec(read('deploy/freshet.service'))!
    const [, container] = /stop_grace_period: (\d+)s/.exec(read('deploy/compose.yaml'))!
    expect([Number(unit) > seconds, Number(container) > seconds]).toEqual([true, true])
  })

  it('start what npm start starts', () => {
    const program = '--import tsx src/server.ts'
    expect(read('deploy/freshet.service')).toContain(`node ${program}`)
    expect(read('deploy/Dockerfile')).toContain(
      JSON.stringify(['node', ...program.split(' ')])
        .slice(1, -1)
        .replaceAll(',', ', '),
    )
  })
})
