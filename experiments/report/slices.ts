import type { Table } from '../findings.ts'

/**
 * Says of each slice, in words, whether the treatment gains or loses there. A table tells it by columns named
 * `difference`, `low` and `high` (treatment minus comparator, and its interval); one without them stays as it is, and so
 * does one that has a column `reads` of its own.
 */
export function readSlices(slices: readonly Table[]): { tables: readonly Table[]; says: string | null } {
  const read = slices.map((table) => ({ table, readings: readingsOf(table) }))
  const all = read.flatMap(({ readings }) => readings ?? [])
  return {
    tables: read.map(({ table, readings }) =>
      readings && !table.columns.includes('reads')
        ? { ...table, columns: [...table.columns, 'reads'], rows: table.rows.map((row, i) => [...row, readings[i]]) }
        : table,
    ),
    says: all.length === 0 ? null : summary(all),
  }
}

type Reading = 'loses' | 'loses, may be chance' | 'gains' | 'gains, may be chance' | 'no difference' | 'not known'

function readingsOf({ columns, rows }: Table): Reading[] | null {
  const [difference, low, high] = ['difference', 'low', 'high'].map((name) => columns.indexOf(name))
  if (difference < 0 || low < 0 || high < 0) return null
  return rows.map((row) => readingOf(row[difference], row[low], row[high]))
}

type Value = string | number | null

function readingOf(difference: Value, low: Value, high: Value): Reading {
  if (typeof difference !== 'number') return 'not known'
  if (difference === 0) return 'no difference'
  if (difference < 0) return typeof high === 'number' && high < 0 ? 'loses' : 'loses, may be chance'
  return typeof low === 'number' && low > 0 ? 'gains' : 'gains, may be chance'
}

function summary(readings: readonly Reading[]): string {
  const count = (...wanted: Reading[]) => readings.filter((one) => wanted.includes(one)).length
  const lost = count('loses', 'loses, may be chance')
  const sure = count('loses')
  const slices = readings.length === 1 ? 'the one slice' : `${readings.length} slices`
  if (lost === 0) return `The treatment loses in none of ${slices}.`
  return `The treatment loses in ${lost} of ${slices}; in ${sure} of them the whole interval says so.`
}
