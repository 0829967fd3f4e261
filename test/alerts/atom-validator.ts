import { readFileSync } from 'node:fs'
import { parseAtomFeed } from 'feedsmith'
import { RelaxNGValidator, XmlDocument } from 'libxml2-wasm'
import { expect } from 'vitest'

const grammar = XmlDocument.fromString(readFileSync(new URL('atom.rng', import.meta.url), 'utf8'))
const validator = RelaxNGValidator.fromDoc(grammar)

/** Well-formed, of the grammar of RFC 4287, and what the RFC asks for in words; throws what is wrong. */
export function validate(xml: string): void {
  const document = XmlDocument.fromString(xml)
  try {
    validator.validate(document)
  } finally {
    document.dispose()
  }
}

/** The feed as a reader sees it, once it has proved valid. */
export function readValid(xml: string) {
  validate(xml)
  const feed = parseAtomFeed(xml)
  const { entries = [] } = feed
  const ids = entries.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of [feed.id, ...ids]) expect(id).toMatch(/^tag:freshet,2026:(?:search|paper):[\w.!~*'()%-]+$/)
  expect(feed.links?.map(({ rel }) => rel)).toEqual(['self', 'alternate'])
  expect(feed.authors).not.toHaveLength(0)
  for (const entry of entries) {
    expect(entry.authors?.every(({ name }) => name)).toBe(true)
    expect(entry.links?.map(({ rel }) => rel)).toEqual(['alternate'])
  }
  return { ...feed, entries }
}
