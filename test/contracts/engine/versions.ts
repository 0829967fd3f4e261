import { expect, test } from 'vitest'
import { dayMs, instant } from '../../../src/domain/instant.ts'
import { daysAgo, idOf, noon, purge, put, record } from '../../engines/fixtures.ts'

import type { Current } from './current.ts'

export function versionTests(current: Current): void {
  const announced = daysAgo(40)

  test('a revision keeps the first announcement', async () => {
    const { engine } = current()
    await put(engine, [record('a', { announced })])
    await put(engine, [record('a', { version: 2, title: 'Better', announced: daysAgo(1), updated: daysAgo(2) })])
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ version: 2, title: 'Better', announced })
  })

  test('a stated announcement replaces a derived one; an unknown one replaces none', async () => {
    const { engine } = current()
    await put(engine, [record('a', { announced: daysAgo(41), announcedBasis: 'derived' })])
    await put(engine, [record('a', { version: 2, announced })])
    await put(engine, [record('a', { version: 3, announced: null, announcedBasis: 'unknown' })])
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ version: 3, announced, announcedBasis: 'stated' })
  })

  test('what is announced later than it was harvested was announced when it was harvested', async () => {
    const { engine } = current()
    await put(engine, [record('a', { announced: instant(noon + dayMs) })])
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ announced: noon, announcedBasis: 'derived' })
  })

  test('versions are listed in order, with the text of those that were seen', async () => {
    const { engine } = current()
    const versions = [1, 2, 3].map((version) => ({ version, at: daysAgo(100 - version) }))
    await put(engine, [
      record('a', { version: 2, title: 'Second', updated: daysAgo(98), versions: versions.slice(0, 2) }),
    ])
    await put(engine, [record('a', { version: 3, title: 'Third', updated: daysAgo(97), versions })])
    expect(engine.documents.versionsOf(idOf('a'))).toEqual([
      { version: 1, at: daysAgo(99), title: null, abstract: null },
      { version: 2, at: daysAgo(98), title: 'Second', abstract: '' },
      { version: 3, at: daysAgo(97), title: 'Third', abstract: '' },
    ])
  })

  test('a stale record still tells of versions', async () => {
    const { engine } = current()
    await put(engine, [record('a', { version: 2, updated: daysAgo(5) })])
    await put(engine, [record('a', { versions: [{ version: 1, at: daysAgo(9) }] })])
    expect(engine.documents.versionsOf(idOf('a')).map(({ version, at }) => [version, at])).toEqual([
      [1, daysAgo(9)],
      [2, daysAgo(5)],
    ])
  })

  test('purging takes every version', async () => {
    const { engine } = current()
    await put(engine, [record('a')])
    await put(engine, [record('a', { version: 2, title: 'Second' })])
    await purge(engine, 'a')
    await put(engine, [record('a', { version: 3, title: 'Third' })])
    expect(engine.documents.versionsOf(idOf('a')).map((one) => one.version)).toEqual([3])
  })
}
