import { afterEach, beforeEach, describe } from 'vitest'
import type { Clock } from '../../src/ports.ts'
import type { OpenedEngine } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { calendarTests } from './engine/calendar.ts'
import { documentTests } from './engine/documents.ts'
import { filterTests } from './engine/filters.ts'
import { findTests } from './engine/finding.ts'
import { generationTests } from './engine/generations.ts'
import { identityTests } from './engine/identity.ts'
import { lockTests } from './engine/lock.ts'
import { markTests } from './engine/marks.ts'
import { pastTests } from './engine/past.ts'
import { snapshotTests } from './engine/snapshots.ts'
import { statisticsTests } from './engine/statistics.ts'
import { versionTests } from './engine/versions.ts'

/** What every engine owes. `open` gives an empty one. */
export function engineContract(name: string, open: (clock: Clock) => Promise<OpenedEngine>): void {
  let clock: VirtualClock
  let opened: OpenedEngine

  beforeEach(async () => {
    clock = new VirtualClock()
    opened = await open(clock)
  })

  afterEach(() => opened.close())

  const current = () => ({ engine: opened.engine, clock })
  describe(`${name}: documents`, () => documentTests(current))
  describe(`${name}: versions`, () => versionTests(current))
  describe(`${name}: identity`, () => identityTests(current))
  describe(`${name}: embeddings and marks`, () => markTests(current))
  describe(`${name}: what can be found`, () => findTests(current))
  describe(`${name}: filters`, () => filterTests(current))
  describe(`${name}: the calendar`, () => calendarTests(current))
  describe(`${name}: statistics`, () => statisticsTests(current))
  describe(`${name}: the past`, () => pastTests(current))
  describe(`${name}: generations`, () => generationTests(current))
  describe(`${name}: snapshots`, () => snapshotTests(current))
  describe(`${name}: the writer lock`, () => lockTests(current))
}
