import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readTopics } from '../../../src/sources/files/topics.ts'

const root = mkdtempSync(join(tmpdir(), 'freshet-topics-'))
afterAll(() => rmSync(root, { recursive: true }))

const topic = {
  id: 't1',
  query: 'Jaguars since may 2025',
  need: 'I need it.',
  narrative: 'Relevant: jaguars.',
  class: 'dated',
  niche: true,
  field: 'cs.IR',
  as_of: '2025-09-15',
  short: 'jaguars',
  long: 'what is known of jaguars?',
}

function folder(topics: readonly object[], qrels: string): string {
  const path = mkdtempSync(join(root, 'f-'))
  writeFileSync(join(path, 'topics.jsonl'), topics.map((one) => JSON.stringify(one)).join('\n'))
  writeFileSync(join(path, 'qrels.txt'), qrels)
  return path
}

describe('judged topics', () => {
  it('are topics and grades', async () => {
    const path = folder(
      [topic, { ...topic, id: 't2', senses: ['the cat', 'the car'], since: '2025-05-01', until: null }],
      't1 0 2503.00001 3\nt1 0 2503.00002 0\n\nt2\t0\t2503.00001\t1\n',
    )
    const { topics, qrels } = await readTopics(path)
    expect(topics).toEqual([
      { ...topic, as_of: undefined, asOf: '2025-09-15', senses: [], since: null, until: null },
      {
        ...topic,
        as_of: undefined,
        asOf: '2025-09-15',
        id: 't2',
        senses: ['the cat', 'the car'],
        since: '2025-05-01',
        until: null,
      },
    ])
    expect([...qrels].map(([id, judged]) => [id, [...judged]])).toEqual([
      [
        't1',
        [
          ['2503.00001', 3],
          ['2503.00002', 0],
        ],
      ],
      ['t2', [['2503.00001', 1]]],
    ])
  })

  it.each([
    [{ class: 'old' }, '"class" must be one of recent, atemporal'],
    [{ as_of: '2025-9-15' }, '"as_of" must be a day'],
    [{ niche: 'yes' }, '"niche" must be a boolean'],
    [{ query: ' ' }, '"query" is empty'],
    [{ id: 't1' }, 'the topic t1 stands here a second time'],
  ])('with %j are refused by file and line', async (fields, sentence) => {
    const path = folder([topic, { ...topic, id: 't2', ...fields }], '')
    await expect(readTopics(path)).rejects.toThrow(`${join(path, 'topics.jsonl')}, line 2: ${sentence}`)
  })

  it('with a judgement that is none are refused by file and line', async () => {
    const path = folder([topic], 't1 0 2503.00001 3\nt1 2503.00001 3\n')
    await expect(readTopics(path)).rejects.toThrow(`${join(path, 'qrels.txt')}, line 2: has 3 fields`)
  })
})
