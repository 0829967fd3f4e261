import { apiKey, forgetKey, keepKey } from './key.ts'

/** Where the server gave no more than a form for a key: asks for the same page with the key, and puts it in its place. */
export async function unlock(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>('main[data-locked] form')
  if (form === null) return
  if (apiKey() !== null && (await enter(form))) return
  await new Promise<void>((resolve) => {
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      keepKey(String(new FormData(form).get('key')).trim())
      if (await enter(form)) resolve()
    })
  })
}

async function enter(form: HTMLFormElement): Promise<boolean> {
  const say = (text: string) => {
    const alert = form.querySelector('[role=alert]')
    if (alert) alert.textContent = text
  }
  try {
    const response = await fetch(location.href, { headers: { Authorization: `Bearer ${apiKey()}` } })
    // What is wrong with the address is said on a page too.
    if (response.status !== 401 && response.headers.get('Content-Type')?.startsWith('text/html')) {
      const page = new DOMParser().parseFromString(await response.text(), 'text/html')
      document.title = page.title
      const state = page.querySelector('#state')
      form.closest('main')?.replaceWith(...page.querySelectorAll('main'))
      if (state) document.body.append(state)
      return true
    }
    forgetKey()
    say(response.status === 401 ? 'That key is not one of this server.' : `The server answered ${response.status}.`)
  } catch {
    say('The server cannot be reached.')
  }
  return false
}
