import type { DocumentKind, Sighting } from '../document.ts'
import { type Name, nameWithin, sameAuthor, strongNames, titleName, yearOf } from './names.ts'
import { bySource } from './precedence.ts'
import { isPreprintDoi } from './preprint-dois.ts'

/** A sighting, whatever it says at the moment: `openalex openalex:W123`. */
export type Label = string & { readonly __brand: 'Label' }

export const labelOf = (record: Parameters<typeof nameWithin>[0]): Label =>
  `${record.source} ${nameWithin(record)}` as Label

/** The source, whose name has no space, and what it calls its record. */
export function partsOf(label: Label): readonly [source: string, name: string] {
  const space = label.indexOf(' ')
  return [label.slice(0, space), label.slice(space + 1)]
}

/** Somebody said that `taken` is not the work that `from` is of. What both are called by, `taken` is called by wrongly. */
export interface Apart {
  readonly taken: Label
  readonly from: Label
}

/**
 * Which sightings are of one work. The answer depends on the sightings alone and not on their order, so a store that asks
 * anew whenever one changes comes to the same documents in whatever order they arrive.
 *
 * Sightings are joined by arXiv id, then by DOI, then by other identifiers, then by title, first author and year. A
 * sighting that could be of either of two works that are not one is left alone: no guess. Names in `crowded` say nothing.
 */
export function partition(
  sightings: readonly Sighting[],
  apart: readonly Apart[],
  crowded: ReadonlySet<Name>,
): readonly (readonly Sighting[])[] {
  const works = worksOf(
    sightings.filter((one) => !one.standIn),
    apart,
    crowded,
  )
  // Summaries of ours go with the work that they stand in for, and decide nothing.
  const alone: Sighting[][] = []
  for (const standIn of sightings.filter((one) => one.standIn)) {
    const names = new Set(strongNames(standIn))
    const isIt = (one: Sighting) =>
      !one.standIn && one.kind === standIn.kind && strongNames(one).some((name) => names.has(name))
    const work = works.find((some) => some.some(isIt))
    if (work) work.push(standIn)
    else alone.push([standIn])
  }
  return [...works, ...alone]
}

function worksOf(sightings: readonly Sighting[], apart: readonly Apart[], crowded: ReadonlySet<Name>): Sighting[][] {
  if (sightings.length < 2) return sightings.map((one) => [one])
  const all = factsOfAll([...sightings].sort(bySource), apart, crowded)
  const contradict = contradictions(apart)
  let clusters: readonly Cluster[] = all.map((facts) => [facts])
  for (const scheme of ['arxiv', 'doi', 'other'] as const) {
    clusters = joined(clusters, (one, other) => intersect(one[scheme], other[scheme]), contradict)
  }
  clusters = joined(clusters, sameTitle, (one, other) => contradict(one, other) || differentArticles(one, other))
  return clusters.map((cluster) => cluster.map(({ sighting }) => sighting).sort(bySource))
}

interface Facts {
  readonly sighting: Sighting
  readonly label: Label
  readonly kind: DocumentKind
  readonly arxiv: ReadonlySet<Name>
  readonly doi: ReadonlySet<Name>
  readonly other: ReadonlySet<Name>
  readonly title: Name | null
  readonly year: number | null
}

type Cluster = readonly Facts[]

function factsOfAll(sightings: readonly Sighting[], apart: readonly Apart[], crowded: ReadonlySet<Name>): Facts[] {
  const named = new Map(sightings.map((one) => [labelOf(one), [...strongNames(one), titleName(one)]]))
  return sightings.map((sighting) => {
    const label = labelOf(sighting)
    const wrong = new Set(apart.filter(({ taken }) => taken === label).flatMap(({ from }) => named.get(from) ?? []))
    const names = strongNames(sighting).filter((name) => !wrong.has(name))
    const telling = names.filter((name) => !crowded.has(name))
    const title = titleName(sighting)
    return {
      sighting,
      label,
      kind: sighting.kind,
      // What many claim joins nobody, and still tells papers of arXiv apart.
      arxiv: new Set(names.filter((name) => name.startsWith('arxiv:'))),
      doi: new Set(telling.filter((name) => name.startsWith('doi:'))),
      other: new Set(telling.filter((name) => !/^(?:arxiv|doi):/.test(name))),
      title: title === null || wrong.has(title) || crowded.has(title) ? null : title,
      year: yearOf(sighting),
    }
  })
}

/** Weak, so only between sources: each tells its own documents apart better than their titles do. */
const sameTitle = (one: Facts, other: Facts): boolean =>
  one.title !== null &&
  one.title === other.title &&
  one.sighting.source !== other.sighting.source &&
  Math.abs((one.year ?? Number.NaN) - (other.year ?? Number.NaN)) <= 1 &&
  sameAuthor(one.sighting.authors[0], other.sighting.authors[0])

type Relation = (one: Cluster, other: Cluster) => boolean

/** Whose ids tell works apart for certain: arXiv's own, and those that the owner of the store gave. */
const certain: ReadonlySet<string> = new Set(['arxiv', 'own'])

function contradictions(apart: readonly Apart[]): Relation {
  const never = new Set(apart.flatMap(({ taken, from }) => [`${taken}\n${from}`, `${from}\n${taken}`]))
  const pair = (one: Facts, other: Facts) =>
    one.kind !== other.kind ||
    (one.sighting.source === other.sighting.source && certain.has(one.sighting.source)) ||
    never.has(`${one.label}\n${other.label}`)
  return (one, other) =>
    one.some((a) => other.some((b) => pair(a, b))) ||
    disjoint(
      one.flatMap(({ arxiv }) => [...arxiv]),
      other.flatMap(({ arxiv }) => [...arxiv]),
    )
}

/** Two journals' DOIs are two articles, unless an identifier says that they are one work. */
const differentArticles: Relation = (one, other) => disjoint(one.flatMap(journalDois), other.flatMap(journalDois))

const journalDois = ({ doi }: Facts): Name[] => [...doi].filter((name) => !isPreprintDoi(name.replace(/^doi:/, '')))

/** Clusters that are linked become one, except where that would unite what is not one. */
function joined(
  clusters: readonly Cluster[],
  linked: (one: Facts, other: Facts) => boolean,
  contradict: Relation,
): readonly Cluster[] {
  const edges = clusters.map((one) =>
    clusters.flatMap((other, j) =>
      one !== other && one.some((a) => other.some((b) => linked(a, b))) && !contradict(one, other) ? [j] : [],
    ),
  )
  const clash = (some: readonly number[]) =>
    some.some((i, at) => some.slice(at + 1).some((j) => contradict(clusters[i], clusters[j])))
  const torn = new Set(edges.flatMap((neighbours, i) => (clash(neighbours) ? [i] : [])))
  const left = edges.map((neighbours, i) => (torn.has(i) ? [] : neighbours.filter((j) => !torn.has(j))))
  return componentsOf(left).flatMap((component) =>
    // Through others, two that are not one are linked all the same: nobody can say where to cut.
    clash(component) ? component.map((i) => clusters[i]) : [component.flatMap((i) => clusters[i])],
  )
}

function componentsOf(edges: readonly (readonly number[])[]): number[][] {
  const seen = new Set<number>()
  return edges.flatMap((_, start) => {
    if (seen.has(start)) return []
    seen.add(start)
    const component = [start]
    for (const node of component) {
      for (const next of edges[node]) {
        if (seen.has(next)) continue
        seen.add(next)
        component.push(next)
      }
    }
    return [component]
  })
}

const intersect = (one: ReadonlySet<Name>, other: ReadonlySet<Name>): boolean =>
  [...one].some((name) => other.has(name))

const disjoint = (one: readonly Name[], other: readonly Name[]): boolean =>
  one.length > 0 && other.length > 0 && !one.some((name) => other.includes(name))
