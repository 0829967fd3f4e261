import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readControl } from '../../../experiments/topics/beir.ts'
import { instant } from '../../../src/domain/instant.ts'

const shared = resolve(import.meta.dirname, '../../../../shared/data/retrieval')
const absent = !existsSync(shared)
if (absent) console.warn(`skipped: the test collections are not at ${shared}`)

const root = mkdtempSync(join(tmpdir(), 'freshet-control-'))
afterAll(() => rmSync(root, { recursive: true }))
const asked = instant(Date.UTC(2026, 3, 1))

describe('a control', () => {
  it('has the judged queries of a BEIR folder, their words only words', async () => {
    const folder = join(root, 'harbours')
    mkdirSync(folder)
    writeFileSync(join(folder, 'corpus.jsonl'), '{"_id": "7", "title": "Piers", "text": "On piers."}\n')
    writeFileSync(
      join(folder, 'queries.jsonl'),
      '{"_id": "1", "text": "piers -before 2020"}\n{"_id": "2", "text": "nobody judged it"}\n',
    )
    writeFileSync(join(folder, 'qrels.tsv'), 'query-id\tcorpus-id\tscore\n1\t7\t2\n')
    const control = await readControl(folder, asked)
    expect(control.queries).toEqual([
      {
        id: '1',
        text: 'piers -before 2020',
        asked,
        plain: true,
        unit: '1',
        class: 'harbours',
        grades: new Map([['harbours:7', 2]]),
        since: null,
        until: null,
        facts: { terms: 3 },
      },
    ])
    expect(control.read('{"_id": "7", "title": "Piers", "text": "On piers."}').id).toBe('harbours:7')
  })

  it.skipIf(absent).each([
    ['scifact', 809],
    ['cranfield', 225],
    ['cisi', 76],
    ['cacm', 52],
  ])(`%s has %i queries${absent ? ' (skipped: ../shared/data is absent)' : ''}`, async (name, count) => {
    expect((await readControl(join(shared, name), asked)).queries).toHaveLength(count)
  })
})
