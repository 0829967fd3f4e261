import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { Clock, Runtime } from '../../src/ports.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'

export interface InRuntime {
  readonly clock: VirtualClock
  readonly file: string
  /** Another process, in effect; one with a clock of its own can be made to stop. */
  open(own?: Clock): Runtime
}

/** A folder with a runtime.db in it that several processes seem to open, under virtual time. */
export function inRuntime(): InRuntime {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-runtime-'))
  const file = join(folder, 'runtime.db')
  const clock = new VirtualClock()
  const opened: Runtime[] = []
  onTestFinished(() => {
    for (const runtime of opened) runtime.close()
    rmSync(folder, { recursive: true })
  })
  return {
    clock,
    file,
    open(own = clock) {
      const runtime = openRuntime(file, own)
      opened.push(runtime)
      return runtime
    },
  }
}
