import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../../src/domain/instant.ts'
import { spokenTimes } from '../../src/domain/spoken-times.ts'

const now = instant(Date.parse('2026-02-03T09:16:00Z'))

describe('a time that a query names', () => {
  it.each([
    ['point cloud registration 2019', '2019'],
    ['Lip reading, autumn 2024', 'autumn 2024'],
    ['late 2023 speech codecs', 'late 2023'],
    ['speech codecs 2021-2023', '2021-2023'],
    ['speech codecs 2021..2023', '2021..2023'],
    ['speech codecs >2022', '>2022'],
    ['post-2021 speech codecs', 'post-2021'],
    ['chess programs of the 80s', 'of the 80s'],
    ['chess programs in the 1970s', 'in the 1970s'],
    ['interspeech 2023 papers on diarization', 'interspeech 2023'],
    ["icassp '24 diarization", "icassp '24"],
    ["last week's diarization papers", "last week's"],
    ['diarization, not older than 2 weeks', 'not older than 2 weeks'],
    ['diarization since march', 'since march'],
    ['diarization after the release of whisper', 'after the release of'],
  ])('%s', (text, words) => {
    expect(spokenTimes(text, now)).toEqual([words])
  })

  it.each([
    'iwslt 2018 test set',
    'results of the chime 2016 challenge',
    'chime challenge 2016',
    'cyberpunk 2077',
    "huxley's 1932",
    '1080 ti training speed',
    'us election 2016',
    'kdd cup 2012',
    'summer school dropout prediction',
    'may',
    'time series forecasting',
    'scaling to 2048 tokens',
    'since when do models plan',
    'windows 2000',
  ])('is none in: %s', (text) => {
    expect(spokenTimes(text, now)).toEqual([])
  })

  it('is in words of the query, each once, whatever is typed', () => {
    const words = 'slam 2019 2020-2021 > since october neurips 90s in the early summer , . until'.split(' ')
    const typed = fc.array(fc.constantFrom(...words), { maxLength: 10, size: 'max' }).map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.oneof(typed, fc.string({ unit: 'binary' })), (text) => {
        const times = spokenTimes(text, now)
        expect(new Set(times).size).toBe(times.length)
        const line = text.replace(/[’‘]/g, "'").replace(/\s+/g, ' ').trim().toLowerCase()
        for (const time of times) expect(line).toContain(time)
      }),
    )
  })
})
