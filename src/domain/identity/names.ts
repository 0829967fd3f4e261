import type { DocumentRecord } from '../document.ts'
import { arxivIdOfDoi, parseArxivId, parseDoi } from '../identifiers.ts'

/**
 * What names a work: `arxiv:2401.01234` and `doi:10.1000/x` in one way of writing; other ids and identifiers as they
 * are, for nobody but their source knows whether their case matters; and `title:…`, which is weak: by itself it names nothing.
 */
export type Name = string

export type Named = Pick<
  DocumentRecord,
  'id' | 'source' | 'kind' | 'title' | 'authors' | 'doi' | 'identifiers' | 'submitted' | 'announced' | 'standIn'
>

/** Everything that a held document can be found by. */
export function namesOf(record: Named): readonly Name[] {
  const title = titleName(record)
  return title === null ? strongNames(record) : [...strongNames(record), title]
}

/** Names of the work that no other work has, if the source is right. */
export const strongNames = ({ id, doi, identifiers }: Named): Name[] => [
  ...new Set([nameOf(id), ...(doi === null ? [] : [nameOf(`doi:${doi}`)]), ...identifiers.map(nameOf)]),
]

/** A DOI that DataCite gave to an arXiv paper names the paper on arXiv. */
export function nameOf(id: string): Name {
  const [, scheme, value] = /^(arxiv|doi):(.+)$/i.exec(id) ?? []
  const doi = scheme?.toLowerCase() === 'arxiv' ? null : parseDoi(value ?? id)
  const arxiv = doi === null ? parseArxivId(value ?? id) : arxivIdOfDoi(doi)
  if (arxiv !== null) return `arxiv:${arxiv.id.toLowerCase()}`
  return doi === null ? id : `doi:${doi}`
}

/** How sources that prefix their own ids differently from their name do it. */
const schemes: ReadonlyMap<string, string> = new Map([['semantic-scholar', 's2']])

/**
 * What a source calls its record, which stays when the source learns of another id: its own number, else the DOI that
 * it is registered under, else the id.
 */
export function nameWithin(record: Pick<DocumentRecord, 'id' | 'source' | 'doi' | 'identifiers'>): string {
  const { id, source, doi, identifiers } = record
  const own = `${schemes.get(source) ?? source}:`
  if (source === 'arxiv' || id.startsWith(own)) return id
  const number = identifiers.find((one) => one.startsWith(own))
  if (number !== undefined) return number
  return doi !== null && parseArxivId(id) ? `doi:${doi}` : id
}

const shortest = { words: 4, letters: 20 }

/**
 * The name that a paper has by its title: `title:pretrainingofgpt 3 5 modelspart 2`. Case, accents, punctuation and the
 * spaces between words are nothing; numerals are kept apart from each other, whether written 2, II or two. Null for what is no
 * paper, for titles too short to tell works apart, and where author or year is missing, without which none is the same.
 */
export function titleName(record: Named): Name | null {
  if (record.kind !== 'paper' || record.standIn) return null
  if (record.authors.length === 0 || yearOf(record) === null) return null
  const words = folded(record.title).match(/\p{N}+|\p{L}+|\++/gu) ?? []
  const letters = words.filter((word) => /\p{L}/u.test(word)).join('').length
  if (letters < shortest.letters && words.length < shortest.words) return null
  let name = ''
  let afterNumeral = true
  for (const word of words) {
    const numeral = numeralOf(word)
    name += numeral === null ? `${afterNumeral && name !== '' ? ' ' : ''}${word}` : ` ${numeral}`
    afterNumeral = numeral !== null
  }
  return `title:${name.trim()}`
}

/** When the work was first seen, as far as the source says. */
export function yearOf({ submitted, announced }: Pick<DocumentRecord, 'submitted' | 'announced'>): number | null {
  const first = Math.min(submitted ?? Number.POSITIVE_INFINITY, announced ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(first) ? new Date(first).getUTCFullYear() : null
}

/** Sources write a name forwards, backwards and with initials: one's surname has to be somewhere in the other. */
export function sameAuthor(one: string, other: string): boolean {
  const [first, second] = [one, other].map(nameWords)
  return first.words.includes(second.surname) || second.words.includes(first.surname)
}

const suffixes = new Set(['jr', 'sr', 'ii', 'iii', 'iv'])

function nameWords(name: string): { words: readonly string[]; surname: string } {
  const wordsIn = (text: string) =>
    (folded(text).match(/\p{L}+/gu) ?? []).filter((word) => word.length > 1 && !suffixes.has(word))
  const [beforeComma, afterComma] = name.split(',', 2)
  const words = wordsIn(name)
  // Initials in capitals at the end stand for forenames: "Vaswani A", "Vaswani AB".
  const family = afterComma === undefined ? name.replace(/(?<=\p{L}{2})(?:\s+\p{Lu}{1,3}\.?)+$/u, '') : beforeComma
  return { words, surname: wordsIn(family).at(-1) ?? folded(name) }
}

// Letters that Unicode does not take apart into a letter and its mark.
const plainLetters: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe' }

const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{M}'’‘`´]+/gu, '')
    .toLowerCase()
    .replace(/[øłđıßæœ]/g, (letter) => plainLetters[letter])
    .replaceAll('&', ' and ')

const roman = ['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x', 'xi', 'xii', 'xiii', 'xiv', 'xv']
const spelled = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const numerals: ReadonlyMap<string, string> = new Map(
  [roman, spelled].flatMap((words) => words.map((word, i) => [word, String(i + 1)] as const)),
)

const numeralOf = (word: string): string | null => (/^\p{N}/u.test(word) ? word : (numerals.get(word) ?? null))
