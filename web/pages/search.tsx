import { problemOf } from '../../src/http/problem.ts'
import { wholeAnswer } from '../../src/http/service.ts'
import type { Page, View, Visit } from '../page.ts'
import { coverageOf, emptyModel, type Model } from '../search/model.ts'
import { Search } from '../search/search.tsx'
import { requestOf, wishOf } from '../search/wish.ts'

export const searchPage: Page = {
  path: '/',
  tab: 'search',
  async render(visit) {
    const empty = emptyModel(wishOf(visit.url), coverageOf(await visit.service.status()))
    try {
      return viewOf(await answered(empty, visit))
    } catch (error) {
      const { problem, unexpected } = problemOf(error)
      if (unexpected) throw error
      const { title, detail, status } = problem
      return { ...viewOf({ ...empty, trouble: { title, detail } }), status }
    }
  },
}

function viewOf(model: Model): View {
  const title = model.wish.q === '' ? 'Freshet' : `${model.wish.q} · Freshet`
  const body = (
    <main id="main">
      <div id="search">
        <Search first={model} />
      </div>
    </main>
  )
  return { title, body, state: model }
}

/** Live sources are left out: a link is opened by crawlers and previews too, and only Enter asks them. */
async function answered(model: Model, { service, caller, signal }: Visit): Promise<Model> {
  if (model.wish.q === '') return model
  const spoken = await service.search(requestOf(model.wish, 'both'), { caller, signal })
  spoken.shown()
  return { ...model, answer: wholeAnswer(spoken) }
}
