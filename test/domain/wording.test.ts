import { describe, expect, it } from 'vitest'
import { contentWordShare, namesVersion } from '../../src/domain/wording.ts'

describe('a name with a version', () => {
  it.each(['yi 6 fine-tuning', 'gemma-3', 'whisper v3 for dialects', 'phi-2.5', 'moshi2 latency', 'florence-2-large'])(
    'is read in: %s',
    (text) => {
      expect(namesVersion(text)).toBe(true)
    },
  )

  it.each([
    'covid-19 forecasts',
    'task 3 results',
    'level 2 driving',
    'resnet50',
    '3d shapes',
    'a 4 bit weight',
    'l2 loss',
    'agents',
  ])('is none in: %s', (text) => {
    expect(namesVersion(text)).toBe(false)
  })
})

describe('the share of words that say what is looked for', () => {
  it('is less than 1 in a sentence, and 1 in keywords and in nothing', () => {
    expect(contentWordShare('how do birds find the way')).toBeCloseTo(3 / 6, 12)
    expect(contentWordShare('bird navigation')).toBe(1)
    expect(contentWordShare('')).toBe(1)
  })
})
