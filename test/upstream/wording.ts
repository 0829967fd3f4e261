import { oneOf } from './seeded.ts'

/** Words of generated papers. Nothing here is taken from a real one. */

export interface Topic {
  /** An invented word that no other paper has, so that each can be told from all others and asked for. */
  readonly name: string
  readonly subject: string
  readonly method: string
  readonly thing: string
  /** Primary first. */
  readonly categories: readonly string[]
  /** A category that the paper may be cross-listed to later. */
  readonly neighbour: string
}

interface Area {
  readonly primary: string
  readonly others: readonly string[]
  readonly neighbour: string
  readonly subjects: readonly string[]
  readonly things: readonly string[]
}

const areas: readonly Area[] = [
  {
    primary: 'cs.IR',
    others: ['cs.CL', 'cs.DL'],
    neighbour: 'cs.DB',
    subjects: ['passage retrieval', 'query rewriting', 'citation recommendation', 'session search', 'dense indexing'],
    things: ['legal archives', 'long queries', 'click logs', 'multilingual catalogues', 'scholarly graphs'],
  },
  {
    primary: 'cs.CL',
    others: ['cs.AI', 'cs.LG'],
    neighbour: 'cs.HC',
    subjects: ['dialogue summarisation', 'machine translation', 'entity linking', 'prompt compression', 'parsing'],
    things: ['parliamentary debates', 'sign languages', 'medical notes', 'dialect corpora', 'bedtime stories'],
  },
  {
    primary: 'cs.LG',
    others: ['stat.ML'],
    neighbour: 'cs.AI',
    subjects: [
      'federated training',
      'optimal transport',
      'curriculum learning',
      'tensor factorisation',
      'active sampling',
    ],
    things: ['drifting streams', 'noisy labels', 'sparse rewards', 'tabular records', 'molecular graphs'],
  },
  {
    primary: 'cs.CV',
    others: ['cs.LG', 'cs.RO'],
    neighbour: 'eess.IV',
    subjects: ['depth estimation', 'scene flow', 'image inpainting', 'pose tracking', 'point cloud registration'],
    things: ['endoscopic video', 'satellite tiles', 'river gauges', 'night driving', 'herbarium sheets'],
  },
  {
    primary: 'math.CO',
    others: [],
    neighbour: 'cs.DM',
    subjects: ['chromatic thresholds', 'matroid union', 'lattice paths', 'extremal hypergraphs', 'tilings'],
    things: ['planar maps', 'sparse tournaments', 'signed permutations', 'cubic graphs', 'Young diagrams'],
  },
  {
    primary: 'hep-th',
    others: ['gr-qc', 'math-ph'],
    neighbour: 'quant-ph',
    subjects: ['boundary entropy', 'dual amplitudes', 'moduli stabilisation', 'soft theorems', 'wormhole throats'],
    things: ['de Sitter slices', 'conformal defects', 'tensor networks', 'celestial currents', 'thermal branes'],
  },
]

const methods = [
  'contrastive distillation',
  'graph diffusion',
  'spectral sketching',
  'evidence pooling',
  'hierarchical gating',
  'lazy backtracking',
  'stochastic rounding',
  'counterfactual replay',
  'sparse attention',
  'bootstrapped ensembles',
]
const qualities = ['Robust', 'Frugal', 'Calibrated', 'Interpretable', 'Scalable', 'Online', 'Certified', 'Gentle']
const openings = [
  'We revisit',
  'This paper studies',
  'We propose a way to improve',
  'Little is known about',
  'We ask what limits',
]
const findings = [
  'halves the error',
  'needs a tenth of the labels',
  'matches an oracle',
  'fails gracefully',
  'is provably tight',
]
const givenNames = [
  'Ada',
  'Bao',
  'Chinwe',
  'Dmitri',
  'Élodie',
  'Farid',
  'Grete',
  'Hiro',
  'Inês',
  'João',
  'Kwame',
  'Łucja',
]
const familyNames = [
  'Abara',
  'Brückner',
  'Castellanos',
  'Dvořák',
  'Ekström',
  'Fontaine',
  'Gupta',
  'Hayashi',
  'Ito',
  'O’Neil',
]

export function topicOf(number: number, random: () => number): Topic {
  const area = oneOf(random, areas)
  return {
    name: nameOf(number),
    subject: oneOf(random, area.subjects),
    method: oneOf(random, methods),
    thing: oneOf(random, area.things),
    categories: [area.primary, ...area.others.filter(() => random() < 0.5)],
    neighbour: area.neighbour,
  }
}

export function titleOf({ name, subject, method, thing }: Topic, random: () => number): string {
  const [Subject, Method] = [capital(subject), capital(method)]
  const title = oneOf(random, [
    `${oneOf(random, qualities)} ${Subject} for ${capital(thing)}`,
    `${Subject} via ${Method}: The Case of ${capital(thing)}`,
    `What ${Method} Tells Us about ${Subject} & ${capital(thing)}`,
    `${Method} at $O(n^${1 + Math.floor(random() * 3)})$ Cost: ${Subject} on ${capital(thing)}`,
  ])
  return `${name}: ${title}`
}

/** Sometimes with what must be escaped in XML, HTML or TeX. */
export function abstractOf({ name, subject, method, thing }: Topic, random: () => number): string {
  const share = Math.round(random() * 90) + 5
  return [
    `${oneOf(random, openings)} ${subject} on ${thing}.`,
    `Our approach, ${name}, rests on ${method} and keeps $p < 0.${share}$ throughout.`,
    `On ${Math.ceil(random() * 9)} collections of ${thing} it ${oneOf(random, findings)} & costs ${share}% less.`,
    `A closer look at ${oneOf(random, methods)} shows where "${subject}" goes wrong.`,
    `Code and data for ${thing} are available at https://example.org/${subject.replaceAll(' ', '-')}.`,
  ].join(' ')
}

export const commentOf = (random: () => number): string =>
  oneOf(random, ['12 pages, 4 figures', 'Submitted', 'Accepted at a workshop on rivers', '30 pages; comments welcome'])

export function authorsOf(random: () => number): string[] {
  const names = new Set<string>()
  const wanted = 1 + Math.floor(random() * 5)
  while (names.size < wanted) names.add(`${oneOf(random, givenNames)} ${oneOf(random, familyNames)}`)
  return [...names]
}

const consonants = 'bdfgklmnprstvz'
const vowels = 'aiou'

/** Three syllables, the same for a number; different ones for the first 140,608 numbers. */
function nameOf(number: number): string {
  const syllables = consonants.length * vowels.length
  // A step without a factor in common walks through all of them before it comes back.
  const mixed = (number * 100_003) % syllables ** 3
  const parts = [0, 1, 2].map((place) => {
    const at = Math.floor(mixed / syllables ** place) % syllables
    return consonants[at % consonants.length] + vowels[Math.floor(at / consonants.length)]
  })
  return capital(parts.join(''))
}

const capital = (words: string): string => words.replace(/(?<=^| )\p{L}/gu, (letter) => letter.toUpperCase())
