import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isDevelopment, judgedQueries, readJudged, topicDigest } from '../../../experiments/topics/judged.ts'

const shared = resolve(import.meta.dirname, '../../../../shared/data/topics')
const absent = !existsSync(shared)
if (absent) console.warn(`skipped: the judged topics are not at ${shared}`)

const root = mkdtempSync(join(tmpdir(), 'freshet-judged-'))
afterAll(() => rmSync(root, { recursive: true }))

const tides = {
  id: 't1',
  query: 'tide  mills since may 2025',
  need: 'I need it.',
  narrative: 'Relevant: mills.',
  class: 'dated',
  niche: true,
  field: 'cs.IR',
  as_of: '2025-09-15',
  short: 'mills',
  long: 'which mills are driven by the tide?',
  since: '2025-05-01',
  until: '2025-08-31',
}
const kites = {
  ...tides,
  id: 't2',
  query: 'kites',
  class: 'ambiguous',
  senses: ['the toy', 'the bird'],
  since: null,
  until: null,
}

let made = 0
function file(text: string): string {
  const path = join(root, `file-${made++}`)
  writeFileSync(path, text)
  return path
}
const topics = (...lines: readonly object[]) => file(lines.map((line) => JSON.stringify(line)).join('\n'))

function folder(lines: readonly object[], qrels: string | null): string {
  const path = mkdtempSync(join(root, 'folder-'))
  writeFileSync(join(path, 'topics.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'))
  if (qrels !== null) writeFileSync(join(path, 'qrels.txt'), qrels)
  return path
}

describe('judged topics', () => {
  it('are queries asked in the last moment of their day', async () => {
    const set = await readJudged([folder([tides, kites], 't1 0 2503.00001 3\nt2 0 2503.00002 2\n')], [])
    expect(judgedQueries(set)).toEqual([
      {
        id: 't1',
        text: 'tide  mills since may 2025',
        asked: Date.parse('2025-09-15T23:59:59.999Z'),
        plain: false,
        unit: 't1',
        class: 'dated',
        grades: new Map([['2503.00001', 3]]),
        since: Date.parse('2025-05-01T00:00:00Z'),
        until: Date.parse('2025-08-31T23:59:59.999Z'),
        facts: { form: 'query', field: 'cs.IR', niche: true, terms: 5 },
      },
      expect.objectContaining({
        id: 't2',
        since: null,
        until: null,
        facts: { form: 'query', field: 'cs.IR', niche: true, terms: 1, sense: 'the toy' },
      }),
    ])
    expect(judgedQueries(set, 'short').map(({ id, text }) => [id, text])).toEqual([
      ['t1', 'mills'],
      ['t2', 'mills'],
    ])
  })

  it('come from folders and files together, and judgements of one topic from several', async () => {
    const set = await readJudged(
      [folder([tides], 't1 0 2503.00001 3\n'), topics(kites, tides)],
      [file('t2 0 2503.00002 1\nt1 0 2503.00003 0\n'), file('t1 0 2503.00001 3\n')],
    )
    expect(set.topics.map((one) => one.id)).toEqual(['t1', 't2'])
    expect([...(set.qrels.get('t1') ?? [])]).toEqual([
      ['2503.00001', 3],
      ['2503.00003', 0],
    ])
  })

  it('without judgements are left out, and named', async () => {
    const set = await readJudged([folder([tides, kites], null)], [file('t2 0 2503.00002 1\n')])
    expect(judgedQueries(set).map((one) => one.id)).toEqual(['t2'])
    expect(set.unjudged).toEqual(['t1'])
  })

  it('are refused where judgements name a topic that no file has', async () => {
    await expect(readJudged([topics(tides)], [file('t1 0 a 1\nt9 0 a 1\n')])).rejects.toThrow('the topic t9 is judged')
  })

  it('are refused where two files mean different topics or grades by one name', async () => {
    await expect(readJudged([topics(tides), topics({ ...tides, query: 'mills' })], [])).rejects.toThrow(
      'the topic t1 is another one',
    )
    await expect(readJudged([topics(tides)], [file('t1 0 a 1\n'), file('t1 0 a 2\n')])).rejects.toThrow(
      't1 judges a 2, and an earlier file 1',
    )
  })

  it('are refused where a path leads nowhere', async () => {
    await expect(readJudged([join(root, 'nowhere')], [])).rejects.toThrow('nowhere does not exist')
  })

  it('have the digest of their content, whatever the order and the files', async () => {
    const together = await readJudged([topics(tides, kites)], [file('t1 0 a 1\nt2 0 b 2\n')])
    const apart = await readJudged([topics(kites), topics(tides)], [file('t2 0 b 2\n'), file('t1 0 a 1\n')])
    const other = await readJudged([topics(tides, kites)], [file('t1 0 a 2\nt2 0 b 2\n')])
    expect(apart.digests).toEqual(together.digests)
    expect(other.digests.topics).toBe(together.digests.topics)
    expect(other.digests.qrels).not.toBe(together.digests.qrels)
  })

  it('are development topics as soon as one of them was registered as such', async () => {
    const set = await readJudged([topics(tides, kites)], [file('t1 0 a 1\nt2 0 b 2\n')])
    const registered = new Set([topicDigest({ id: 't1', query: 'Tide mills since May 2025 ' })])
    expect(isDevelopment(set.topics, registered)).toBe(true)
    expect(isDevelopment(set.topics.slice(1), registered)).toBe(false)
    expect(isDevelopment(set.topics, new Set([topicDigest({ id: 't1', query: 'wind mills since may 2025' })]))).toBe(
      false,
    )
  })

  it.skipIf(absent)(
    `of the shared folder are all judged${absent ? ' (skipped: ../shared/data is absent)' : ''}`,
    async () => {
      const set = await readJudged([shared], [])
      const queries = judgedQueries(set, 'long')
      expect(queries).toHaveLength(56)
      expect(set.unjudged).toEqual([])
      expect(queries.reduce((sum, { grades }) => sum + grades.size, 0)).toBe(2_713)
      expect(queries.filter((one) => one.since !== null || one.until !== null).map((one) => one.class)).toEqual(
        Array(6).fill('dated'),
      )
    },
  )
})
