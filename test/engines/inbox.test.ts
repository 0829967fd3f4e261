import { describe, expect, test } from 'vitest'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { instant } from '../../src/domain/instant.ts'
import { record as paper } from './fixtures.ts'
import { inRuntime } from './in-runtime.ts'

const at = (minute: number) => instant(Date.parse('2026-03-02T12:00:00Z') + minute * 60_000)
const titles = (waiting: readonly { readonly record: DocumentRecord }[]) => waiting.map((one) => one.record.title)

describe('the inbox', () => {
  test('hands records over to another process, oldest first, as they were put', () => {
    const { open } = inRuntime()
    const records = [paper('2603.00001', { title: 'Ström — “naïve”' }), paper('2603.00002'), paper('2603.00003')]
    open().inbox.put('arxiv', records, at(0))
    expect(open().inbox.peek(2)).toEqual(
      records.slice(0, 2).map((one) => ({ source: 'arxiv', record: one, at: at(0) })),
    )
    expect(open().inbox.count()).toBe(3)
  })

  test('a record that is put twice waits once', () => {
    const { inbox } = inRuntime().open()
    inbox.put('arxiv', [paper('2603.00001')], at(0))
    inbox.put('arxiv', [paper('2603.00001')], at(1))
    expect(inbox.count()).toBe(1)
  })

  test('the same id from two sources waits twice', () => {
    const { inbox } = inRuntime().open()
    inbox.put('arxiv', [paper('2603.00001')], at(0))
    inbox.put('openalex', [paper('2603.00001')], at(0))
    expect(inbox.peek(9).map((one) => one.source)).toEqual(['arxiv', 'openalex'])
  })

  test('the newest of a document wins, and keeps its place in line', () => {
    const { inbox } = inRuntime().open()
    inbox.put('arxiv', [paper('2603.00001', { title: 'old' }), paper('2603.00002', { title: 'other' })], at(0))
    inbox.put('arxiv', [paper('2603.00001', { title: 'new' })], at(1))
    expect(titles(inbox.peek(9))).toEqual(['new', 'other'])
  })

  test('an older version that arrives late does not replace a newer one', () => {
    const { inbox } = inRuntime().open()
    inbox.put('arxiv', [paper('2603.00001', { version: 2, title: 'second' })], at(0))
    inbox.put('arxiv', [paper('2603.00001', { version: 1, title: 'first' })], at(1))
    expect(titles(inbox.peek(9))).toEqual(['second'])
  })

  test('what was taken is removed, and nothing else', () => {
    const { open } = inRuntime()
    const { inbox } = open()
    inbox.put('arxiv', [paper('2603.00001'), paper('2603.00002')], at(0))
    const taken = inbox.peek(1)
    open().inbox.remove(taken)
    inbox.remove(taken)
    expect(inbox.peek(9).map((one) => one.record.id)).toEqual(['2603.00002'])
  })

  test.each([0, 1])('a newer record put while the old one was being stored stays, even %i minutes later', (minute) => {
    const { inbox } = inRuntime().open()
    inbox.put('arxiv', [paper('2603.00001', { title: 'old' })], at(0))
    const taken = inbox.peek(9)
    inbox.put('arxiv', [paper('2603.00001', { title: 'new' })], at(minute))
    inbox.remove(taken)
    expect(titles(inbox.peek(9))).toEqual(['new'])
  })

  test('holds ten thousand records; the oldest go', () => {
    const { inbox } = inRuntime().open()
    const many = Array.from({ length: 10_005 }, (_, at) => paper(`x:${at}`))
    inbox.put('feed', many.slice(0, 6_000), at(0))
    inbox.put('feed', many.slice(6_000), at(1))
    expect(inbox.count()).toBe(10_000)
    expect(inbox.peek(1)[0].record.id).toBe('x:5')
  })
})
