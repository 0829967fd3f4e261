import { readdirSync, readFileSync } from 'node:fs'

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

  async measure<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly spent: Spent }> {
    const before = this.#now()
    const value = await work()
    const after = this.#now()
    const { embed, gather, live } = before.stages
    const stages = {
      embed: after.stages.embed - embed,
      gather: after.stages.gather - gather,
      live: after.stages.live - live,
    }
    return { value, spent: { tookMs: after.tookMs - before.tookMs, cpuMs: after.cpuMs - before.cpuMs, stages } }
  }

  #now(): Spent {
    const { user, system } = process.cpuUsage()
    const { tookMs, cpuMs } = this.#charged
    return { tookMs: performance.now() + tookMs, cpuMs: (user + system) / 1000 + cpuMs, stages: { ...this.#stages } }
  }
}

/** Work that is done once for each key and charged to whoever asks for it. */
export function sharedWork<T>(meter: Meter, stage: CostStage): (key: string, work: () => Promise<T>) => Promise<T> {
  const done = new Map<string, { readonly value: T; readonly spent: Spent }>()
  return async (key, work) => {
    const known = done.get(key)
    if (known) meter.charge(known.spent.tookMs, known.spent.cpuMs)
    const { value, spent } = known ?? (await meter.measure(work))
    meter.note(stage, spent.cpuMs)
    done.set(key, { value, spent })
    return value
  }
}

/** User and system time of the encoders that this process has forked; 0 where the system does not tell (no /proc). */
export function encoderCpuMs(): number {
  let ticks = 0
  for (const child of childrenOf(process.pid)) {
    const command = readProc(`${child}/cmdline`)
    if (!command?.includes('embedders/encoder.ts')) continue
    // Behind the name, which may hold spaces: state is the first field, utime and stime the twelfth and thirteenth.
    const fields = (readProc(`${child}/stat`) ?? '').split(') ').at(-1)?.split(' ') ?? []
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  }
  return ticks * msPerTick
}

/** Linux counts in hundredths of a second for whoever reads /proc. What a tick leaves out of one query falls to the next. */
const msPerTick = 10

function childrenOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      (readProc(`${pid}/task/${task}/children`) ?? '').split(' ').filter((child) => child.trim() !== ''),
    )
  } catch {
    return []
  }
}

function readProc(file: string): string | null {
  try {
    return readFileSync(`/proc/${file}`, 'utf8')
  } catch {
    return null
  }
}
