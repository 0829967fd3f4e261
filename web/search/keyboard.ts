import { showHelp } from './help.tsx'

/** Keys that work wherever no text is being typed. Results are walked by focus, so that screen readers come along. */
export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const typing = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
    if (typing) {
      if (event.key === 'Escape') event.target.blur()
      return
    }
    const act = acts[event.key]
    if (act === undefined || document.querySelector('dialog[open]')) return
    event.preventDefault()
    act()
  }
  addEventListener('keydown', press)
  return () => removeEventListener('keydown', press)
}

const acts: Readonly<Record<string, () => void>> = {
  '/': () => document.querySelector<HTMLInputElement>('#q')?.select(),
  j: () => walk(1),
  k: () => walk(-1),
  o: () => inHit('h2 a')?.click(),
  w: () => inHit('[aria-controls]')?.click(),
  '?': showHelp,
}

const hits = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-hit]')]
const hitAtHand = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('[data-hit]') ?? null
const inHit = (selector: string): HTMLElement | null => hitAtHand()?.querySelector<HTMLElement>(selector) ?? null

function walk(step: 1 | -1): void {
  const all = hits()
  const hand = hitAtHand()
  const next = hand ? all[all.indexOf(hand) + step] : all[0]
  next?.querySelector<HTMLElement>('h2 a')?.focus({ preventScroll: true })
  next?.scrollIntoView({ block: 'nearest' })
}
