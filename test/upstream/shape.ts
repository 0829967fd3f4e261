import { XMLParser } from 'fast-xml-parser'

/** The shape of an answer: every place where something stands, without what stands there. */

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseTagValue: false })

/** `/feed/entry/link@href` for every element and attribute, with the prefixes that were written. */
export function shapeOfXml(xml: string): Set<string> {
  const places = new Set<string>()
  walk(parser.parse(xml), '', places)
  return places
}

/** `/message/items/title` for every key; members of a list share the place of their list. */
export function shapeOfJson(json: string): Set<string> {
  const places = new Set<string>()
  walk(JSON.parse(json), '', places)
  return places
}

/** Keys that are data and no names. */
const dictionaries = /\/(?:abstract_inverted_index|externalIds)$/

function walk(value: unknown, place: string, places: Set<string>): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, place, places)
    return
  }
  if (typeof value !== 'object' || value === null || dictionaries.test(place)) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '#text') continue
    const below = key.startsWith('@') ? place + key : `${place}/${key}`
    places.add(below)
    walk(inner, below, places)
  }
}

/** What the recordings have and ours lacks. Below what is lacking, nothing more is named. */
export function lacking(recorded: readonly Set<string>[], ours: readonly Set<string>[]): string[] {
  const have = new Set(ours.flatMap((one) => [...one]))
  const missing = new Set(recorded.flatMap((one) => [...one]).filter((place) => !have.has(place)))
  const above = (place: string): string => place.replace(/[/@][^/@]*$/, '')
  return [...missing].filter((place) => !missing.has(above(place))).sort()
}
