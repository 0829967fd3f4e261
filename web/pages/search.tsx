import type { Page } from '../page.ts'

export const searchPage: Page = {
  path: '/',
  tab: 'search',
  render: () => ({ title: 'Freshet', body: <main id="main" /> }),
}
