import { z } from 'zod'

/**
 * Parts of what an API answers that a record can do without. What is there but of another type counts as not there, so
 * that one odd field costs no record; ids and titles are not read so.
 */

export const orNothing = <T>(schema: z.ZodType<T>) => schema.nullish().catch(null)

const numeral = z.union([
  z.number(),
  z
    .string()
    .regex(/^\s*-?\d+(?:\.\d+)?\s*$/)
    .transform(Number),
])

/** Text, or a number in its place. */
export const text = orNothing(z.union([z.string(), z.number().transform(String)]))
/** A number, or the text of one. */
export const number = orNothing(numeral)
export const wholeNumber = orNothing(numeral.pipe(z.number().int()))
export const yesOrNo = orNothing(z.boolean())

/** What of the list fits; one that stands where the list should is a list of it. */
export const listOf = <T>(element: z.ZodType<T>) =>
  z
    .unknown()
    .optional()
    .transform((value): T[] =>
      [value].flat().flatMap((one) => {
        const fit = element.safeParse(one)
        return fit.success && one !== null && one !== undefined ? [fit.data] : []
      }),
    )

/** What of an object's values fits, by its key. */
export const valuesOf = <T>(element: z.ZodType<T>) =>
  z
    .unknown()
    .optional()
    .transform((value): Record<string, T> => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return {}
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, one]): [string, T][] => {
          const fit = element.safeParse(one)
          return fit.success ? [[key, fit.data]] : []
        }),
      )
    })
