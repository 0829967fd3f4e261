import type { Engine } from '../../../src/ports.ts'
import type { VirtualClock } from '../../sources/virtual-clock.ts'

/** What the test that runs works on. */
export type Current = () => { readonly engine: Engine; readonly clock: VirtualClock }
