import { Go } from './go.tsx'
import type { Coverage } from './model.ts'
import { SavedSearches } from './saved.tsx'
import { Covered } from './summary.tsx'
import { noWish } from './wish.ts'

const examples = [
  'latest work on agent memory',
  'attention is all you need',
  '"mixture of experts" since 2024',
  '1706.03762',
]

/** Before the first search. */
export const Welcome = ({ coverage }: { coverage: Coverage }) => (
  <div class="welcome">
    <h1>Research papers, by how well they match and how new they are</h1>
    <p>
      Results come as you type; Enter also asks the live sources when that is worth the wait. Every result says why it
      stands where it stands.
    </p>
    <ul class="examples" aria-label="Examples">
      {examples.map((q) => (
        <li key={q}>
          <Go to={{ ...noWish, q }} class="chip">
            {q}
          </Go>
        </li>
      ))}
    </ul>
    <Covered coverage={coverage} until={[]} />
    <p class="soft keys">
      <kbd>/</kbd> to type, <kbd>j</kbd> <kbd>k</kbd> through results, <kbd>o</kbd> to open, <kbd>?</kbd> for the rest
    </p>
    <SavedSearches />
  </div>
)
