import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openEngine, openRuntimeIn } from '../src/compose.ts'
import type { DocumentId } from '../src/domain/document.ts'
import { instant } from '../src/domain/instant.ts'

/** The real command line, each call a process of its own, over one folder. */
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'freshet-cli-'))
const inFolder = (name: string) => join(folder, name)

const command = ['--import', 'tsx', 'cli/main.ts']
const environment = (data = 'data') => ({ ...process.env, FRESHET_DATA: inFolder(data), FRESHET_LOG: 'silent' })
const freshetIn = (data: string, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile('node', [...command, ...args], { cwd: root, env: environment(data) }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
const freshet = (...args: string[]) => freshetIn('data', ...args)

const writeLines = (file: string, lines: readonly object[]) =>
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('freshet', () => {
  it('imports what it can read, names the line it cannot, and changes nothing the second time', async () => {
    const lines = [
      { id: 'a', title: 'Moss on northern roofs', abstract: 'Moss grows.', announced: '2026-02-01' },
      { id: 'b', title: 'Lichen on old walls', abstract: 'Lichen grows slowly.', announced: '2024-02-01' },
    ].map((one) => JSON.stringify(one))
    writeFileSync(inFolder('own.jsonl'), [lines[0], '{"id": "c"', lines[1]].join('\n'))
    const first = await freshet('import', 'jsonl', inFolder('own.jsonl'))
    expect(first).toMatchObject({ code: 3, out: expect.stringMatching(/2 new.*1 unreadable/) })
    expect(first.out).toMatch(/line 2: /)
    const second = await freshet('import', 'jsonl', inFolder('own.jsonl'))
    expect(second.out).toMatch(/lines: 2 unchanged/)
  })

  it('finds them before and after a night, within dates', async () => {
    const before = await freshet('search', 'growth on walls and roofs', '--since', '2026-01-01')
    expect(before.out).toMatch(/1\. Moss on northern roofs/)
    expect(before.out).not.toMatch(/Lichen/)
    expect((await freshet('index', 'once')).out).toMatch(/generation 1 is published: 2 documents/)
    const after = await freshet('search', 'lichen', '--explain')
    expect(after.out).toMatch(/1\. Lichen on old walls[\s\S]*static[\s\S]*"cosine"/)
    expect((await freshet('status')).out).toMatch(/2 documents, 2 from own[\s\S]*generation 1/)
    expect(await freshet('doctor')).toMatchObject({ code: 0, out: expect.not.stringMatching(/BROKEN/) })
  })

  it('ends without a stack where nobody reads on', async () => {
    const child = spawn('node', [...command, 'search', 'moss'], { cwd: root, env: environment() })
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    await once(child, 'close')
    expect(said).toBe('')
  })

  it('searches as of a day or an instant that has passed', async () => {
    const asOf = (time: string) => freshet('search', 'moss lichen', '--as-of', time)
    const then = await asOf('2026-01-31')
    expect(then.out).toMatch(/Lichen on old walls/)
    expect(then.out).not.toMatch(/Moss on northern roofs/)
    expect(then.out).toMatch(/as of a moment that has passed/)
    expect((await asOf('2026-02-01T00:00Z')).out).toMatch(/Moss on northern roofs/)
    expect(await asOf('2199-01-01')).toMatchObject({ code: 1, err: expect.stringMatching(/lies in the future/) })
    expect(await asOf('2026-02-01T00:00')).toMatchObject({ code: 1, err: expect.stringMatching(/is no time; write/) })
  })

  it('lists what was searched, newest first', async () => {
    const runtime = openRuntimeIn(inFolder('asked'))
    const at = instant(Date.parse('2026-02-03T09:15:25Z'))
    const asked = {
      at,
      mode: 'auto',
      filters: [],
      caller: 'everybody',
      hits: 3,
      abstained: false,
      live: false,
      tookMs: 4,
    } as const
    runtime.queries.add([
      { ...asked, text: 'moss' },
      { ...asked, text: 'lichen' },
    ])
    runtime.close()
    expect((await freshetIn('asked', 'queries')).out).toMatch(/everybody {2}lichen\n.*everybody {2}moss\n$/)
    const { out } = await freshetIn('asked', 'queries', '--json', '--limit', '1')
    expect(JSON.parse(out)).toEqual({ ...asked, text: 'lichen', at: '2026-02-03T09:15:25.000Z' })
    expect((await freshetIn('asked', 'queries', '--limit', '0')).code).toBe(1)
  })

  it('takes a backup, purges, and restores', async () => {
    expect((await freshet('backup', inFolder('b.db'))).out).toMatch(/2 documents/)
    expect(await freshet('purge', 'a', 'unknown')).toMatchObject({ code: 3, out: expect.stringMatching(/1 of 2/) })
    expect((await freshet('search', 'moss')).out).not.toMatch(/Moss on northern roofs/)
    expect((await freshet('restore', inFolder('b.db'))).out).toMatch(/2 documents are restored/)
    expect((await freshet('search', 'moss')).out).toMatch(/1\. Moss on northern roofs/)
  })

  it('refuses the whole Kaggle snapshot and says what it would take', async () => {
    const { code, err } = await freshet('import', 'kaggle', inFolder('own.jsonl'))
    expect(code).toBe(1)
    expect(err).toMatch(/--category or --since[\s\S]*million/)
  })

  it('evaluates a BEIR folder and writes a TREC run', async () => {
    const beir = inFolder('tiny')
    mkdirSync(join(beir, 'qrels'), { recursive: true })
    const documents = ['moss roofs', 'lichen walls', 'ferns forests', 'algae lakes', 'heather moors']
    const corpus = documents.map((text, i) =>
      JSON.stringify({ _id: `d${i}`, title: `On ${text}`, text: `About ${text}.` }),
    )
    writeFileSync(join(beir, 'corpus.jsonl'), corpus.join('\n'))
    writeFileSync(join(beir, 'queries.jsonl'), '{"_id": "q1", "text": "moss"}\n{"_id": "q2", "text": "lichen"}\n')
    // The first query finds its one paper at rank 1; the second is judged for a paper that its words cannot find.
    writeFileSync(join(beir, 'qrels', 'test.tsv'), 'query-id\tcorpus-id\tscore\nq1\td0\t1\nq2\td4\t1\n')
    const { code, out } = await freshet('evaluate', beir, '--run', inFolder('run.txt'))
    expect(code).toBe(0)
    expect(out).toMatch(/tiny \(test\): 5 documents, 2 judged queries/)
    expect(out).toMatch(/lexical +nDCG@10 0\.5000 +recall@100 0\.5000/)
    const run = readFileSync(inFolder('run.txt'), 'utf8').trim().split('\n')
    for (const line of run) expect(line).toMatch(/^q\d Q0 tiny:d\d \d+ -?\d+\.\d{6} (lexical|dense|hybrid|rrf)$/)
    expect(run[0]).toMatch(/^q1 Q0 tiny:d0 1 /)
  })

  it('names a file that is not there, without a stack', async () => {
    const { code, err } = await freshet('import', 'jsonl', inFolder('nowhere.jsonl'))
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/no such file.*nowhere\.jsonl/) })
    expect(err).not.toMatch(/\n +at /)
  })

  it('imports a BEIR folder under ids of its own', async () => {
    const { code, out } = await freshetIn('beir', 'import', 'beir', inFolder('tiny'))
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/5 lines: 5 new/) })
    expect((await freshetIn('beir', 'search', 'heather', '--explain')).out).toMatch(
      /1\. On heather moors[\s\S]*urn:beir:tiny:d4/,
    )
  })

  it('evaluates judged topics, each as of its day, dated ones inside the time that they ask for', async () => {
    const papers = [
      ['2401.00001', '2024-01-10', 'Moss', 'Moss, moss and again moss on stones.'],
      ['2401.00002', '2024-01-11', 'Stones', 'Stones, walls and at times some moss.'],
      ['2402.00001', '2024-02-10', 'Lichen', 'Lichen, lichen and again lichen on bark.'],
      ['2409.00001', '2024-09-10', 'Bark', 'Bark, twigs and at times some lichen.'],
      ['2401.00003', '2024-01-12', 'Ferns', 'Ferns of the forest floor.'],
      ['2401.00004', '2024-01-13', 'Algae', 'Algae of cold lakes.'],
      ['2503.00001', '2025-03-10', 'Moss', 'Moss moss moss moss moss moss.'],
    ].map(([id, announced, title, abstract]) => ({ id, announced, title, abstract, categories: ['q-bio.PE'] }))
    writeLines(inFolder('papers.jsonl'), papers)
    const said = { need: 'n', narrative: 'n', niche: false, field: 'f', as_of: '2025-01-31', short: 's', long: 'l' }
    mkdirSync(inFolder('topics'))
    writeLines(inFolder('topics/topics.jsonl'), [
      { id: 't1', query: 'moss', class: 'atemporal', ...said },
      { id: 't2', query: 'lichen since june 2024', class: 'dated', since: '2024-06-01', ...said },
    ])
    const judgements = ['t1 0 2401.00001 1', 't1 0 2401.00002 3', 't2 0 2402.00001 2', 't2 0 2409.00001 1']
    writeFileSync(inFolder('topics/qrels.txt'), judgements.join('\n'))
    const { code, out } = await freshet('evaluate', inFolder('topics'), '--corpus', inFolder('papers.jsonl'))
    expect(code).toBe(0)
    const row = (label: string) => {
      const line = out.split('\n').find((one) => one.startsWith(label)) ?? ''
      return line
        .slice(22)
        .match(/.{12}/g)
        ?.map((cell) => cell.trim())
    }
    expect(row('nDCG@10')).toEqual(['atemporal', 'all undated', 'dated', 'judged@10'])
    // t1: grades 1, 3 are found in this order, (1 + 7 / log2(3)) / (7 + 1 / log2(3)); the paper of March is not there yet.
    // t2: by words alone the paper of February is first, and worth nothing inside the time that is asked for: 1 / log2(3).
    expect(row('lexical')).toEqual(['0.7098', '0.7098', '0.6309', '1.0000'])
    expect(row('shipped mode')?.[2]).toBe('1.0000')
  })
})

describe('an import that is killed', () => {
  it('goes on where it was, and loses no line', async () => {
    const words = 'a corpus of generated abstracts about moss, lichen, ferns, algae and heather on northern moors '
    const papers = Array.from({ length: 5_000 }, (_, i) => ({
      id: `2401.${String(i + 1).padStart(5, '0')}`,
      title: `Paper ${i + 1}`,
      abstract: `Number ${i + 1} of ${words.repeat(6)}`,
      announced: '2024-01-10',
    }))
    writeLines(inFolder('many.jsonl'), papers)
    const engine = await openEngine(inFolder('killed'))
    const args = ['import', 'arxiv-jsonl', inFolder('many.jsonl')]
    const child = spawn('node', [...command, ...args], { cwd: root, env: environment('killed'), stdio: 'ignore' })
    const ended = once(child, 'exit')
    await expect.poll(() => engine.documents.count(), { interval: 5, timeout: 50_000 }).toBeGreaterThan(0)
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    const kept = engine.documents.count()
    expect(kept).toBeLessThan(papers.length)

    const { code, out } = await freshetIn('killed', ...args)
    expect(code).toBe(0)
    expect(out).toContain(`5000 lines (went on from line ${kept + 1}): ${papers.length - kept} new`)
    expect(engine.documents.count()).toBe(papers.length)
    for (const { id } of papers) expect(engine.documents.byId(id as DocumentId)).not.toBeNull()
    await engine.close()
  })
})
