import { once } from 'node:events'
import { forkProgram } from '../../src/child.ts'
import type { Instant } from '../../src/domain/instant.ts'
import type { Corpus } from '../../test/upstream/corpus.ts'
import { openUpstream } from '../../test/upstream/upstream.ts'

/** arXiv as of an instant that is set, over real HTTP on loopback. */
export interface World {
  readonly apiUrl: string
  moveTo(now: Instant): Promise<void>
  close(): Promise<void>
}

/** In this process: for small corpora. */
export async function openWorld(corpus: Corpus): Promise<World> {
  let now: Instant | null = null
  const upstream = await openUpstream({
    corpus,
    now: () => {
      if (now === null) throw new Error('the world was asked before it was told what time it is')
      return now
    },
  })
  return {
    apiUrl: upstream.url('arxiv-api'),
    async moveTo(next) {
      now = next
    },
    close: () => upstream.close(),
  }
}

const program = new URL('./world-process.ts', import.meta.url)

/** What the world's process says: first its address, then every instant that it was moved to. */
export type WorldMessage =
  | { readonly kind: 'ready'; readonly apiUrl: string }
  | { readonly kind: 'moved'; readonly now: Instant }
  | { readonly kind: 'failed'; readonly reason: string }

/** In a process of its own, from files of daily listings. Rejects when they cannot be read. */
export async function startWorld(files: readonly string[]): Promise<World> {
  const child = forkProgram(program, [JSON.stringify(files)])
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the process of the local upstream ended (${signal ?? code})`)
  })
  ended.catch(() => {})
  const said = async (): Promise<WorldMessage> => {
    const [message] = await Promise.race([once(child, 'message'), ended])
    return message
  }
  const first = await said()
  if (first.kind !== 'ready') throw new Error(first.kind === 'failed' ? first.reason : 'the local upstream is confused')
  let at: Instant | null = null
  return {
    apiUrl: first.apiUrl,
    async moveTo(now) {
      if (now === at) return
      const moved = said()
      child.send({ now })
      await moved
      at = now
    },
    async close() {
      child.kill()
      await ended.catch(() => {})
    },
  }
}
