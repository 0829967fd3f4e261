import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

/** The real command line, each call a process of its own, over one folder. */
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'freshet-cli-'))
const inFolder = (name: string) => join(folder, name)

const freshet = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { ...process.env, FRESHET_DATA: inFolder('data'), FRESHET_LOG: 'silent' }
    const child = execFile('node', ['--import', 'tsx', 'cli/main.ts', ...args], { cwd: root, env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

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
    expect(second.out).toMatch(/0 new, 0 revised, 2 already there/)
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
})
