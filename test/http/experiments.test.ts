import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { experimentSchema, experimentsSchema } from '../../src/http/experiments.ts'
import { openShelves } from '../../src/http/run-folders.ts'
import { problemOf, serve, type TestServer } from './fakes.ts'

const published = join(import.meta.dirname, '../../docs/results')

let made: string
let server: TestServer
beforeEach(async () => {
  made = mkdtempSync(join(tmpdir(), 'freshet-runs-'))
  server = await serve({ shelves: shelves() })
})
afterEach(async () => {
  await server.close()
  rmSync(made, { recursive: true })
})

const shelves = () =>
  openShelves([
    { name: 'published', path: published, shown: 'docs/results' },
    { name: 'local', path: join(made, 'runs'), shown: 'data/runs' },
  ])

/** A run of our own, like the published one but for its changes. */
function madeRun(name: string, change: (findings: Record<string, unknown>) => void = () => {}): string {
  const folder = join(made, 'runs', name)
  mkdirSync(join(folder, 'figures'), { recursive: true })
  cpSync(join(published, 'agility'), folder, { recursive: true })
  const file = join(folder, 'findings.json')
  const findings = JSON.parse(readFileSync(file, 'utf8'))
  change(findings)
  writeFileSync(file, JSON.stringify(findings))
  return folder
}

const listed = async () => experimentsSchema.parse(await (await server.get('/v1/experiments')).json())

describe('the runs on disk', () => {
  test('are listed with hypothesis, verdicts and the folder they lie in', async () => {
    const { folders, runs, unreadable } = await listed()
    expect(folders).toEqual(['docs/results', 'data/runs'])
    expect(unreadable).toEqual([])
    const agility = runs.find(({ run }) => run === 'published-agility')!
    expect(agility).toMatchObject({
      folder: 'docs/results/agility',
      claim: 'agility',
      says: 'Inference agility beats static indexes.',
    })
    const { verdicts } = JSON.parse(readFileSync(join(published, 'agility', 'findings.json'), 'utf8'))
    expect(
      agility.verdicts.map(({ primary, outcome, standing, margin }) => [primary, outcome, standing, margin]),
    ).toEqual(verdicts.map((one: Record<string, unknown>) => [one.primary, one.outcome, one.standing, one.margin]))
    expect(agility.verdicts[0].effect?.interval).toEqual(verdicts[0].effect.interval)
  })

  test('stand side by side when one name was run here and published', async () => {
    madeRun('agility', (findings) => {
      findings.claim = 'agility of ours'
    })
    const { runs } = await listed()
    expect(runs.filter(({ folder }) => folder.endsWith('/agility'))).toMatchObject([
      { run: 'published-agility', claim: 'agility' },
      { run: 'local-agility', claim: 'agility of ours' },
    ])
  })

  test('are named with the reason where they cannot be read, and hide no other', async () => {
    madeRun('broken', (findings) => {
      findings.verdicts = 'none'
    })
    writeFileSync(join(madeRun('torn'), 'findings.json'), '{')
    madeRun('whole')
    rmSync(join(madeRun('alone'), 'provenance.json'))
    const { runs, unreadable } = await listed()
    expect(runs.map(({ run }) => run)).toContain('local-whole')
    expect(unreadable).toMatchObject([
      { folder: 'data/runs/alone', reason: 'a file of it cannot be read (ENOENT)' },
      { folder: 'data/runs/broken', reason: expect.stringContaining('findings.json: verdicts') },
      { folder: 'data/runs/torn', reason: expect.stringContaining('JSON') },
    ])
    expect(JSON.stringify(unreadable)).not.toContain(made)
    const problem = await problemOf(await server.get('/v1/experiments/local-broken'))
    expect(problem).toMatchObject({ status: 404, detail: expect.stringContaining('cannot be read') })
  })

  test('are none where there is no folder', async () => {
    const none = openShelves([{ name: 'local', path: join(made, 'nowhere'), shown: 'data/runs' }])
    expect(await none.list()).toEqual({ runs: [], unreadable: [] })
  })
})

test.each(['/v1/experiments', '/v1/experiments/published-agility', '/v1/coverage'])(
  '%s needs a key where keys are needed',
  async (path) => {
    await server.close()
    server = await serve({ shelves: shelves(), apiKeys: ['read:secret'] })
    expect((await server.get(path)).status).toBe(401)
    expect((await server.get(path, { 'X-API-Key': 'secret' })).status).toBe(200)
  },
)

describe('one run', () => {
  test('comes with its arms, figures and files, and how to get it again', async () => {
    const run = experimentSchema.parse(await (await server.get('/v1/experiments/published-agility')).json())
    expect(run.command).toMatch(/^npm run experiment -- run agility /)
    expect(run.arms.rows.every((row) => row.length === run.arms.columns.length)).toBe(true)
    expect(run.figures.map(({ file }) => file)).toContain('figures/agility-by-store.svg')
    for (const { file } of run.figures) expect(run.files).toContain(file)
  })

  test.each(['agility', 'published-nothing', 'published-', 'published-..', 'local-.hidden', 'published-agility%2F..'])(
    '%s is none',
    async (name) => {
      expect(await problemOf(await server.get(`/v1/experiments/${name}`))).toMatchObject({ status: 404 })
    },
  )

  test('can have an interval without an end', async () => {
    madeRun('open', (findings) => {
      const [{ effect }] = findings.verdicts as [{ effect: { interval: { high: number | null } } }]
      effect.interval.high = null
    })
    const run = await (await server.get('/v1/experiments/local-open')).json()
    expect(run.verdicts[0].effect.interval).toMatchObject({ high: null })
  })
})

describe('files of a run', () => {
  test('are its figures and its data, to the byte', async () => {
    const { body, type } = await shelves().file('published-agility', 'figures/three-reasons.svg')
    expect(type).toBe('svg')
    expect(body).toEqual(readFileSync(join(published, 'agility/figures/three-reasons.svg')))
  })

  test.each([
    '../README.md',
    'figures/../../README.md',
    'figures/..%2f..%2fREADME.md',
    '/etc/passwd',
    './findings.json',
    'figures',
    'figures/',
    'figures/.svg',
    'figures/a/b.svg',
    'figures\\..\\findings.json',
    'runs/all.run',
    'findings.json\0.svg',
    `figures/${'a'.repeat(300)}.svg`,
    'figures/none.svg',
    '',
  ])('%j is not among them', async (path) => {
    await expect(shelves().file('published-agility', path)).rejects.toMatchObject({ kind: 'not-found' })
  })

  test('do not lead out of the run by a link, though a run may be one', async () => {
    const folder = madeRun('linked')
    writeFileSync(join(made, 'secret.svg'), 'secret')
    symlinkSync(join(made, 'secret.svg'), join(folder, 'figures', 'secret.svg'))
    symlinkSync(folder, join(made, 'runs', 'alias'))
    await expect(shelves().file('local-linked', 'figures/secret.svg')).rejects.toMatchObject({ kind: 'not-found' })
    expect((await shelves().file('local-alias', 'findings.json')).type).toBe('json')
  })
})
