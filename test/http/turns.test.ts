import { expect, test } from 'vitest'
import { oneAtATime } from '../../src/http/turns.ts'

test('work takes turns in the order it came, whatever becomes of it', async () => {
  const inTurn = oneAtATime(2)
  const begun: number[] = []
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const first = inTurn(async () => {
    begun.push(1)
    await gate
    throw new Error('first')
  })
  const second = inTurn(async () => begun.push(2))
  const third = inTurn(async () => begun.push(3))
  await expect(inTurn(async () => begun.push(4))).rejects.toMatchObject({
    kind: 'unavailable',
    headers: { 'Retry-After': '1' },
  })
  expect(begun).toEqual([1])
  open()
  await expect(first).rejects.toThrow('first')
  await Promise.all([second, third])
  expect(begun).toEqual([1, 2, 3])
  await inTurn(async () => begun.push(5))
  expect(begun).toEqual([1, 2, 3, 5])
})
