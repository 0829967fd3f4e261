import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../src/http/openapi/document.ts'

const faultsOf = async (document: object): Promise<string[]> => {
  const config = await createConfig({
    extends: ['recommended'],
    rules: { 'no-invalid-parameter-examples': 'error', 'no-invalid-schema-examples': 'error' },
  })
  const faults = await lintFromString({ source: JSON.stringify(document), config })
  return faults.map((one) => `${one.ruleId}: ${one.message} (${one.location[0].pointer})`)
}

describe('the OpenAPI document under the linter', () => {
  it('is clean, with keys and without', async () => {
    expect(await faultsOf(openApi({ keysNeeded: true }))).toEqual([])
    expect(await faultsOf(openApi({ keysNeeded: false }))).toEqual([])
  })

  it('would be told of an example that is not true to its schema', async () => {
    const json = JSON.stringify(openApi({ keysNeeded: false }))
    expect(await faultsOf(JSON.parse(json.replace('"useful":true', '"useful":"very"')))).toEqual([
      expect.stringMatching(/^no-invalid-media-type-examples: .*useful/),
    ])
  })
})
