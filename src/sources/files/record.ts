import { z } from 'zod'
import type { DocumentId } from '../../domain/document.ts'
import { UnreadableRecord } from '../../domain/errors.ts'
import { isArxivCategory, parseArxivId } from '../../domain/identifiers.ts'
import { type Instant, parseDay, parseInstant, startOfDay } from '../../domain/instant.ts'
import { isLink, longestAbstract, longestTitle, plainText } from '../record.ts'

/** The parts that the line formats share: fields as zod schemas, and how a line becomes a record or a sentence. */

const atMost = (characters: number): z.ZodString =>
  z.string().max(characters, `is longer than ${characters.toLocaleString('en-US')} characters`)

export const text = z.string().transform(plainText)
export const titleField = text.pipe(atMost(longestTitle).min(1, 'is empty'))
export const abstractField = text.pipe(atMost(longestAbstract))

/** Names of authors or categories; empty ones are left out. */
export const namesField = z.array(text).transform((names) => names.filter((name) => name !== ''))

export const commentField = text.transform((comment) => (comment === '' ? null : comment))

const visible = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]{1,200}$/u

export const isVisibleId = (id: string): boolean => visible.test(id)

export const idField = z
  .string()
  .transform((id) => id.normalize('NFC'))
  .refine(isVisibleId, 'must be 1 to 200 visible characters without spaces')
  .transform((id) => id as DocumentId)

export const arxivIdField = z.string().transform((id, context) => {
  const parsed = parseArxivId(id)
  if (parsed) return parsed
  context.addIssue('is not an arXiv id')
  return z.NEVER
})

export const arxivCategoriesField = namesField.transform((names) => names.filter(isArxivCategory))

export interface Moment {
  /** The first moment of the day where only a day is known. */
  readonly at: Instant
  readonly dayOnly: boolean
}

const zonedInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/

// Stricter than parseInstant, which takes a bare year for a date and a time without zone for UTC.
export const momentField = z.string().transform((raw, context): Moment => {
  const day = parseDay(raw)
  if (day) return { at: startOfDay(day), dayOnly: true }
  const at = zonedInstant.test(raw) ? parseInstant(raw) : null
  if (at !== null) return { at, dayOnly: false }
  context.addIssue('must be a day (2025-03-18) or an instant with its zone (2025-03-18T20:00:00Z)')
  return z.NEVER
})

export const urlField = text.refine(isLink, 'must be an http, https, urn or file address')

/** The line as the schema reads it. Throws UnreadableRecord with a sentence for people that names the fields. */
export function parseLine<T>(schema: z.ZodType<T>, line: string): T {
  const parsed = schema.safeParse(jsonOf(line), { error: complaint })
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.slice(0, 3).map((issue) => {
    const field = pathOf(issue.path)
    return field === '' ? issue.message : `"${field}" ${issue.message}`
  })
  throw new UnreadableRecord(sentences.join('; '), { cause: parsed.error })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new UnreadableRecord('the line is not JSON', { cause })
  }
}

/** Says what zod's issue means. Only for issues that carry no message of their own. */
const complaint: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (!issue.path?.length) return 'the line is not a JSON object'
      return issue.input === undefined ? 'is missing' : `must be ${typeNames[issue.expected] ?? `a ${issue.expected}`}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    case 'unrecognized_keys':
      return `unknown field: ${issue.keys.slice(0, 3).map(quoted).join(', ')}`
    case 'too_small':
      return 'is empty'
    default:
      return 'cannot be read'
  }
}

const typeNames: Readonly<Record<string, string>> = { array: 'a list', int: 'a whole number', object: 'an object' }

// A field's name comes from the file and may be as long as the line.
const quoted = (name: string): string => `"${plainText(name.slice(0, 60))}"`

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
