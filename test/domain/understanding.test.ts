import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayOf, parseInstant } from '../../src/domain/instant.ts'
import { understand } from '../../src/domain/understanding.ts'

const now = parseInstant('2026-03-18T10:00:00Z')!
const nothing = { phrases: [], excludedTerms: [], excludedPhrases: [], dates: null }

describe('a typed query is taken apart', () => {
  it('quoted words are a phrase and stay in the subject', () => {
    expect(understand('slam "gaussian splatting" indoors', now)).toEqual({
      ...nothing,
      subject: 'slam gaussian splatting indoors',
      phrases: ['gaussian splatting'],
    })
  })

  it.each([
    ['“gaussian splatting” slam', ['gaussian splatting']],
    ['„gaussian splatting“ slam', ['gaussian splatting']],
    ['("gaussian splatting") slam', ['gaussian splatting']],
    ['" gaussian\u00A0 splatting ", slam', ['gaussian splatting']],
    ['"slam" "loop closure"', ['slam', 'loop closure']],
  ])('curly quotes, brackets and spaces make no difference: %s', (text, phrases) => {
    expect(understand(text, now).phrases).toEqual(phrases)
  })

  it.each(['slam "gaussian splatting', 'slam gaussian"', 'a 5" disk and a 3" lens', 'slam"gaussian"splatting'])(
    'a quote without its other half, or inside a word, is text: %s',
    (text) => {
      expect(understand(text, now)).toEqual({ ...nothing, subject: text })
    },
  )

  it('empty quotes are nothing', () => {
    expect(understand('slam "" “ ” -""', now)).toEqual({ ...nothing, subject: 'slam' })
  })

  it('a hyphen right before a word or a phrase excludes it', () => {
    expect(understand('slam -survey, -"loop closure" lidar -3d -state-of-the-art', now)).toEqual({
      ...nothing,
      subject: 'slam lidar',
      excludedTerms: ['survey', '3d', 'state-of-the-art'],
      excludedPhrases: ['loop closure'],
    })
  })

  it.each([
    'state-of-the-art slam',
    'slam - 5',
    'slam -- lidar',
    'slam --lidar',
    'vision-"language',
    'slam -',
    'x(-y)',
  ])('any other hyphen is text: %s', (text) => {
    expect(understand(text, now)).toEqual({ ...nothing, subject: text })
  })

  it('a query of nothing but exclusions has no subject', () => {
    expect(understand('-survey -"loop closure"', now).subject).toBe('')
  })

  it('a time condition is read outside the quotes only', () => {
    const { subject, dates, phrases } = understand('"papers from 2024" slam since 2025 -survey', now)
    expect(subject).toBe('papers from 2024 slam')
    expect(phrases).toEqual(['papers from 2024'])
    expect(dates?.words).toBe('since 2025')
    expect(dates?.since && dayOf(dates.since)).toBe('2025-01-01')
  })

  it('a quote closes what a year could belong to', () => {
    expect(understand('in 2025 "loop closure"', now)).toMatchObject({
      subject: 'loop closure',
      dates: { words: 'in 2025' },
    })
  })

  it('phrases come back in their places when a condition between them goes', () => {
    expect(understand('"a b" since 2025 "c d" e', now).subject).toBe('a b c d e')
  })

  it('invisible characters vanish and white space is single', () => {
    expect(understand('\uFEFFgau\u00ADssian\u200B  splat\u200Dting\u00A0\n\t slam\u0000 ', now).subject).toBe(
      'gaussian splatting slam',
    )
  })

  it('a character that we use ourselves cannot be smuggled in', () => {
    expect(understand('slam \uFFFC "loop closure"', now).subject).toBe('slam loop closure')
  })
})

describe('whatever is typed', () => {
  const operator = fc.constantFrom(
    '"',
    '“',
    '”',
    '-',
    '--',
    '-"',
    ' ',
    '\n',
    '(',
    ')',
    '\u200B',
    '\uFFFC',
    'slam',
    '2025',
  )
  const cue = fc.constantFrom(' since 2024 ', ' between ', ' november 2025 ', '-survey ', ', ', '"a b" ')
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(operator, cue), { maxLength: 20 }).map((parts) => parts.join('')),
  )

  it('it is understood, in single spaces and without invisible characters', () => {
    fc.assert(
      fc.property(typed, (text) => {
        const { subject, phrases, excludedTerms, excludedPhrases } = understand(text, now)
        for (const part of [subject, ...phrases, ...excludedTerms, ...excludedPhrases])
          expect(part).not.toMatch(/\p{Cf}|\uFFFC|^\s|\s$|\s\s/u)
        for (const part of [...phrases, ...excludedTerms, ...excludedPhrases]) expect(part).not.toBe('')
      }),
    )
  })

  it('plain words are their own subject', () => {
    const words = fc.array(fc.stringMatching(/^[a-zäß]{1,8}(-[a-z]{1,4})?$/), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(words, (list) => {
        expect(understand(list.join(' '), now)).toEqual({ ...nothing, subject: list.join(' ') })
      }),
    )
  })

  it('a subject that was understood once stays what it is', () => {
    for (const text of [
      'slam "loop closure" -survey since 2024',
      'slam, november 2025, drones',
      'papers from 2024 on slam',
    ]) {
      const { subject } = understand(text, now)
      expect(understand(subject, now)).toEqual({ ...nothing, subject })
    }
  })

  it.each([
    'between ',
    '"',
    '" ',
    ' "',
    '-',
    ' -',
    '-"',
    ' -"',
    '2025 ',
    '7',
    '([',
    '-a ',
    '"a" ',
    '\u200B',
    '.',
    '-,',
  ])('ten kilobytes of %j are read to their end', (part) => {
    const { subject, dates } = understand(`${part.repeat(10_000 / part.length)} slam since 2025`, now)
    expect(`${subject} ${dates?.words}`).toMatch(/slam/)
  })
})
