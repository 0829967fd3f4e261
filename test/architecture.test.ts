import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const program = '^(?!src/(?:alerts|engines|embedders|http|sources/(?!files/)|server.ts))(?:src|indexer'
/** Rooms, and what each may import besides itself. A file stands in the first room that fits. */
const rooms = [
  ['^src/domain/', '^$'],
  ['^src/ports.ts$', '^src/domain/'],
  ['^src/(?:child|clock|config|demand|log|source-status|status).ts$', '^src/(?:domain/|ports.ts)'],
  ['^src/engines/embedded/', '^src/(?:domain/|ports.ts)'],
  ['^src/engines/memory(?:/|.ts)', '^src/(?:domain/|ports.ts)'],
  ['^src/sources/', '^src/(?:domain/|ports.ts)'],
  ['^src/embedders/', '^src/(?:domain/|ports.ts|child.ts)'],
  ['^src/retrieval/', '^src/(?:domain/|ports.ts)'],
  ['^src/http/', '^src/(?:domain/|ports.ts|retrieval/)'],
  ['^src/telemetry/', '^src/(?:domain/|ports.ts)'],
  // Doors beside JSON speak through the service, and know nothing of what lies beneath it.
  ['^src/(?:mcp|alerts)/', '^src/(?:domain/|ports.ts|http/)'],
  ['^src/client/', '^$'],
  ['^web/', '^src/(?:client/|domain/|http/)'],
  ['^src/compose(?:-sources)?.ts$', '^src/(?!alerts|client|http|mcp|server.ts)'],
  ['^src/(?:server|supervise).ts$', '^(?:src/(?!engines|embedders|sources)|web/|indexer/news.ts$)'],
  ['^indexer/', `${program})/`],
  // The local upstream speaks the providers' side of the wire: what it shared with our sources would prove nothing.
  ['^test/upstream/', '^src/domain/'],
  ['^experiments/', `${program}|test/upstream)/`],
  ['^cli/', '^(?!src/(?:engines|embedders|sources/(?!files/)|server.ts))(?:src|indexer|experiments)/'],
  ['^bench/', '^(?:src|indexer|experiments|test/upstream)/'],
].map(([room, allowed]) => ({ room: new RegExp(room), allowed: new RegExp(allowed) }))
const roomOf = (file: string) => rooms.find(({ room }) => room.test(file))

const files = ['src', 'web', 'indexer', 'cli', 'experiments', 'bench', 'test/upstream'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
)
const programs = files.filter((file) => /\.tsx?$/.test(file) && !/^test\/.*(?:\.test|\bstage)\.ts$/.test(file))
/** Types too: what a file must know of another is a direction, whether or not anything runs. */
const edges = programs.flatMap((from) =>
  [...readFileSync(join(root, from), 'utf8').matchAll(/(?:\bfrom|\bimport) ?\(?'(\.[^']+)'/g)].map(([, path]) => ({
    from,
    to: relative(root, join(root, dirname(from), path)),
  })),
)

describe('imports', () => {
  it('are found, and every file stands in a room', () => {
    expect(edges.length).toBeGreaterThan(programs.length)
    expect(edges.filter(({ to }) => !files.includes(to))).toEqual([])
    expect(programs.filter((file) => !roomOf(file))).toEqual([])
  })

  it('go down and never up or sideways; beside the rooms only compose.ts names their adapters', () => {
    const wrong = edges.filter(({ from, to }) => roomOf(from) !== roomOf(to) && !roomOf(from)?.allowed.test(to))
    expect(wrong).toEqual([])
  })

  it('of the server take from the indexer nothing but a type', () => {
    const server = ['src/server.ts', 'src/supervise.ts'].map((file) => readFileSync(join(root, file), 'utf8')).join()
    expect(server.match(/^import .*\/indexer\/.*$/gm)).toEqual([expect.stringMatching(/^import type /)])
  })

  it('make no circle', () => {
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, [...path, file].join(' -> ')).not.toContain(file)
      if (done.has(file)) return
      for (const { from, to } of edges) if (from === file) visit(to, [...path, file])
      done.add(file)
    }
    for (const file of programs) visit(file, [])
    expect([...done].filter((file) => /\.tsx?$/.test(file)).sort()).toEqual([...programs].sort())
  })
})
