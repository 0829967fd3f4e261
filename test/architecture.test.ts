import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const rooms = ['src', 'indexer', 'cli', 'experiments', 'bench']
const files = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name)),
)

/** Relative imports of a file, as paths from the root. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, to]) =>
    normalize(join(dirname(file), to)),
  )

const siblings = ['retrieval', 'engines', 'sources', 'embedders', 'http'].map((room) => `src/${room}/`)
const leaves = ['src/child.ts', 'src/clock.ts', 'src/log.ts', 'src/config.ts']
const roomOf = (file: string) => siblings.find((room) => file.startsWith(room)) ?? null

/** What each room may import besides itself; rooms not named here are programs, which stand on top. */
function mayImport(from: string, to: string): boolean {
  if (from.startsWith('src/domain/')) return to.startsWith('src/domain/')
  if (from === 'src/ports.ts') return to.startsWith('src/domain/')
  if (leaves.includes(from)) return to.startsWith('src/domain/') || to === 'src/ports.ts'
  const room = roomOf(from)
  if (room === null) return from.startsWith('src/') ? !to.startsWith('cli/') && !to.startsWith('experiments/') : true
  const shared = to.startsWith('src/domain/') || to === 'src/ports.ts' || to === 'src/child.ts'
  // The server's face reads the ranking's constants and its idea of the effective filters.
  return shared || to.startsWith(room) || (room === 'src/http/' && to.startsWith('src/retrieval/'))
}

const concrete = /^src\/(engines|embedders)\/|^src\/sources\/(?!files\/|withdrawn)/

describe('imports', () => {
  it('go down or stay in their room', () => {
    const wrong = files.flatMap((from) =>
      importsOf(from).flatMap((to) => (mayImport(from, to) ? [] : [`${from} -> ${to}`])),
    )
    expect(files.length).toBeGreaterThan(80)
    expect(wrong).toEqual([])
  })

  it('of concrete adapters stand in compose.ts alone', () => {
    const wrong = files
      .filter((file) => file !== 'src/compose.ts' && !roomOf(file))
      .flatMap((from) => importsOf(from).flatMap((to) => (concrete.test(to) ? [`${from} -> ${to}`] : [])))
    expect(wrong).toEqual([])
  })

  it('run in no circle', () => {
    const state = new Map<string, 'open' | 'done'>()
    const circles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'open') circles.push([...path, file].join(' -> '))
      if (state.has(file)) return
      state.set(file, 'open')
      for (const to of importsOf(file)) visit(to, [...path, file])
      state.set(file, 'done')
    }
    for (const file of files) visit(file, [])
    expect(circles).toEqual([])
  })
})
