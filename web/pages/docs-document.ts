import { z } from 'zod'

/** What of an OpenAPI document the page reads. */

export interface Schema {
  readonly $ref?: string | undefined
  readonly type?: string | readonly string[] | undefined
  readonly format?: string | undefined
  readonly description?: string | undefined
  readonly const?: unknown
  readonly enum?: readonly unknown[] | undefined
  readonly default?: unknown
  readonly anyOf?: readonly Schema[] | undefined
  readonly oneOf?: readonly Schema[] | undefined
  /** False where `prefixItems` are all. */
  readonly items?: Schema | boolean | undefined
  readonly prefixItems?: readonly Schema[] | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly required?: readonly string[] | undefined
  readonly additionalProperties?: Schema | boolean | undefined
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    description: z.string().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    default: z.unknown().optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
    items: z.union([schema, z.boolean()]).optional(),
    prefixItems: z.array(schema).optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schema]).optional(),
  }),
)

const content = z.record(z.string(), z.object({ schema: schema.optional(), example: z.unknown().optional() }))
const response = z.object({
  $ref: z.string().optional(),
  description: z.string().optional(),
  content: content.optional(),
})
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().optional(),
        schema: schema.default({}),
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), response),
  security: z.array(z.unknown()).optional(),
})

const document = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema), responses: z.record(z.string(), response) }),
})

export type Document = z.infer<typeof document>
export type Operation = z.infer<typeof operation>
export type Response = z.infer<typeof response>
export type Content = z.infer<typeof content>

export const readDocument = (openApi: unknown): Document => document.parse(openApi)

/** The last step of a reference: all of ours name a component. */
export const nameIn = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

export interface Field {
  /** `hits[].score` for what lies deeper. */
  readonly name: string
  readonly schema: Schema
  readonly required: boolean
}

/** Every field of an object, those of objects within it among them, down to what is described elsewhere. */
export function fieldsOf({ properties = {}, required = [] }: Schema, prefix = ''): Field[] {
  return Object.entries(properties).flatMap(([name, one]) => {
    const field = { name: prefix + name, schema: one, required: required.includes(name) }
    const { inner, suffix } = withinOf(one)
    return [field, ...fieldsOf(inner, `${field.name}${suffix}.`)]
  })
}

/** The object that a field holds: itself, one that may be null, or each of a list. */
function withinOf(schema: Schema): { inner: Schema; suffix: string } {
  if (typeof schema.items === 'object' && !schema.properties) {
    const { inner, suffix } = withinOf(schema.items)
    return { inner, suffix: `[]${suffix}` }
  }
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null')
  return only && others.length === 0 ? withinOf(only) : { inner: schema, suffix: '' }
}

/** A type in words, split so that names of components can be links. */
export function typeInWords(schema: Schema): string[] {
  const { $ref, type, format, anyOf, oneOf, items, prefixItems, additionalProperties } = schema
  if ($ref !== undefined) return [`#${nameIn($ref)}`]
  if (schema.const !== undefined) return [JSON.stringify(schema.const)]
  if (schema.enum) return [schema.enum.map((one) => JSON.stringify(one)).join(' | ')]
  const choices = anyOf ?? oneOf
  if (choices) return choices.flatMap((one, i) => (i === 0 ? typeInWords(one) : [' | ', ...typeInWords(one)]))
  if (prefixItems) return [`[${prefixItems.map((one) => typeInWords(one).join('')).join(', ')}]`]
  if (typeof items === 'object') return ['list of ', ...typeInWords(items)]
  if (type === 'object' && typeof additionalProperties === 'object' && !schema.properties) {
    return ['object of ', ...typeInWords(additionalProperties)]
  }
  const name = type === undefined ? 'anything' : [type].flat().join(' | ')
  return [format === undefined ? name : `${name}, ${format}`]
}
