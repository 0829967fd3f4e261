import type { Table, Verdict } from '../../src/http/findings.ts'
import {
  columnInWords,
  effectInWords,
  marginInWords,
  outcomeInWords,
  pInWords,
  standingInWords,
} from './experiments-words.ts'
import { Scrolling } from './scrolling.tsx'

/** One row a verdict; what a standing is worth stands below, once. */
export function Verdicts({ of, verdicts }: { of: string; verdicts: readonly Verdict[] }) {
  const standings = [...new Set(verdicts.map(({ standing }) => standing))]
  const levels = [...new Set(verdicts.flatMap(({ effect }) => (effect ? effect.interval.level : [])))]
  return (
    <>
      <Scrolling label={`Verdicts of ${of}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Primary</th>
              <th scope="col">Verdict</th>
              <th scope="col" class="number">
                Effect [interval]
              </th>
              <th scope="col" class="number">
                Margin
              </th>
              <th scope="col" class="number">
                Units
              </th>
              <th scope="col" class="number">
                p, Holm
              </th>
              <th scope="col">Standing</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map((one) => (
              <tr key={one.primary}>
                <th scope="row">{one.primary}</th>
                <td>
                  <span class={`state ${one.standing === 'demonstration' ? 'unknown' : one.outcome}`}>
                    {outcomeInWords(one)}
                  </span>
                </td>
                <td class="number">{effectInWords(one)}</td>
                <td class="number">{marginInWords(one.margin)}</td>
                <td class="number">{one.effect?.units ?? '–'}</td>
                <td class="number">{pInWords(one.pHolm)}</td>
                <td>{one.standing}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      <p class="soft note">
        {levels.map((level) => `Intervals of ${Math.round(level * 100)} %. `)}
        {standings.map((one) => `${one[0].toUpperCase()}${one.slice(1)}: ${standingInWords[one]}. `)}
      </p>
    </>
  )
}

export function TableOf({ table: { title, note, columns, rows } }: { table: Table }) {
  const printed = columns.map((_, i) => columnInWords(rows.map((row) => row[i])))
  const kind = (i: number) => (rows.some((row) => typeof row[i] === 'number') ? 'number' : undefined)
  return (
    <>
      <Scrolling label={title}>
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              {columns.map((name, i) => (
                <th key={name} scope="col" class={kind(i)}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={r}>
                {row.map((_, i) =>
                  i === 0 ? (
                    <th key={columns[i]} scope="row" class={kind(i)}>
                      {printed[i][r]}
                    </th>
                  ) : (
                    <td key={columns[i]} class={kind(i)}>
                      {printed[i][r]}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      {note && <p class="soft note">{note}</p>}
    </>
  )
}

export const Unregistered = ({ what }: { what: readonly string[] }) => (
  <p class="trouble" role="note">
    Not the registered code{what.length > 0 && `: ${what.join('; ')}`}. No verdict of this run is final.
  </p>
)
