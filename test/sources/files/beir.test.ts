import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { beirLineReader, readBeirFolder } from '../../../src/sources/files/beir.ts'

const root = mkdtempSync(join(tmpdir(), 'freshet-beir-'))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
function folder(files: Record<string, string | Buffer>): string {
  const path = join(root, String(folders++), 'tiny')
  mkdirSync(join(path, 'qrels'), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

const queries = '{"_id":"q1","text":"one"}\n{"_id":2,"text":"two"}\n'
const header = 'query-id\tcorpus-id\tscore\n'

describe('a BEIR folder', () => {
  it('with judgements beside the corpus', async () => {
    const path = folder({
      'corpus.jsonl.gz': gzipSync(''),
      'queries.jsonl': queries,
      'qrels.tsv': `${header}q1\t7\t2\r\nq1\t8\t0\n`,
    })
    expect(await readBeirFolder(path)).toEqual({
      name: 'tiny',
      corpusFile: join(path, 'corpus.jsonl.gz'),
      queries: [
        { id: 'q1', text: 'one' },
        { id: '2', text: 'two' },
      ],
      split: 'all',
      qrels: new Map([
        [
          'q1',
          new Map([
            ['tiny:7', 2],
            ['tiny:8', 0],
          ]),
        ],
      ]),
    })
  })

  it('with splits gives the test judgements unless asked for others', async () => {
    const path = folder({
      'corpus.jsonl': '',
      'queries.jsonl.gz': gzipSync(queries),
      'qrels/train.tsv': `${header}q1\t1\t1\n`,
      'qrels/test.tsv': `${header}2\t1\t1\n`,
    })
    expect(await readBeirFolder(path)).toMatchObject({
      split: 'test',
      qrels: new Map([['2', new Map([['tiny:1', 1]])]]),
    })
    expect(await readBeirFolder(path, 'train')).toMatchObject({ split: 'train' })
    await expect(readBeirFolder(path, 'dev')).rejects.toThrow(`${path} has no judgements "dev"`)
  })

  it.each([
    ['q1\t7', 'has 2 fields where BEIR qrels have 3'],
    ['q1\t7\tyes', 'the grade "yes" is not a whole number'],
    ['\t7\t1', 'names no query'],
    ['q1\ta b\t1', '"tiny:a b" is not a document id'],
    ['q1\t1\t2', 'q1 judges tiny:1 a second time, 2 after 1'],
  ])('with the judgement %j is refused by file and line', async (row, sentence) => {
    const path = folder({ 'corpus.jsonl': '', 'queries.jsonl': queries, 'qrels.tsv': `${header}q1\t1\t1\n${row}\n` })
    await expect(readBeirFolder(path)).rejects.toThrow(`${join(path, 'qrels.tsv')}, line 3: ${sentence}`)
  })

  it('with an unreadable query is refused by file and line', async () => {
    const path = folder({ 'corpus.jsonl': '', 'queries.jsonl': `${queries}{"_id":"q3"}\n`, 'qrels.tsv': header })
    await expect(readBeirFolder(path)).rejects.toThrow(`${join(path, 'queries.jsonl')}, line 3: "text" is missing`)
  })

  it('that is no such folder says what it lacks', async () => {
    await expect(readBeirFolder(join(root, 'absent'))).rejects.toThrow('is not a folder that can be read')
    await expect(readBeirFolder(folder({}))).rejects.toThrow('has no qrels.tsv and no qrels/test.tsv')
    await expect(readBeirFolder(folder({ 'qrels.tsv': header }))).rejects.toThrow(
      'has no corpus.jsonl or corpus.jsonl.gz',
    )
  })
})

describe('a document of a BEIR corpus', () => {
  const read = beirLineReader('cacm')
  it('takes its id and source from the name of the collection', () => {
    expect(
      read(
        '{"_id":"17","title":"A title","text":"Text.","authors":["A. B."],"source":"J. 1","published":"1958-12","x":1}',
      ),
    ).toEqual({
      id: 'cacm:17',
      source: 'cacm',
      kind: 'paper',
      version: 0,
      title: 'A title',
      abstract: 'Text.',
      authors: ['A. B.'],
      categories: [],
      comment: 'J. 1',
      doi: null,
      identifiers: [],
      countries: [],
      fields: [],
      url: 'urn:beir:cacm:17',
      submitted: null,
      updated: null,
      announced: Date.UTC(1958, 11, 1),
      announcedBasis: 'stated',
      withdrawn: false,
      standIn: false,
      versions: [],
    })
  })

  it('may lack everything but its id', () => {
    expect(read('{"_id":7}')).toMatchObject({ id: 'cacm:7', title: 'Untitled', abstract: '', announced: null })
    expect(read('{"_id":"7","title":" ","author":"x, y.","source":""}')).toMatchObject({
      title: 'Untitled',
      authors: ['x, y.'],
      comment: null,
    })
  })

  it.each([
    ['{"title":"A title"}', '"_id" is missing'],
    ['{"_id":""}', '"_id" is empty'],
    ['{"_id":"a b"}', '"_id" must be 1 to 200 visible characters'],
    ['{"_id":"1","published":"1958-13"}', '"published" must be a day'],
  ])('is refused for %s', (line, sentence) => expect(() => read(line)).toThrow(sentence))
})
