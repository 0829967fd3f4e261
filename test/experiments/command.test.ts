import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { claims } from '../../experiments/claims/all.ts'
import type { Claim } from '../../experiments/claims/claim.ts'
import { runClaim } from '../../experiments/commands/run-claim.ts'
import { commandOf } from '../../experiments/commands/settings.ts'
import { readRun } from '../../experiments/report/read.ts'
import { systemClock } from '../../src/clock.ts'
import { loadCalibration } from '../../src/retrieval/calibration.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'freshet-experiment-'))
const inFolder = (...names: string[]) => join(folder, ...names)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const experiment = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const command = ['--import', 'tsx', 'experiments/main.ts', ...args]
    const env = { ...process.env, FRESHET_DATA: inFolder('data') }
    const child = execFile('node', command, { cwd: root, env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

describe('experiment', () => {
  it('lists each claim with what would refute it, and its margins', async () => {
    const listed: Claim[] = JSON.parse((await experiment('list', '--json')).out)
    expect(listed.map(({ name }) => name)).toEqual(claims.map(({ name }) => name))
    for (const { hypothesis, falsifier, primaries } of listed) {
      expect(hypothesis && falsifier).toBeTruthy()
      for (const { says, margin } of primaries) expect(says && Number.isFinite(margin)).toBeTruthy()
    }
  })

  it('names what there is when asked for what there is not', async () => {
    const { code, err } = await experiment('run', 'perpetual-motion')
    expect(code).toBe(1)
    expect(err).toMatch(/^there is no experiment perpetual-motion; there are agility, /m)
  })

  it('says in a sentence which path is missing', async () => {
    const { code, err } = await experiment('run', 'agility', '--corpus', inFolder('nowhere'))
    expect(code).toBe(1)
    expect(err).toBe(`there is no ${inFolder('nowhere')}\n`)
  })

  it('makes reports anew from findings, of several an overview, too', async () => {
    const made = join(root, 'test/experiments/fixtures/run')
    for (const name of ['runs/one', 'runs/two']) cpSync(made, inFolder(name), { recursive: true })
    const { code, out } = await experiment('report', inFolder('runs/one'), inFolder('runs/two'))
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toEqual([
      inFolder('runs/one/report.html'),
      inFolder('runs/two/report.html'),
      inFolder('runs/overview.html'),
    ])
    expect(existsSync(inFolder('runs/one/figures/age.svg'))).toBe(true)
    expect(readFileSync(inFolder('runs/overview.md'), 'utf8')).toMatch(/\[sundials\]\(<two\/report\.md>\)/)
  })

  it('says which findings cannot be read', async () => {
    const { code, err } = await experiment('report', inFolder('empty'))
    expect(code).toBe(1)
    expect(err).toMatch(/empty\/findings\.json cannot be read/)
  })
})

const findings = readRun(join(root, 'test/experiments/fixtures/run')).findings
const settings = {
  corpora: [],
  format: 'arxiv-jsonl' as const,
  topics: [],
  qrels: [],
  beir: [],
  embedder: 'freshet-static',
  rivals: { static: 'freshet-static', int8: null, fp32: null },
  knownItems: 10,
  seed: 3,
}
// Any file of a claim serves: what is run here is not what is in it.
const claim = (run: Claim['run']): Claim => ({ ...claims[0], run })
const parts = (name: string) => ({
  stores: inFolder('stores'),
  log: inFolder(name, 'log.jsonl'),
  calibration: loadCalibration(null),
  registration: { claims: {}, files: {}, developmentTopics: [] },
  inputs: [],
  command: 'npm run experiment -- run agility',
  clock: systemClock,
  say: () => {},
})
const logged = (name: string) =>
  readFileSync(inFolder(name, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a run', () => {
  it('leaves findings, provenance and report, the same to the byte when it is run again', async () => {
    const out = inFolder('again')
    const files = ['findings.json', 'provenance.json', 'report.md', 'report.html', 'figures/effects.svg']
    const bytes = async () => {
      await runClaim(
        claim(async () => findings),
        { ...settings, out },
        parts('again-log'),
      )
      return files.map((name) => readFileSync(join(out, name), 'utf8'))
    }
    expect(await bytes()).toEqual(await bytes())
    expect(logged('again-log')).toHaveLength(2)
  })

  it('is marked where its code is not as registered, in report and log', async () => {
    const out = inFolder('marked')
    const { provenance } = await runClaim(
      claim(async () => findings),
      { ...settings, out },
      parts('marked-log'),
    )
    expect(provenance.unregistered).toEqual([`the claim ${claims[0].name}, which is not registered at all`])
    expect(readFileSync(join(out, 'report.md'), 'utf8')).toMatch(/Not the registered code: the claim/)
    expect(logged('marked-log')).toMatchObject([
      { claim: claims[0].name, registered: false, outcomes: findings.verdicts.map(({ outcome }) => ({ outcome })) },
    ])
  })

  it('is logged when it fails, too, and leaves no findings', async () => {
    const out = inFolder('failed')
    const failing = claim(async () => {
      throw new Error('the sun went down')
    })
    await expect(runClaim(failing, { ...settings, out }, parts('failed-log'))).rejects.toThrow('the sun went down')
    expect(logged('failed-log')).toMatchObject([{ failed: 'the sun went down' }])
    expect(existsSync(join(out, 'findings.json'))).toBe(false)
  })

  it('that needs papers says so when none were named', async () => {
    const needy = claim(async (study) => {
      await study.replay()
      return findings
    })
    const run = runClaim(needy, { ...settings, out: inFolder('needy') }, parts('needy-log'))
    await expect(run).rejects.toThrow('name the papers with --corpus')
  })
})

describe('the command of a run', () => {
  it('holds all that was taken, quoted where a shell would read it otherwise', () => {
    const study = { ...settings, corpora: ['my papers/a.gz', "it's"], topics: ['t'], out: 'data/runs/x' }
    expect(commandOf('agility', study)).toBe(
      String.raw`npm run experiment -- run agility --corpus 'my papers/a.gz' 'it'\''s' --topics t --embedder freshet-static --known-items 10 --seed 3 --out data/runs/x`,
    )
  })
})
