import type { View } from '../page.ts'

/** In the place of a page where a key is needed and none was sent; the script asks again with what is typed here. */
const Locked = () => (
  <main id="main" class="narrow" data-locked>
    <h1>This server asks for a key</h1>
    <p>Type an API key to go on. It stays in this tab, and is gone when you close it.</p>
    {/* Of this method, and outside of a dialog, nothing is sent: without the script the key would end up in the address. */}
    <form class="key" method="dialog">
      <label>
        API key <input name="key" type="password" autocomplete="off" required />
      </label>
      <button type="submit">Go on</button>
      <p role="alert" />
    </form>
    <noscript>
      <p>Without scripts this page cannot send a key; ask the API at /v1/search instead.</p>
    </noscript>
  </main>
)

export const locked: View = { title: 'Freshet', body: <Locked /> }
