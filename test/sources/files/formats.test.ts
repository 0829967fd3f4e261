import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentRecord } from '../../../src/domain/document.ts'
import { UnreadableRecord } from '../../../src/domain/errors.ts'
import { beirLineReader } from '../../../src/sources/files/beir.ts'
import { importFormats } from '../../../src/sources/files/formats.ts'

const paper = { id: '2503.01234', title: 'A title', abstract: 'Text.', authors: ['A. B.'], categories: ['cs.IR'] }
const mail = 'Mon, 2 Apr 2007 19:18:42 GMT'

/** Every reader with a line that it reads. */
const formats: [string, (line: string) => DocumentRecord, object][] = [
  [
    'arxiv-jsonl',
    importFormats['arxiv-jsonl'],
    { ...paper, comment: 'x', announced: '2025-03-18', published: '2025-03-16', updated: '2025-03-17', version: 'v2' },
  ],
  [
    'kaggle',
    importFormats.kaggle,
    {
      ...paper,
      categories: 'cs.IR cs.CL',
      comments: 'x',
      doi: '10.1000/a',
      versions: [{ version: 'v1', created: mail }],
      authors_parsed: [['B', 'A.', '']],
    },
  ],
  [
    'jsonl',
    importFormats.jsonl,
    { ...paper, id: 'note-7', url: 'https://a.b', date: '2025-03-18', doi: '10.1000/a', kind: 'post' },
  ],
  [
    'sample',
    importFormats.sample,
    { ...paper, summary: 'Text.', announced: '2025-03-18', url: 'https://arxiv.org/abs/2503.01234' },
  ],
  [
    'beir',
    beirLineReader('any'),
    { _id: '1', title: 'A title', text: 'Text.', authors: ['A. B.'], source: 'J. 1', published: '1958-12' },
  ],
]

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  fc.string({ unit: fc.constantFrom('\\', '{', '}', '~', '"', "'", 'c', 'i', 'o', ' ') }),
  fc.constantFrom('math.GT/0309136v2', '0000-01-01', '9999-12-31', '-000001-01-01', '9999-12-31T23:59:59Z', 'v9', mail),
)
const value = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 3, arbitrary: fc.array(text) },
  fc.array(fc.array(text)),
  fc.jsonValue(),
  fc.array(fc.record({ version: fc.constantFrom('v1', 'v2', 'x'), created: fc.oneof(text, fc.constant(mail)) })),
)

/** Lines near enough to good ones that many of them are read, and lines that are nothing. */
const linesNear = (good: object): fc.Arbitrary<string> => {
  const changes = fc
    .subarray(Object.keys(good), { maxLength: 3 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, value]))))
  return fc.oneof(
    { weight: 8, arbitrary: changes.map((changed) => JSON.stringify({ ...good, ...changed })) },
    fc.string({ unit: 'binary' }),
    fc.json(),
  )
}

function isSound(record: DocumentRecord): void {
  expect(record.id).toMatch(/^\S{1,200}$/)
  expect(record.title).not.toBe('')
  for (const at of [record.announced, record.submitted, record.updated, ...record.versions.map((one) => one.at)]) {
    expect(Number.isNaN(at)).toBe(false)
  }
  expect(record.announcedBasis === 'unknown').toBe(record.announced === null)
  for (const plain of [record.title, record.abstract, ...record.authors, ...record.categories, record.comment ?? '']) {
    expect(plain).not.toMatch(/\p{Cc}|\p{Surrogate}| {2}|^ | $/u)
    expect(plain.normalize('NFC')).toBe(plain)
  }
}

describe.each(formats)('the %s reader', (_, read, good) => {
  it('gives a sound record or throws UnreadableRecord, whatever the line', () => {
    let sound = 0
    fc.assert(
      fc.property(linesNear(good), (line) => {
        let record: DocumentRecord
        try {
          record = read(line)
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableRecord)
          return
        }
        isSound(record)
        sound++
      }),
      { numRuns: 1_000 },
    )
    // Or the law would say little about records.
    expect(sound).toBeGreaterThan(100)
  })

  it('names a long or deep line in a short sentence', () => {
    const deep = `{"id":${'['.repeat(9_000)}${']'.repeat(9_000)}}`
    for (const line of ['['.repeat(500_000), `{"${'x'.repeat(500_000)}":1}`, deep]) {
      let sentence = ''
      try {
        read(line)
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableRecord)
        sentence = String(error)
      }
      expect(sentence.length).toBeGreaterThan(0)
      expect(sentence.length).toBeLessThan(500)
    }
  })
})
