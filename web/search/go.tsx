import type { ComponentChildren } from 'preact'
import { addressOf, parametersOf, type Wish } from './wish.ts'

interface GoProps {
  readonly to: Wish
  readonly class?: string
  readonly label?: string
  readonly title?: string
  readonly current?: boolean
  /** By the keyboard, where the same is offered in another way. */
  readonly unreachable?: boolean
  readonly children: ComponentChildren
}

/** A link to another search: the script follows it in place, and without the script the browser does. */
export const Go = ({ to, label, current, unreachable, children, ...rest }: GoProps) => (
  <a
    href={addressOf(to)}
    data-go
    aria-label={label}
    aria-current={current ? 'true' : undefined}
    tabIndex={unreachable ? -1 : undefined}
    {...rest}
  >
    {children}
  </a>
)

/** The rest of a wish in a form that asks for a part of it, for browsers that send it by themselves. */
export const Kept = ({ wish, without }: { wish: Wish; without: readonly string[] }) => (
  <>
    {[...parametersOf(wish)]
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => (
        <input type="hidden" key={`${name} ${value}`} name={name} value={value} />
      ))}
  </>
)
