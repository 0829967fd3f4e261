import { expect, it } from 'vitest'
import { arxivAnnouncement } from '../../../src/domain/calendar.ts'
import { parseDay } from '../../../src/domain/instant.ts'
import { readSampleLine } from '../../../src/sources/files/sample.ts'

const sample = {
  id: '2503.01234',
  title: 'A title',
  summary: 'What it is about.',
  authors: ['Ada Lovelace'],
  categories: ['cs.IR'],
  announced: '2025-03-18',
  url: 'https://arxiv.org/abs/2503.01234',
}

it('a line of the sample is a stand-in for a real paper', () => {
  expect(readSampleLine(JSON.stringify(sample))).toMatchObject({
    id: '2503.01234',
    source: 'sample',
    abstract: 'What it is about.',
    announced: arxivAnnouncement(parseDay('2025-03-18')!),
    announcedBasis: 'stated',
    standIn: true,
    version: 0,
  })
})

it('a line of the sample without a summary is refused', () => {
  expect(() => readSampleLine(JSON.stringify({ ...sample, summary: undefined }))).toThrow('"summary" is missing')
})
