import type { ComponentChildren } from 'preact'

/** Wide tables scroll in a box of their own, for the keyboard too. */
export const Scrolling = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
  <section class="scrolling" aria-label={label} tabIndex={0}>
    {children}
  </section>
)
