import type { WireExperiment } from '../../src/http/experiments.ts'
import type { Service } from '../../src/http/service.ts'
import type { Page } from '../page.ts'
import { TableOf, Unregistered, Verdicts } from './experiments-parts.tsx'
import { tally } from './experiments-words.ts'
import { Scrolling } from './scrolling.tsx'

export const runPage: Page = {
  path: '/experiments/:run',
  tab: 'experiments',
  async render({ service, params }) {
    const run = await service.experiment(params.run)
    const figures = await Promise.all(run.figures.map((one) => figureOf(service, run, one)))
    return { title: `${run.says} · Freshet`, body: <Run run={run} figures={figures} /> }
  },
}

interface Drawn {
  readonly title: string
  readonly caption: string
  readonly file: string
  readonly image: string | null
}

/** Within the page, for an image of its own would be asked for without the caller's key. */
async function figureOf(
  service: Pick<Service, 'experimentFile'>,
  { run, files }: WireExperiment,
  { title, caption, file }: WireExperiment['figures'][number],
): Promise<Drawn> {
  if (!files.includes(file)) return { title, caption, file, image: null }
  const { body } = await service.experimentFile(run, file)
  return { title, caption, file, image: `data:image/svg+xml,${encodeURIComponent(body.toString('utf8'))}` }
}

const Run = ({ run, figures }: { run: WireExperiment; figures: readonly Drawn[] }) => {
  const [first, ...more] = figures
  const { verdicts, slices, tables, threats, notRun, unregistered } = run
  return (
    <main id="main" class="reports">
      <p class="soft">
        <a href="/experiments">All experiments</a>
      </p>
      <h1>{run.says}</h1>
      <p class="soft">
        Run <code>{run.folder}</code>: {tally(verdicts)}.
      </p>
      {unregistered.length > 0 && <Unregistered what={unregistered} />}
      <Verdicts of={run.run} verdicts={verdicts} />
      {first && <Figure run={run.run} figure={first} />}
      <h2>The verdicts in words</h2>
      {verdicts.map(({ primary, says }) => (
        <p key={primary}>
          <strong>{primary}.</strong> {says}
        </p>
      ))}
      <h2>What was to be shown</h2>
      <p>{run.hypothesis}</p>
      <p>Refuted if: {run.falsifier}</p>
      <h2>The arms side by side</h2>
      <TableOf table={run.arms} />
      <Listed heading="What to hold against it" items={threats} />
      <Listed heading="What was not run" items={notRun} />
      {more.length > 0 && <h2>More figures</h2>}
      {more.map((figure) => (
        <Figure key={figure.file} run={run.run} figure={figure} />
      ))}
      {slices.length + tables.length > 0 && (
        <details>
          <summary>All tables and slices ({slices.length + tables.length})</summary>
          {[...tables, ...slices].map((table) => (
            <TableOf key={table.title} table={table} />
          ))}
        </details>
      )}
      <Origin run={run} />
    </main>
  )
}

const Figure = ({ run, figure: { title, caption, file, image } }: { run: string; figure: Drawn }) => (
  <figure>
    {image === null ? (
      <p class="trouble">The run has no {file}.</p>
    ) : (
      <Scrolling label={title}>
        <img src={image} alt={`${title}. ${caption}`} />
      </Scrolling>
    )}
    <figcaption>
      <strong>{title}.</strong> {caption} {image !== null && <a href={`/experiments/${run}/${file}`}>SVG</a>}
    </figcaption>
  </figure>
)

const Listed = ({ heading, items }: { heading: string; items: readonly string[] }) =>
  items.length === 0 ? null : (
    <>
      <h2>{heading}</h2>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  )

const Origin = ({ run: { run, command, commit, seed, encoders, files } }: { run: WireExperiment }) => (
  <>
    <h2>How to get it again</h2>
    <pre>
      <code>{command}</code>
    </pre>
    <dl class="ledger">
      <div>
        <dt>Commit</dt>
        <dd>
          <code>{commit ?? 'not from a checkout'}</code>
        </dd>
      </div>
      <div>
        <dt>Seed</dt>
        <dd>{seed}</dd>
      </div>
      <div>
        <dt>Encoders</dt>
        <dd>{encoders.join(', ')}</dd>
      </div>
      <div>
        <dt>Files</dt>
        <dd>
          {files
            .filter((file) => !file.startsWith('figures/'))
            .map((file) => (
              <a key={file} class="file" href={`/experiments/${run}/${file}`}>
                {file}
              </a>
            ))}
        </dd>
      </div>
    </dl>
  </>
)
