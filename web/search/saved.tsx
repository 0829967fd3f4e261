import { useEffect, useState } from 'preact/hooks'
import { freshet, type News, type SavedSearch } from '../client/freshet.ts'
import { Go } from './go.tsx'
import { TitleLink } from './title.tsx'
import { troubleOf } from './trouble.ts'
import { parametersOf, type Wish, watched, wishOf } from './wish.ts'
import { count, dayInWords } from './words.ts'

/** How a search is kept an eye on. */
export function Watch({ wish }: { wish: Wish }) {
  const [said, setSaid] = useState('')
  const save = async () => {
    try {
      const { matches } = await freshet().save(watched(wish))
      setSaid(`Saved, with ${count(matches, 'match', 'matches')}. What is new shows on the first page.`)
    } catch (error) {
      setSaid(troubleOf(error).detail)
    }
  }
  return (
    <div class="watch">
      <button type="button" onClick={save}>
        Save this search
      </button>
      <a href={`/v1/feed.atom?${parametersOf({ ...wish, as_of: '', sort: 'relevance' })}`}>Feed</a>
      <p role="status">{said}</p>
    </div>
  )
}

/** What was saved before. Where the key may not save there is nothing to show. */
export function SavedSearches() {
  const [saved, setSaved] = useState<readonly SavedSearch[]>([])
  useEffect(() => {
    freshet()
      .savedSearches()
      .then(setSaved, () => {})
  }, [])
  const remove = async (id: string) => {
    await freshet().removeSaved(id)
    setSaved(saved.filter((one) => one.id !== id))
  }
  if (saved.length === 0) return null
  return (
    <section class="saved">
      <h2>Saved searches</h2>
      <ul>
        {saved.map((one) => (
          <SavedRow key={one.id} saved={one} remove={() => remove(one.id)} />
        ))}
      </ul>
    </section>
  )
}

function SavedRow({ saved, remove }: { saved: SavedSearch; remove(): Promise<void> }) {
  const [news, setNews] = useState<News | null>(null)
  const [trouble, setTrouble] = useState('')
  const look = async () => {
    const found = await freshet().news(saved.id)
    setNews(found)
    // Shown is seen; what comes later stays new.
    await freshet().seen(saved.id, found.mark)
  }
  const attempt = (act: () => Promise<void>) => () => act().catch((error) => setTrouble(troubleOf(error).detail))
  const wish = wishIn(saved)
  return (
    <li>
      <Go to={wish}>{saved.name ?? wish.q}</Go>
      <button type="button" class="quiet" disabled={saved.new === 0 || news !== null} onClick={attempt(look)}>
        {saved.new === 0 ? 'nothing new' : `${saved.new} new`}
      </button>
      <button type="button" class="quiet" aria-label={`Forget ${saved.name ?? wish.q}`} onClick={attempt(remove)}>
        forget
      </button>
      <span role="status">{trouble}</span>
      {news && (
        <ul>
          {news.matches.map((match) => (
            <li key={match.id}>
              <TitleLink of={match} /> {match.announced && <span class="soft">{dayInWords(match.announced)}</span>}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

const wishIn = ({ search }: SavedSearch): Wish =>
  wishOf(
    new URLSearchParams(
      Object.entries(search).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
    ),
  )
