import { InvalidQuery } from '../../src/domain/errors.ts'
import { wholeAnswer } from '../../src/http/service.ts'
import type { Page, View, Visit } from '../page.ts'
import { coverageOf, emptyModel, type Model } from '../search/model.ts'
import { Search } from '../search/search.tsx'
import { requestOf, wishOf } from '../search/wish.ts'

export const searchPage: Page = { path: '/', tab: 'search', render: async (visit) => viewOf(await modelOf(visit)) }

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
async function modelOf({ service, caller, url, signal }: Visit): Promise<Model> {
  const model = emptyModel(wishOf(url), coverageOf(await service.status()))
  if (model.wish.q === '') return model
  try {
    const spoken = await service.search(requestOf(model.wish, 'both'), { caller, signal })
    spoken.shown()
    return { ...model, answer: wholeAnswer(spoken) }
  } catch (error) {
    if (!(error instanceof InvalidQuery)) throw error
    return { ...model, trouble: { title: 'This cannot be searched for', detail: error.message } }
  }
}
