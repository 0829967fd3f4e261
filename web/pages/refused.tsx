import type { Problem } from '../../src/http/schemas.ts'
import type { View } from '../page.ts'

/** In the place of a page that cannot be shown. */
export const refused = ({ title, detail, status }: Pick<Problem, 'title' | 'detail' | 'status'>): View => ({
  title: `${title} · Freshet`,
  body: (
    <main id="main" class="narrow">
      <h1>{title}</h1>
      <p>{detail}</p>
    </main>
  ),
  status,
})
