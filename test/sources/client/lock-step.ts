import type { ChildProcess } from 'node:child_process'
import { forkProgram } from '../../../src/child.ts'
import { type Instant, instant } from '../../../src/domain/instant.ts'
import type { Clock } from '../../../src/ports.ts'

/**
 * One simulated clock for several real processes. The parent moves time to the earliest sleeper, wherever that is, and
 * only when every child has said that it has nothing left to do: so a day passes in seconds, and in the same order on every machine.
 */

type ToChild = { readonly seq: number; readonly now: number; readonly wake: number | null }

type ToParent =
  | { readonly kind: 'sleep'; readonly id: number; readonly ms: number }
  | { readonly kind: 'cancel'; readonly id: number }
  /** Everything up to `seq` is dealt with; `asking` where an answer of the server is being waited for. */
  | { readonly kind: 'idle'; readonly seq: number; readonly asking: boolean }
  | { readonly kind: 'says'; readonly what: unknown }

/** The child's end of the clock. */
export function remoteClock(start: Instant) {
  let now = start
  let seq = 0
  let asking = 0
  let ids = 0
  const sleepers = new Map<number, () => void>()
  const send = (message: ToParent) => process.send?.(message)
  // Twice, so that what the first round of callbacks began has settled as well.
  const settle = () => setImmediate(() => setImmediate(() => send({ kind: 'idle', seq, asking: asking > 0 })))

  process.on('message', (message: ToChild) => {
    seq = message.seq
    now = instant(message.now)
    if (message.wake !== null) sleepers.get(message.wake)?.()
    settle()
  })
  process.on('disconnect', () => process.exit())

  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        ids += 1
        const id = ids
        const leave = () => {
          sleepers.delete(id)
          signal?.removeEventListener('abort', onAbort)
        }
        const onAbort = () => {
          leave()
          send({ kind: 'cancel', id })
          reject(signal?.reason)
        }
        sleepers.set(id, () => {
          leave()
          resolve()
        })
        signal?.addEventListener('abort', onAbort)
        send({ kind: 'sleep', id, ms })
      }),
  }
  return {
    clock,
    settle,
    say: (what: unknown) => send({ kind: 'says', what }),
    began: () => {
      asking += 1
    },
    ended: () => {
      asking -= 1
      settle()
    },
  }
}

interface Sleeper {
  readonly at: number
  readonly order: number
  /** Null for the parent's own. */
  readonly child: LockStepChild | null
  readonly wake: () => void | Promise<void>
  readonly id: number
}

interface LockStepChild {
  readonly name: string
  readonly process: ChildProcess
  sentSeq: number
  idleSeq: number
  asking: boolean
  /** The request that the server has and has not answered yet. */
  atServer: symbol | null
  alive: boolean
}

export class LockStep {
  #now: number
  #order = 0
  #sleepers: Sleeper[] = []
  #children = new Map<string, LockStepChild>()
  #changed: () => void = () => undefined
  #died: string | null = null

  constructor(start: Instant) {
    this.#now = start
  }

  now(): Instant {
    return instant(this.#now)
  }

  fork(name: string, program: URL, args: readonly string[], onSays: (what: unknown) => void): void {
    const child: LockStepChild = {
      name,
      process: forkProgram(program, [name, String(this.#now), ...args]),
      sentSeq: 0,
      idleSeq: -1,
      asking: false,
      atServer: null,
      alive: true,
    }
    this.#children.set(name, child)
    child.process.once('exit', (code) => {
      if (child.alive) this.#died = `${name} ended by itself with code ${code}`
      this.#changed()
    })
    child.process.on('message', (message: ToParent) => {
      if (!child.alive) return
      if (message.kind === 'says') onSays(message.what)
      else if (message.kind === 'sleep') {
        this.#add(child, message.id, message.ms, () => this.#tell(child, message.id))
      } else if (message.kind === 'cancel') {
        this.#sleepers = this.#sleepers.filter((one) => one.child !== child || one.id !== message.id)
      } else {
        child.idleSeq = message.seq
        child.asking = message.asking
        if (!message.asking) child.atServer = null
      }
      this.#changed()
    })
  }

  /** Ends the process where it stands; what it was to be woken for is forgotten. */
  async kill(name: string): Promise<void> {
    const child = this.#children.get(name)
    if (!child) return
    child.alive = false
    this.#children.delete(name)
    this.#sleepers = this.#sleepers.filter((one) => one.child !== child)
    const gone = new Promise<void>((resolve) => child.process.once('exit', () => resolve()))
    child.process.kill('SIGKILL')
    await gone
  }

  /**
   * To be called when the server has got a request; the answer is to be sent by `send`, `afterMs` from now. By then the
   * child may have given up on it.
   */
  asked(name: string, afterMs: number, send: (awaited: boolean) => unknown): void {
    const child = this.#children.get(name)
    if (!child) return
    const request = Symbol(name)
    child.atServer = request
    this.#add(child, -1, afterMs, async () => {
      // The child must know what time it is when the answer comes, and messages are another way than connections.
      this.#tell(child, null)
      await this.#until(() => child.idleSeq === child.sentSeq)
      const awaited = child.atServer === request
      if (awaited) child.atServer = null
      await send(awaited)
    })
    this.#changed()
  }

  in(ms: number, wake: () => void | Promise<void>): void {
    this.#add(null, 0, ms, wake)
  }

  async runUntil(end: Instant): Promise<void> {
    while (true) {
      await this.#until(() => [...this.#children.values()].every(isQuiet))
      const [next] = this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order)
      if (!next || next.at > end) return
      this.#sleepers.shift()
      this.#now = next.at
      await next.wake()
    }
  }

  async close(): Promise<void> {
    for (const name of [...this.#children.keys()]) await this.kill(name)
  }

  #add(child: LockStepChild | null, id: number, ms: number, wake: () => void | Promise<void>): void {
    this.#order += 1
    this.#sleepers.push({ at: this.#now + Math.ceil(ms), order: this.#order, child, id, wake })
  }

  #tell(child: LockStepChild, wake: number | null): void {
    child.sentSeq += 1
    child.process.send({ seq: child.sentSeq, now: this.#now, wake } satisfies ToChild)
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#died !== null) throw new Error(this.#died)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }
}

const isQuiet = (child: LockStepChild): boolean =>
  child.idleSeq === child.sentSeq && (!child.asking || child.atServer !== null)
