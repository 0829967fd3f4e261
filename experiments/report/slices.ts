import type { Table } from '../findings.ts'

export interface ReadSlices {
  /** In a sentence; null where no table tells of gains and losses. */
  readonly says: string | null
  /** Every slice in which the treatment does worse, surely or not, from all tables. */
  readonly losses: Table | null
  readonly tables: readonly Table[]
}

/**
 * Says of each slice, in words, whether the treatment gains or loses there. A table tells it by columns named
 * `difference`, `low` and `high` (treatment minus comparator, and its interval), with the slice in the first; one without
 * them stays as it is, and one that has a column `reads` of its own keeps it.
 */
export function readSlices(tables: readonly Table[]): ReadSlices {
  const read = tables.map((table) => ({ table, slices: slicesOf(table) }))
  const all = read.flatMap(({ slices }) => slices ?? [])
  return {
    says: all.length === 0 ? null : summary(all),
    losses: lossesOf(read),
    tables: read.map(({ table, slices }) =>
      slices && !table.columns.includes('reads') ? withReadings(table, slices) : table,
    ),
  }
}

type Value = string | number | null
type Reading = 'loses' | 'loses, may be chance' | 'gains' | 'gains, may be chance' | 'no difference' | 'not known'

interface Slice {
  readonly name: Value
  readonly difference: Value
  readonly low: Value
  readonly high: Value
  readonly reads: Reading
}

function slicesOf({ columns, rows }: Table): Slice[] | null {
  const [difference, low, high] = ['difference', 'low', 'high'].map((name) => columns.indexOf(name))
  if (difference < 0 || low < 0 || high < 0) return null
  return rows.map((row) => ({
    name: row[0],
    difference: row[difference],
    low: row[low],
    high: row[high],
    reads: readingOf(row[difference], row[low], row[high]),
  }))
}

function readingOf(difference: Value, low: Value, high: Value): Reading {
  if (typeof difference !== 'number') return 'not known'
  if (difference === 0) return 'no difference'
  if (difference < 0) return typeof high === 'number' && high < 0 ? 'loses' : 'loses, may be chance'
  return typeof low === 'number' && low > 0 ? 'gains' : 'gains, may be chance'
}

const withReadings = (table: Table, slices: readonly Slice[]): Table => ({
  ...table,
  columns: [...table.columns, 'reads'],
  rows: table.rows.map((row, i) => [...row, slices[i].reads]),
})

const isLoss = ({ reads }: Slice): boolean => reads === 'loses' || reads === 'loses, may be chance'

function lossesOf(read: readonly { readonly table: Table; readonly slices: readonly Slice[] | null }[]): Table | null {
  const rows = read.flatMap(({ table, slices }) =>
    (slices ?? []).filter(isLoss).map(({ name, difference, low, high, reads }) => ({
      reads,
      row: [name, table.title, difference, low, high, reads],
    })),
  )
  if (rows.length === 0) return null
  // What is sure first; else as they come.
  const sorted = [...rows].sort((one, other) => one.reads.length - other.reads.length)
  return {
    title: 'Where the treatment does worse',
    columns: ['slice', 'of', 'difference', 'low', 'high', 'reads'],
    rows: sorted.map(({ row }) => row),
  }
}

function summary(slices: readonly Slice[]): string {
  const lost = slices.filter(isLoss).length
  const sure = slices.filter(({ reads }) => reads === 'loses').length
  const all = slices.length === 1 ? 'the one slice' : `${slices.length} slices`
  if (lost === 0) return `The treatment loses in none of ${all}.`
  return `The treatment loses in ${lost} of ${all}; in ${sure} of them the whole interval says so.`
}
