import { meters, tiers } from './words.ts'

const keys = [
  ['/', 'go to the search field'],
  ['Enter', 'search, and ask live sources when it is worth it'],
  ['j', 'next result'],
  ['k', 'previous result'],
  ['o', 'open the result'],
  ['w', 'why this order?'],
  ['Esc', 'leave the search field, or close this'],
  ['?', 'this help'],
] as const

export const showHelp = (): void => document.querySelector<HTMLDialogElement>('#help')?.showModal()

export const Help = () => (
  <dialog id="help" aria-labelledby="help-title">
    <form method="dialog">
      <h2 id="help-title" class="first">
        Keys
      </h2>
      <dl class="key-list">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h2>Signs</h2>
      <dl class="key-list">
        {Object.entries({ ...meters, ...tiers }).map(([sign, says]) => (
          <div key={sign}>
            <dt>{sign}</dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
      <h2>Words</h2>
      <p>
        “Quoted phrases” must occur, -words must not; dates are understood (since 2024, last month). An arXiv number, a
        DOI or a title finds that paper, a name and family name what that author wrote.
      </p>
      <button type="submit">Close</button>
    </form>
  </dialog>
)
