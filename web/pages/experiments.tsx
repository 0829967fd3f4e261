import type { WireExperiments } from '../../src/http/experiments.ts'
import type { Page } from '../page.ts'
import { count } from '../search/words.ts'
import { Unregistered, Verdicts } from './experiments-parts.tsx'
import { tally } from './experiments-words.ts'

export const experimentsPage: Page = {
  path: '/experiments',
  tab: 'experiments',
  async render({ service }) {
    return { title: 'Experiments · Freshet', body: <Experiments {...(await service.experiments())} /> }
  },
}

const Experiments = ({ folders, runs, unreadable }: WireExperiments) => (
  <main id="main" class="reports">
    <h1>Experiments</h1>
    {runs.length === 0 ? <NoRuns folders={folders} /> : <p>{headline(runs)}</p>}
    {runs.map((run) => (
      <section key={run.run} class="run" aria-labelledby={run.run}>
        <h2 id={run.run}>
          <a href={`/experiments/${run.run}`}>{run.says}</a>
        </h2>
        <p class="soft">
          Run <code>{run.folder}</code>: {tally(run.verdicts)}.
        </p>
        {!run.registered && <Unregistered what={[]} />}
        <p>{run.hypothesis}</p>
        <Verdicts of={run.run} verdicts={run.verdicts} />
      </section>
    ))}
    {unreadable.length > 0 && (
      <section aria-labelledby="unreadable">
        <h2 id="unreadable">Cannot be read</h2>
        <ul>
          {unreadable.map(({ folder, reason }) => (
            <li key={folder}>
              <code>{folder}</code>: {reason}
            </li>
          ))}
        </ul>
      </section>
    )}
    {runs.length > 0 && (
      <p class="soft">
        The same as JSON: <a href="/v1/experiments">/v1/experiments</a>. Your own run:{' '}
        <code>npm run experiment -- run NAME</code>.
      </p>
    )}
  </main>
)

const NoRuns = ({ folders }: { folders: readonly string[] }) => (
  <>
    <p>No run lies in {folders.join(' or ')} yet. In a checkout, this lists what can be run, and runs one:</p>
    <pre>
      <code>{'npm run experiment -- list\nnpm run experiment -- run agility'}</code>
    </pre>
    <p>When it ends, its verdicts and figures stand here.</p>
  </>
)

const headline = (runs: WireExperiments['runs']): string => {
  const verdicts = runs.flatMap((run) => run.verdicts)
  return `${count(runs.length, 'run')} on disk with ${count(verdicts.length, 'verdict')}: ${tally(verdicts)}.`
}
