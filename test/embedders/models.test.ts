import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fingerprintOf, noOverrides, readModel, shippedModels } from '../../src/embedders/models.ts'
import { openTransformersEmbedder } from '../../src/embedders/transformers.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshet-models-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A folder that looks like a model: all of freshet-static but its weights. */
function modelWithoutWeights(name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    cpSync(join(shippedModels, 'freshet-static', file), join(path, file))
  }
  return path
}
const unavailable = (says: RegExp) =>
  expect.objectContaining({ name: 'ModelUnavailable', message: expect.stringMatching(says) })

describe('a model by its name', () => {
  it('is one that ships', () => {
    expect(readModel('freshet-static')).toMatchObject({
      model: 'freshet-static',
      name: 'freshet-static',
      folder: shippedModels,
      quantised: true,
      pooling: 'cls',
      normalised: true,
      queryPrefix: '',
      documentPrefix: '',
    })
  })

  it('is a folder, from wherever one stands', () => {
    const path = modelWithoutWeights('some-model')
    const settings = readModel(relative(process.cwd(), path))
    expect(settings).toMatchObject({ name: 'some-model', folder, pooling: 'mean', normalised: false })
    expect(settings.model).toBe(path)
    expect(readModel(settings.model)).toEqual(settings)
  })

  it('is one of the hub when it has an owner', () => {
    expect(readModel('Xenova/all-MiniLM-L6-v2')).toMatchObject({
      name: 'Xenova/all-MiniLM-L6-v2',
      folder: null,
      pooling: 'mean',
    })
    expect(readModel('Xenova/bge-small-en-v1.5')).toMatchObject({
      pooling: 'cls',
      queryPrefix: expect.stringContaining('Represent this sentence'),
    })
  })

  it('has a precision behind it', () => {
    expect(readModel('freshet-static@fp32').quantised).toBe(false)
    expect(readModel('freshet-static@int8').quantised).toBe(true)
    expect(readModel('Xenova/all-MiniLM-L6-v2@fp32')).toMatchObject({
      name: 'Xenova/all-MiniLM-L6-v2',
      quantised: false,
    })
  })

  it('opens the same model again, with all that was said of it', () => {
    const overrides = { pooling: 'mean', queryPrefix: 'query: ', documentPrefix: 'passage: & ?' } as const
    const settings = readModel('freshet-static@fp32', overrides)
    expect(settings).toMatchObject({ ...overrides, quantised: false })
    expect(readModel(settings.model)).toEqual(settings)
  })

  it('takes an empty prefix for a prefix: it turns the usual one off', () => {
    const settings = readModel('Xenova/bge-small-en-v1.5', { ...noOverrides, queryPrefix: '' })
    expect(settings.queryPrefix).toBe('')
    expect(readModel(settings.model).queryPrefix).toBe('')
  })

  it.each([
    ['no-such-model', /no model at .*data\/models\/no-such-model; name a folder with config\.json/],
    ['./no/such/folder', /no model at \/.*\/no\/such\/folder; name a folder/],
    ['/no/such/folder@fp32', /no model at \/no\/such\/folder; name a folder/],
    ['', /set FRESHET_MODEL/],
    ['@fp32', /set FRESHET_MODEL/],
  ])('that nobody has (“%s”) is refused with a sentence that says what to do', (name, says) => {
    expect(() => readModel(name)).toThrow(unavailable(says))
  })
})

describe('a fingerprint', () => {
  it('differs by everything that changes a vector', () => {
    const base = readModel('freshet-static')
    const variants = [
      base,
      readModel('freshet-static@fp32'),
      readModel('freshet-static', { ...noOverrides, pooling: 'mean' }),
      readModel('freshet-static', { ...noOverrides, queryPrefix: 'a' }),
      readModel('freshet-static', { ...noOverrides, documentPrefix: 'a' }),
      readModel('Xenova/all-MiniLM-L6-v2'),
      { ...base, maxTokens: 64 },
    ].map((settings) => fingerprintOf(settings, 'abc', 256))
    const others = [fingerprintOf(base, 'abd', 256), fingerprintOf(base, 'abc', 128)]
    expect(new Set([...variants, ...others]).size).toBe(9)
  })

  it('is the same for a model of the same files, wherever they lie', () => {
    const base = readModel('freshet-static')
    expect(fingerprintOf({ ...base, folder: '/elsewhere', model: '/elsewhere/x' }, 'abc', 256)).toBe(
      fingerprintOf(base, 'abc', 256),
    )
    expect(fingerprintOf(base, 'abc', 256).split(':')[0]).toBe('freshet-static')
  })
})

describe('a model that cannot be loaded', () => {
  it('stops with a sentence that says what to do, and never becomes another one', async () => {
    const path = modelWithoutWeights('freshet-static')
    expect(basename(path)).toBe('freshet-static')
    await expect(openTransformersEmbedder(readModel(path))).rejects.toEqual(
      unavailable(/freshet-static could not be loaded in .*: .*Set FRESHET_MODEL to .*config\.json, tokenizer\.json/s),
    )
  })

  it('in a precision that its folder does not hold, too', async () => {
    await expect(openTransformersEmbedder(readModel('freshet-static@fp32'))).rejects.toEqual(
      unavailable(/could not be loaded/),
    )
  })
})
