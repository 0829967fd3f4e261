import { useEffect, useRef, useState } from 'preact/hooks'
import type { WireAnswer } from '../../src/http/answers.ts'
import { freshet } from '../client/freshet.ts'
import { listenToKeys } from './keyboard.ts'
import { arrivalsIn, type Model, type Shown } from './model.ts'
import { troubleOf } from './trouble.ts'
import { addressOf, days, requestOf, type Wish, wishOf } from './wish.ts'

/** Between two searches while somebody types; the first one starts at once. */
const paceMs = 120

/** The model and what can be done to it. On the server nothing of it runs but the first model. */
export function useSearch(first: Model) {
  const [model, setModel] = useState(first)
  const asker = useRef<Asker>(null)
  asker.current ??= new Asker(first, setModel)
  const { current } = asker
  useEffect(() => current.listen(), [current])
  return { model, ...current.actions }
}

class Asker {
  #model: Model
  readonly #set: (model: Model) => void
  #asking = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  /** Whether the entry of the history at hand may be overwritten by what is typed next. */
  #draft = false

  constructor(model: Model, set: (model: Model) => void) {
    this.#model = model
    this.#set = set
  }

  readonly actions = {
    type: (q: string) => {
      this.#visit({ ...this.#model.wish, q }, this.#draft)
      this.#draft = true
      clearTimeout(this.#timer)
      const waitMs = this.#askedAt + paceMs - performance.now()
      if (waitMs > 0) this.#timer = setTimeout(() => this.#find(), waitMs)
      else this.#find()
    },
    ask: () => {
      this.#draft = false
      this.#findWithLive()
    },
    follow: (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[data-go]') : null
      const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      if (link === null || !plain) return
      event.preventDefault()
      this.#go(wishOf(new URL(link.getAttribute('href') ?? '', location.href).searchParams))
    },
    pick: ({ target }: Event) => {
      if (!(target instanceof HTMLInputElement)) return
      const name = days.find((one) => one === target.name)
      if (name) this.#go({ ...this.#model.wish, [name]: target.value })
    },
    more: () => this.#more(),
    show: () => {
      const { withheld } = this.#model
      if (withheld) this.#change({ answer: withheld, withheld: null })
    },
    judge: async ({ hit, answer }: Shown, useful: boolean) => {
      if (answer.answerId === null) return
      await freshet().feedback({ answer_id: answer.answerId, document_id: hit.id, useful })
    },
  }

  listen(): () => void {
    const back = () => {
      this.#draft = false
      this.#change({ wish: wishOf(new URLSearchParams(location.search)) })
      this.#find()
    }
    addEventListener('popstate', back)
    const deafen = listenToKeys()
    return () => {
      removeEventListener('popstate', back)
      deafen()
    }
  }

  #change(change: Partial<Model>): void {
    this.#model = { ...this.#model, ...change }
    this.#set(this.#model)
  }

  #go(wish: Wish): void {
    this.#draft = false
    this.#visit(wish, false)
    this.#find()
  }

  #visit(wish: Wish, overwrite: boolean): void {
    this.#change({ wish })
    const address = addressOf(wish)
    document.title = wish.q.trim() === '' ? 'Freshet' : `${wish.q} · Freshet`
    if (overwrite) history.replaceState(null, '', address)
    else if (address !== location.pathname + location.search) history.pushState(null, '', address)
  }

  /** Everything that was asked before is let go, whatever of it is still to come. */
  #begin(waitingFor: Model['waitingFor']): AbortSignal {
    clearTimeout(this.#timer)
    this.#asking.abort()
    this.#asking = new AbortController()
    this.#askedAt = performance.now()
    this.#change({ waitingFor, withheld: null })
    return this.#asking.signal
  }

  async #find(): Promise<void> {
    const signal = this.#begin('answer')
    if (this.#model.wish.q.trim() === '') {
      return this.#change({ answer: null, more: [], trouble: null, waitingFor: null })
    }
    await this.#attempt(signal, async () => {
      const answer = await freshet().search(requestOf(this.#model.wish, 'both'), { signal })
      this.#change({ answer, more: [], trouble: null, waitingFor: null })
    })
  }

  async #findWithLive(): Promise<void> {
    if (this.#model.wish.q.trim() === '') return
    const signal = this.#begin('answer')
    await this.#attempt(signal, async () => {
      const request = requestOf(this.#model.wish, 'auto')
      let shown: WireAnswer | null = null
      for await (const { answer, whole } of freshet().stream(request, { signal })) {
        if (shown === null) this.#change({ answer, more: [], trouble: null, waitingFor: whole ? null : 'live' })
        else this.#settle(shown, answer)
        shown = answer
      }
    })
  }

  /** What live sources brought is put in at once where nobody is looking, and offered where somebody may be reading. */
  #settle(shown: WireAnswer, whole: WireAnswer): void {
    const { from } = arrivalsIn(shown, whole)
    const untouched = document.querySelectorAll('[data-hit]').item(from - 1)
    const outOfSight = from > 0 && (untouched?.getBoundingClientRect().bottom ?? 0) >= innerHeight
    if (outOfSight || from === whole.hits.length) this.#change({ answer: whole, waitingFor: null })
    else this.#change({ withheld: whole, waitingFor: null })
  }

  async #more(): Promise<void> {
    this.actions.show()
    const { answer, more, wish } = this.#model
    const last = more.at(-1) ?? answer
    if (answer === null || last === null || last.nextCursor === null) return
    const signal = this.#begin('more')
    const mode = answer.query.mode === 'auto' ? 'auto' : 'both'
    await this.#attempt(signal, async () => {
      const request = { ...requestOf(wish, mode), facets: false, cursor: last.nextCursor ?? '' }
      const page = await freshet().search(request, { signal })
      this.#change({ more: [...more, page], trouble: null, waitingFor: null })
    })
  }

  async #attempt(signal: AbortSignal, search: () => Promise<void>): Promise<void> {
    try {
      await search()
    } catch (error) {
      if (!signal.aborted) this.#change({ trouble: troubleOf(error), waitingFor: null })
    }
  }
}
