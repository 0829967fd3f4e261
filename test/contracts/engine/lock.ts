import { expect, test } from 'vitest'
import { StoreLocked } from '../../../src/domain/errors.ts'
import { request } from '../../engines/fixtures.ts'

import type { Current } from './current.ts'

export function lockTests(current: Current): void {
  test('excludes a second holder and is free after its release', async () => {
    const { engine, clock } = current()
    const first = await engine.lock('the first', 0)
    const asked = clock.now()
    await expect(engine.lock('the second', 1_000)).rejects.toThrow(StoreLocked)
    expect(clock.now() - asked).toBeGreaterThanOrEqual(1_000)
    await expect(engine.lock('the second', 0)).rejects.toThrow('the first')
    first.release()
    const second = await engine.lock('the second', 0)
    first.release()
    await expect(engine.lock('the third', 0)).rejects.toThrow(StoreLocked)
    second.release()
    ;(await engine.lock('the third', 0)).release()
  })

  test('who waits gets it when it is released', async () => {
    const { engine, clock } = current()
    const first = await engine.lock('the first', 0)
    void clock.sleep(5_000).then(() => first.release())
    const before = clock.now()
    const second = await engine.lock('the second', 60_000)
    expect(clock.now() - before).toBeGreaterThanOrEqual(5_000)
    second.release()
  })

  test('readers need no lock', async () => {
    const { engine } = current()
    const lock = await engine.lock('a long write', 0)
    expect((await (await engine.openReader()).snapshot().gather(request('alpha'))).candidates).toEqual([])
    lock.release()
  })
}
