import { describe, expect, it } from 'vitest'
import type { WireAnswer, WireHit } from '../../src/http/answers.ts'
import { answerExample } from '../../src/http/examples.ts'
import { arrivalsIn, shownIn } from '../../web/search/model.ts'

const hit = (id: string): WireHit => ({ ...answerExample.hits[0], id })
const answerOf = (ids: string, facts: Partial<WireAnswer> = {}): WireAnswer => ({
  ...answerExample,
  hits: [...ids].map(hit),
  ...facts,
})

describe('what live sources add', () => {
  it('is what was not shown, from the first place where something moves', () => {
    const { hits, from } = arrivalsIn(answerOf('abcd'), answerOf('abxcy'))
    expect(hits.map(({ id }) => id).join('')).toBe('xy')
    expect(from).toBe(2)
  })

  it('is nothing where the same is shown, and moves nothing', () => {
    expect(arrivalsIn(answerOf('abc'), answerOf('abc'))).toEqual({ hits: [], from: 3 })
  })
})

describe('pages', () => {
  it('follow each other, each hit with the answer that showed it', () => {
    const [first, second] = [answerOf('ab', { answerId: 'one' }), answerOf('cd', { answerId: 'two' })]
    const shown = shownIn({ answer: first, more: [second] })
    expect(shown.map((one) => `${one.hit.id} of ${one.answer.answerId}`)).toEqual([
      'a of one',
      'b of one',
      'c of two',
      'd of two',
    ])
  })

  it('show a hit once, where it came first', () => {
    const shown = shownIn({ answer: answerOf('axb', { answerId: 'one' }), more: [answerOf('cx', { answerId: 'two' })] })
    expect(shown.map((one) => one.hit.id).join('')).toBe('axbc')
    expect(shown[1].answer.answerId).toBe('one')
  })
})
