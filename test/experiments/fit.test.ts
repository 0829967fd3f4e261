import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { labelledTopics, readLabels } from '../../experiments/fit/labels.ts'
import { fromLine, recordedFigures } from '../../experiments/fit/recorded.ts'
import { UnreadableRecord } from '../../src/domain/errors.ts'
import { endOfDay, parseDay } from '../../src/domain/instant.ts'
import { gateWeightsFor, loadCalibration } from '../../src/retrieval/calibration.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import type { Topic } from '../../src/sources/files/topics.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshet-fit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const day = parseDay('2025-11-06')!

describe('labelled queries', () => {
  it('are read with their day, and a line that is none is named', () => {
    const file = join(folder, 'labels.jsonl')
    const good = { id: 'q1', query: 'moss', intent: 'old', stratum: 'plain', as_of: '2025-11-06' }
    writeFileSync(file, `${JSON.stringify(good)}\n\n`)
    expect(readLabels(file)).toEqual([
      { id: 'q1', unit: 'q1', text: 'moss', asked: endOfDay(day), day, intent: 'old', stratum: 'plain' },
    ])
    for (const bad of ['{', JSON.stringify({ ...good, intent: 'new' }), JSON.stringify({ ...good, as_of: 'soon' })]) {
      writeFileSync(file, `${JSON.stringify(good)}\n${bad}`)
      expect(() => readLabels(file)).toThrow(UnreadableRecord)
      expect(() => readLabels(file)).toThrow(/line 2/)
    }
  })

  it('of judged topics share a unit, so that no need is on both sides of a fold', () => {
    const topic: Topic = {
      id: 't1',
      query: 'moss',
      long: 'how does moss grow on roofs?',
      short: 'moss',
      need: '',
      narrative: '',
      class: 'foundation',
      niche: false,
      field: 'q-bio.PE',
      asOf: day,
      senses: [],
      since: null,
      until: null,
    }
    const labelled = labelledTopics([topic])
    expect(labelled.map((one) => one.text)).toEqual(['moss', 'how does moss grow on roofs?'])
    expect(new Set(labelled.map((one) => one.unit))).toEqual(new Set(['t1']))
    expect(new Set(labelled.map((one) => one.intent))).toEqual(new Set(['atemporal']))
  })
})

/**
 * Labelled queries and topics asked from January 2026 on, later than anything that the shipped gate was fitted or
 * calibrated on, with what the gate saw of each over the dated corpus.
 */
const later = readFileSync(new URL('./fixtures/later-queries.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')

describe('the shipped gate', () => {
  it('beats the one set by hand on later time', () => {
    const recorded = later.map(fromLine)
    const fitted = recordedFigures(recorded, gateWeightsFor('freshet-static:', loadCalibration(null)))
    const byHand = recordedFigures(recorded, handSet.gate.any)
    expect(recorded.length).toBeGreaterThan(100)
    // Measured .58 against .73 nats a query, and .74 against .70 of them right.
    expect(fitted.logLoss).toBeLessThan(byHand.logLoss - 0.1)
    expect(fitted.accuracy).toBeGreaterThan(byHand.accuracy)
  })

  it('was fitted on nothing of that time', () => {
    const { trainUntil } = loadCalibration(null).provenance.topics
    expect(trainUntil && trainUntil < '2025-12-01').toBe(true)
  })
})
