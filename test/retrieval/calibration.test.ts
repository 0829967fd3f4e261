import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BadSetting } from '../../src/domain/errors.ts'
import { loadCalibration, shippedFile } from '../../src/retrieval/calibration.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshet-calibration-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shipped = JSON.parse(readFileSync(shippedFile, 'utf8'))
let files = 0
function written(content: string): string {
  const file = join(folder, `${files++}.json`)
  writeFileSync(file, content)
  return file
}

describe('the calibration', () => {
  it('is the shipped one unless a file is named', () => {
    expect(loadCalibration(null)).toEqual(shipped)
    const mine = { ...shipped, freshness: { any: { ...shipped.freshness.any, gamma: 0.1 } } }
    expect(loadCalibration(written(JSON.stringify(mine)))).toEqual(mine)
  })

  it('says from what it was learned', () => {
    const { provenance } = loadCalibration(null)
    expect(provenance.commit).toMatch(/^[0-9a-f]{7,40}(\+[0-9a-f]{12})?$/)
    expect(provenance.corpus.papers).toBeGreaterThan(0)
  })

  it.each([
    ['another version', { ...shipped, version: 1 }, 'version'],
    [
      'a field of another kind',
      { ...shipped, freshness: { any: { ...shipped.freshness.any, gamma: '0.4' } } },
      'freshness.any.gamma',
    ],
    ['a field that is missing', { ...shipped, live: { ...shipped.live, perSecond: undefined } }, 'live.perSecond'],
  ])('of %s is refused, and the field is named', (_, content, field) => {
    const load = () => loadCalibration(written(JSON.stringify(content)))
    expect(load).toThrow(BadSetting)
    expect(load).toThrow(`${field}: `)
  })

  it('that is no JSON, or not there, is refused by its name', () => {
    expect(() => loadCalibration(written('{"version": 2'))).toThrow(BadSetting)
    expect(() => loadCalibration(join(folder, 'none.json'))).toThrow('none.json')
  })
})
