import { readFileSync } from 'node:fs'

export interface Spent {
  readonly tookMs: number
  readonly cpuMs: number
  /** Processor time of the stages that are told apart; what is left is ranking and hydrating. */
  readonly stages: Readonly<Record<CostStage, number>>
}

export type CostStage = 'embed' | 'gather' | 'live'

/**
 * Time and processor time of one piece of work after another. What was done once for several arms is charged to each of
 * them, as if each had done it.
 */
export class Meter {
  #charged = { tookMs: 0, cpuMs: 0 }
  #stages: Record<CostStage, number> = { embed: 0, gather: 0, live: 0 }

  charge(tookMs: number, cpuMs: number): void {
    this.#charged = { tookMs: this.#charged.tookMs + tookMs, cpuMs: this.#charged.cpuMs + cpuMs }
  }

  note(stage: CostStage, cpuMs: number): void {
    this.#stages[stage] += cpuMs
  }

  /** `elsewhere`: processor time of other processes that work for this one, read outside of what is measured. */
  async measure<T>(
    work: () => Promise<T>,
    elsewhere: () => number = () => 0,
  ): Promise<{ readonly value: T; readonly spent: Spent }> {
    const there = elsewhere()
    const before = this.#now()
    const value = await work()
    const after = this.#now()
    const elsewhereMs = elsewhere() - there
    this.charge(0, elsewhereMs)
    const { embed, gather, live } = before.stages
    const stages = {
      embed: after.stages.embed - embed,
      gather: after.stages.gather - gather,
      live: after.stages.live - live,
    }
    const cpuMs = after.cpuMs - before.cpuMs + elsewhereMs
    return { value, spent: { tookMs: after.tookMs - before.tookMs, cpuMs, stages } }
  }

  #now(): Spent {
    const { user, system } = process.cpuUsage()
    const { tookMs, cpuMs } = this.#charged
    return { tookMs: performance.now() + tookMs, cpuMs: (user + system) / 1000 + cpuMs, stages: { ...this.#stages } }
  }
}

/** Work that is done once for each key and charged to whoever asks for it. */
export function sharedWork<T>(
  meter: Meter,
  stage: CostStage,
  elsewhere?: () => number,
): (key: string, work: () => Promise<T>) => Promise<T> {
  const done = new Map<string, { readonly value: T; readonly spent: Spent }>()
  return async (key, work) => {
    const known = done.get(key)
    if (known) meter.charge(known.spent.tookMs, known.spent.cpuMs)
    const { value, spent } = known ?? (await meter.measure(work, elsewhere))
    meter.note(stage, spent.cpuMs)
    done.set(key, { value, spent })
    return value
  }
}

/** Of this process and of its encoders. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + encoderCpuMs()
}

/**
 * User and system time of the encoders that this process has forked, of those that have ended as it was last seen, so
 * that it never falls; 0 where the system does not tell (no /proc).
 */
export function encoderCpuMs(): number {
  for (const child of (readProc(`${process.pid}/task/${process.pid}/children`) ?? '').split(' ')) {
    if (!isEncoder(child.trim())) continue
    // Behind the name, which may hold spaces: state is the first field, utime and stime the twelfth and thirteenth.
    const fields = readProc(`${child}/stat`)?.split(') ').at(-1)?.split(' ')
    if (!fields) continue
    ticksOf.set(child, Number(fields[11]) + Number(fields[12]))
  }
  return [...ticksOf.values()].reduce((sum, ticks) => sum + ticks, 0) * msPerTick
}

/** By process. */
const ticksOf = new Map<string, number>()
/** Linux counts in hundredths of a second for whoever reads /proc. What a tick leaves out of one query falls to the next. */
const msPerTick = 10

const encoders = new Map<string, boolean>()
function isEncoder(child: string): boolean {
  const known = encoders.get(child) ?? readProc(`${child}/cmdline`)?.includes('embedders/encoder.ts') ?? false
  encoders.set(child, known)
  return known
}

function readProc(file: string): string | null {
  try {
    return readFileSync(`/proc/${file}`, 'utf8')
  } catch {
    return null
  }
}
