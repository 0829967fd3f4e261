import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkedFindings, type Run, readRun } from '../../experiments/report/read.ts'
import { writeOverview, writeReport } from '../../experiments/report/write.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshet-report-'))
const run = readRun(join(import.meta.dirname, 'fixtures/run'))
const read = (...names: string[]) => readFileSync(join(folder, ...names), 'utf8')
const files = (of: string) =>
  readdirSync(join(folder, of), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(md|html|svg)$/.test(name))
    .sort()
const changed = (change: (findings: never) => void): Run['findings'] => {
  const findings = structuredClone(run.findings)
  change(findings as never)
  return findings
}

beforeAll(() => writeReport(join(folder, 'one'), run))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the report of a run', () => {
  it('says the verdicts before all else, with effect, interval, margin, n, p and standing', () => {
    const text = read('one', 'report.md')
    const [head] = text.split('## ')
    expect(head).toMatch(
      /\| warm-days \| Supported \| \+0\.052 \\\[\+0\.034, \+0\.071\\\] \| \+0\.03 \| 18 \| 0\.001 \| development \|/,
    )
    expect(head).toMatch(
      /Intervals of 95%\. Development: on topics that were looked at while building\. Simulation: on/,
    )
    expect(head).toContain('figures/effects.svg')
    expect(text).toContain('**Refuted: cold-days.** On cold days it reads 0.031 further off')
  })

  it('says a single verdict in its own words at once', async () => {
    const findings = { ...run.findings, verdicts: run.findings.verdicts.slice(0, 1) }
    await writeReport(join(folder, 'lonely'), { ...run, findings })
    const [head] = read('lonely', 'report.md').split('## ')
    expect(head).toMatch(/One verdict: 1 supported\.[\s\S]*\*\*Supported: warm-days\.\*\* The warm arm reads/)
    expect(head).toMatch(
      /registered margin: \+0\.03\n- n: 18 units, σ 0\.061\n- p, Holm: 0\.001\n- difference of judged@10: \+0\.010/,
    )
    expect(head).toMatch(/- standing: development: on topics that were looked at while building/)
  })

  it('counts what was tested, and calls a demonstration nothing else', () => {
    expect(read('one', 'report.md')).toMatch(/3 verdicts: 1 supported, 1 refuted, 1 undecided\./)
    expect(read('one', 'report.html')).toMatch(/<span class="outcome">Shown, not tested<\/span> night/)
  })

  it('shows where the treatment loses, in words, what is sure first, before any threat', () => {
    const text = read('one', 'report.md')
    const body = text.slice(0, text.indexOf('## What to hold against it'))
    expect(body).toMatch(/loses in 2 of 6 slices; in 1 of them the whole interval says so/)
    expect(body).toMatch(/\| foundation \| By class.* \| −0\.0240 \| −0\.0410 \| −0\.0070 \| loses \|\n\| ambiguous \|/)
    expect(text).toMatch(/\| ambiguous \| 6 \|.*\| loses, may be chance \|/)
    expect(text).toMatch(/\| unknown \| 0 \| – \| – \| – \| not known \|/)
  })

  it('prints numbers with their decimals in line, nothing as a dash, and small ones with what they have', () => {
    expect(read('one', 'report.md')).toMatch(/\| 100 \| 812\.5 \|\n\| 10,000 \| 9\.7 \|\n\| 1,000,000 \| 0\.0081 \|/)
    expect(read('one', 'report.html')).toMatch(/<td class="number">–<\/td>/)
  })

  it('warns of code that is not as registered, and names what differs', async () => {
    expect(read('one', 'report.html')).toMatch(
      /class="notice" role="note">Not the registered code: experiments\/measures\.ts\. No verdict below is final/,
    )
    const unregistered = ['experiments/measures.ts', 'data/router.json']
    await writeReport(join(folder, 'changed'), { ...run, provenance: { ...run.provenance, unregistered } })
    const [head] = read('changed', 'report.md').split('## ')
    expect(head).toContain('Not the registered code: 2 differences, named at the end')
    expect(read('changed', 'report.md')).toContain('- Not as registered: experiments/measures.ts; data/router.json.')
  })

  it('tells how to get it again', () => {
    const html = read('one', 'report.html')
    expect(html).toContain(run.provenance.command)
    expect(html).toContain(run.provenance.commit)
    expect(html).toMatch(/54002 papers announced 2025-01-02 to 2026-03-31/)
  })

  it('takes everything in findings as text', () => {
    const html = read('one', 'report.html')
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;')
    expect(html).not.toMatch(/<script|<b>bold/)
    expect(read('one', 'report.md')).toContain(
      'A \\<b\\>bold\\</b\\> threat with \\| a bar and \\`ticks\\` \\& \\$x\\$.',
    )
  })

  it('needs nothing but itself: no script, no address, no picture from elsewhere', () => {
    const html = read('one', 'report.html')
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
      /https?:|<script|<link|<img|@import|url\(/,
    )
  })

  it('is the same to the byte for the same findings, however often it was made', async () => {
    await writeReport(join(folder, 'two'), run)
    await writeReport(join(folder, 'two'), run)
    expect(files('two')).toEqual(files('one'))
    for (const name of files('one')) expect(read('two', name), name).toBe(read('one', name))
  })

  it('leaves no figure of an earlier report behind', async () => {
    await writeReport(join(folder, 'three'), run)
    await writeReport(join(folder, 'three'), {
      ...run,
      findings: changed((one: { figures: unknown[] }) => one.figures.pop()),
    })
    expect(files('three')).toEqual(['figures/age.svg', 'figures/effects.svg', 'report.html', 'report.md'])
  })

  it('leaves out what there is none of', async () => {
    const bare = { ...run.findings, verdicts: [], slices: [], tables: [], figures: [], threats: [], notRun: [] }
    await writeReport(join(folder, 'bare'), { ...run, findings: bare })
    const text = read('bare', 'report.md')
    expect(text).toMatch(/It shows and does not test/)
    expect(text).not.toMatch(/Slices|not run|More figures|in words/)
  })
})

describe('a figure', () => {
  const svg = (name: string) => read('one', 'figures', `${name}.svg`)

  it('has its title and caption as text alternative, and its figures in print', () => {
    expect(svg('effects')).toMatch(/role="img" aria-labelledby="figure-effects-title figure-effects-caption"/)
    expect(svg('effects')).toContain('<title id="figure-effects-title">Effect on each primary</title>')
    expect(svg('effects')).toMatch(/\+0\.052 \[\+0\.034, \+0\.071\]/)
  })

  it('names reference and margins', () => {
    for (const says of ['no difference', 'margin +0.03', 'margin −0.02']) expect(svg('effects')).toContain(`>${says}<`)
    expect(svg('age')).toContain('>reference 0.36<')
  })

  it('names each line beside it, and tells lines apart by dash and shape', () => {
    for (const name of ['static', 'static + fresh', 'router, asking live']) expect(svg('age')).toContain(`>${name}<`)
    expect(new Set(svg('age').match(/stroke-dasharray="[^"]+"/g)).size).toBeGreaterThanOrEqual(3)
  })

  it('keeps inside its own width', () => {
    expect(svg('effects')).toMatch(/ width="700" /)
  })

  it('lets no name of a line cover another, however near the lines end', async () => {
    const { series, ...rest } = run.findings.figures.find((one) => one.kind === 'lines')!
    const near = [0.3, 0.3001, 0.3002, 0.3003].map((y, i) => ({
      label: `line ${i}`,
      points: [
        { x: 0, y: 0.1 * i },
        { x: 9, y },
      ],
    }))
    expect(series.length).toBeGreaterThan(0)
    const findings = { ...run.findings, figures: [{ ...rest, series: near }] }
    await writeReport(join(folder, 'near'), { ...run, findings })
    const drawn = read('near', 'figures', `${rest.name}.svg`)
    const heights = near.map(({ label }) =>
      Number(new RegExp(`translate\\([\\d.]+,([-\\d.]+)\\)[^>]*>${label}<`).exec(drawn)![1]),
    )
    const apart = [...heights]
      .sort((one, other) => one - other)
      .map((y, i, all) => y - (all[i - 1] ?? Number.NEGATIVE_INFINITY))
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(16)
  })
})

describe('an overview', () => {
  it('has a line for each verdict, which leads to its report', () => {
    writeOverview(folder, [{ folder: join(folder, 'one'), run }])
    expect(read('overview.md')).toMatch(
      /\| \[sundials\]\(<one\/report\.md>\) \| warm-days \| Supported \| \+0\.052 .*\| \+0\.03 \| 18 \|/,
    )
    expect(read('overview.html')).toMatch(/<a href="one\/report\.html">sundials<\/a>/)
    expect(read('overview.md').match(/^\| \[sundials/gm)).toHaveLength(run.findings.verdicts.length)
  })
})

describe('findings', () => {
  it('come back from a file as they were', () => {
    expect(checkedFindings(run.findings)).toEqual(run.findings)
  })

  it('may know an effect without knowing its interval', async () => {
    const interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, level: 0.95 }
    const effect = { mean: 0.2, interval, units: 1, sigma: Number.NaN, p: 1 }
    const row = { label: 'a single unit', mean: 0.2, low: interval.low, high: interval.high }
    const [verdict] = run.findings.verdicts
    const intervals = run.findings.figures.find((one) => one.kind === 'intervals')!
    const findings = { ...run.findings, verdicts: [{ ...verdict, effect }], figures: [{ ...intervals, rows: [row] }] }
    expect(checkedFindings(findings)).toEqual(findings)
    await writeReport(join(folder, 'single'), { ...run, findings })
    expect(read('single', 'report.md')).toMatch(/\+0\.200 \\\[−∞, \+∞\\\][\s\S]*n: 1 units, σ –/)
    expect(read('single', 'figures', 'effects.svg')).not.toMatch(/NaN|Infinity/)
  })

  it('that cannot be read name the file and the field', () => {
    cpSync(join(import.meta.dirname, 'fixtures/run'), join(folder, 'broken'), { recursive: true })
    const wrong = changed((one) => setIn(one, 'verdicts.0.outcome', 'proven'))
    writeFileSync(join(folder, 'broken/findings.json'), JSON.stringify(wrong))
    expect(() => readRun(join(folder, 'broken'))).toThrow(/broken\/findings\.json: verdicts\.0\.outcome: /)
    expect(() => readRun(join(folder, 'nowhere'))).toThrow(/nowhere\/findings\.json cannot be read/)
  })

  it.each([
    [
      'an effect without a mean',
      /verdicts\.0\.effect\.mean/,
      (one: never) => setIn(one, 'verdicts.0.effect.mean', Number.NaN),
    ],
    ['a figure whose name is no file name', /figures\.0\.name/, (one: never) => setIn(one, 'figures.0.name', '../up')],
    ['two figures of one name', /two figures have one name/, (one: never) => setIn(one, 'figures.1.name', 'effects')],
    ['a logarithmic axis from 0', /logarithmic/, (one: never) => setIn(one, 'figures.2.series.0.points.0.x', 0)],
    ['a row that does not fit its columns', /another length/, (one: never) => setIn(one, 'arms.columns', ['arm'])],
  ])('are refused with %s', (_, says, change) => {
    expect(() => checkedFindings(changed(change))).toThrow(says)
  })
})

function setIn(value: Record<string, unknown>, path: string, to: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  const inner = names.reduce((at, name) => at[name] as Record<string, unknown>, value)
  inner[last] = to
}
