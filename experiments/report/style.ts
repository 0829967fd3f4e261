import { ink, pageColours } from './pens.ts'

/** Of the page: light, dark and on paper. The colours of the figures come from the pens, so that there is one list. */
const light = [...pageColours].map(([colour, name]) => `${name}: ${colour};`).join(' ')

const dark = `--ink: #e9e6df; --soft: #a8a399; --line: #3d3a35; --paper: #191816;
    --pen-2: #7fbbe6; --pen-3: #f0a070; --pen-4: #b3cf74; --pen-5: #cba6e8; --pen-6: #ddc25c;`

export const style = `
:root { color-scheme: light dark; ${light} --wash: #f6f4ef; }
@media (prefers-color-scheme: dark) { :root { ${dark} --wash: #23211e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 Charter, "Bitstream Charter", "Source Serif 4", Georgia, "Times New Roman", serif; }
main { max-width: 47rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
p, ul, dl { max-width: 70ch; }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 600; max-width: 32ch; margin: 0 0 .75rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 600; margin: 3rem 0 .75rem; padding-top: .75rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.0625rem; line-height: 1.35; margin: 0 0 .4rem; }
p { margin: 0 0 .75rem; }
a { color: inherit; text-underline-offset: .15em; }
.notice { border: 2px solid var(--ink); padding: .6rem .9rem; font-weight: 600; }
.verdict { margin: 1.5rem 0; padding: .15rem 0 .15rem 1.1rem; border-left: .4rem solid var(--ink); }
.verdict.refuted { border-left-style: double; }
.verdict.undecided { border-left-style: dotted; }
.verdict.shown { border-left: .4rem solid var(--line); }
.verdict p { margin-bottom: .5rem; }
.outcome { font-size: 1.35rem; margin-right: .5rem; }
.note, figcaption { color: var(--soft); font-size: .9375rem; }
dl { margin: .5rem 0 0; font-size: .9375rem; }
dl div { display: flex; gap: .75rem; padding: .15rem 0; }
dt { flex: 0 0 10rem; color: var(--soft); }
.verdict dl { display: flex; flex-wrap: wrap; gap: .35rem 1.75rem; }
.verdict dl div { display: block; padding: 0; }
.verdict dt { font-size: .8125rem; line-height: 1.3; }
dd { margin: 0; font-variant-numeric: tabular-nums lining-nums; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; }
li { margin-bottom: .4rem; }
figure { margin: 2rem 0; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { margin-top: .6rem; max-width: 70ch; line-height: 1.45; }
figcaption b { color: var(--ink); }
.table { overflow-x: auto; margin: 1.25rem 0 .5rem; width: max-content; min-width: 50%; max-width: 100%; }
/* Wide tables may run out of the column on both sides, as far as there is room. */
.wide { max-width: min(100vw - 3rem, 76rem); position: relative; left: 50%; transform: translateX(-50%); }
.wide table { font-size: .8125rem; } .wide :is(th, td) { padding-right: .8rem; }
.table:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
table { border-collapse: collapse; font: .875rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  font-variant-numeric: tabular-nums lining-nums; min-width: 100%; border-bottom: 1px solid var(--ink); }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.1rem .3rem 0; font-weight: 400; }
thead th { font-weight: 600; vertical-align: bottom; border-top: 1px solid var(--ink); border-bottom: 1px solid var(--ink); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.number { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
pre { background: var(--wash); padding: .8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (max-width: 34rem) { dl div, .verdict dl { display: block; } main { padding: 1.5rem 1rem 3rem; } }
@media print {
  :root { ${light} --wash: ${ink.paper}; }
  @page { margin: 18mm; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; }
  figure, .verdict, tr { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
  .table { overflow: visible; max-width: 100%; left: 0; transform: none; }
  table { font-size: 8pt !important; } .wide table { font-size: 6.5pt !important; } .wide :is(th, td) { padding-right: .4rem; white-space: normal; } pre { border: 1px solid var(--line); }
}
`
