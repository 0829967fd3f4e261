const following = new Map([
  ['auto', 'light'],
  ['light', 'dark'],
  ['dark', 'auto'],
])

/** Kept in a cookie, so that the server paints the first page in it. */
export function offerThemes(): void {
  const button = document.querySelector<HTMLButtonElement>('#theme')
  const root = document.documentElement
  button?.addEventListener('click', () => {
    const theme = following.get(root.dataset.theme ?? '') ?? 'auto'
    root.dataset.theme = theme
    button.textContent = `Theme: ${theme}`
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`
  })
}
