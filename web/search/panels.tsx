import { useEffect, useState } from 'preact/hooks'
import { freshet, type SimilarPapers } from '../client/freshet.ts'
import { coveredInWords, Without } from './summary.tsx'
import { TitleLink } from './title.tsx'
import { troubleOf } from './trouble.ts'
import { ageInWords, authorsInWords, dayInWords, momentInWords, percent } from './words.ts'

/** Fetched when it is opened. */
function useFetched<T>(
  fetching: (signal: AbortSignal) => Promise<T>,
  key: string,
): { got: T | null; trouble: string | null } {
  const [state, setState] = useState<{ got: T | null; trouble: string | null }>({ got: null, trouble: null })
  useEffect(() => {
    const controller = new AbortController()
    fetching(controller.signal).then(
      (got) => setState({ got, trouble: null }),
      (error) => controller.signal.aborted || setState({ got: null, trouble: troubleOf(error).detail }),
    )
    return () => controller.abort()
  }, [key])
  return state
}

const Waiting = ({ trouble }: { trouble: string | null }) => <p role="status">{trouble ?? 'Fetching …'}</p>

/** `asOf` is a day, or empty for now. */
export function Similar({ id, asOf }: { id: string; asOf: string }) {
  const { got, trouble } = useFetched((signal) => freshet().similar(id, asOf, signal), `${id} ${asOf}`)
  return got === null ? <Waiting trouble={trouble} /> : <Near found={got} />
}

export const Near = ({ found: { hits, asOf, reconstruction, covered, degraded } }: { found: SimilarPapers }) => (
  <>
    <Without parts={degraded} />
    {hits.length === 0 && <p>No paper lies near it.</p>}
    <ol class="similar">
      {hits.map((hit) => (
        <li key={hit.id}>
          <TitleLink of={hit} />
          <p class="soft">
            {authorsInWords(hit.authors)}
            {hit.announced && ` · ${dayInWords(hit.announced)}, ${ageInWords(hit.announced, asOf)}`} · nearness{' '}
            {percent(hit.depth)}
          </p>
        </li>
      ))}
    </ol>
    <p class="covered">
      As of {momentInWords(asOf)}
      {reconstruction !== null && ', a reconstruction'}.{coveredInWords(covered)}
    </p>
  </>
)

const formats = [
  ['application/x-bibtex', 'BibTeX'],
  ['application/x-research-info-systems', 'RIS'],
  ['application/vnd.citationstyles.csl+json', 'CSL-JSON'],
] as const

export function Cite({ id }: { id: string }) {
  const [type, setType] = useState<string>(formats[0][0])
  const { got, trouble } = useFetched((signal) => freshet().citation(id, type, signal), `${id} ${type}`)
  return (
    <>
      <p class="formats">
        {formats.map(([one, name]) => (
          <button type="button" key={one} aria-pressed={one === type} onClick={() => setType(one)}>
            {name}
          </button>
        ))}
        {/* Not there on an address without TLS that is not this computer. */}
        {got !== null && navigator.clipboard && (
          <button type="button" class="quiet" onClick={() => navigator.clipboard.writeText(got)}>
            Copy
          </button>
        )}
      </p>
      {got === null ? <Waiting trouble={trouble} /> : <pre>{got}</pre>}
    </>
  )
}
