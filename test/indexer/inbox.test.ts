import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { drainInbox } from '../../indexer/inbox.ts'
import type { DocumentId, DocumentRecord } from '../../src/domain/document.ts'
import { SourceError } from '../../src/domain/errors.ts'
import type { Source } from '../../src/ports.ts'
import { engines, idOf, idsIn, request } from '../engines/fixtures.ts'
import { type HarvestStage, harvestStage, never, paper, shelf } from './harvest-stage.ts'

describe.each(engines)('what live search found, on the %s engine,', (_, open) => {
  let stage: HarvestStage

  beforeEach(async () => {
    stage = await harvestStage(open)
  })

  afterEach(() => stage.close())

  const put = (source: string, ...records: DocumentRecord[]) =>
    stage.runtime.inbox.put(source, records, stage.clock.now())
  const drain = (sources: readonly Source[] = [], signal = never, embedder = stage.embedder) =>
    drainInbox({ ...stage, embedder, inbox: stage.runtime.inbox, sources }, signal)
  const waiting = () => stage.runtime.inbox.count()

  /** arXiv's look-up, as far as it knows papers. */
  function arxiv(...known: readonly DocumentRecord[]) {
    const asked: DocumentId[][] = []
    const lookUp: Source['lookUp'] = async (ids) => {
      asked.push([...ids])
      return known.filter(({ id }) => ids.includes(id))
    }
    return { source: shelf('arxiv-api', { origin: 'arxiv', lookUp }), asked }
  }

  test('is stored with its vectors, and can be found by words and by vector', async () => {
    const reader = await stage.engine.openReader()
    put('arxiv-api', paper('2601.00001', { title: 'On glaciers' }), paper('2601.00002'))
    expect(await drain()).toMatchObject({ new: 2 })
    expect(waiting()).toBe(0)
    await reader.refresh()
    const found = await reader.snapshot().gather(request('glaciers', { terms: [], depth: 1 }))
    expect(idsIn(stage.engine, found)).toEqual(['2601.00001'])
    await reader.close()
  })

  test('in an empty inbox is nothing, and embeds nothing', async () => {
    expect(await drain()).toMatchObject({ new: 0 })
    expect(stage.embedder.embedded).toEqual([])
  })

  test('moves no watermark', async () => {
    put('arxiv-api', paper('2601.00001'))
    await drain()
    expect(stage.engine.documents.watermarks()).toEqual([])
  })

  test('is taken in batches, and all of it', async () => {
    const papers = Array.from({ length: 300 }, (_, at) => paper(`p${at}`))
    put('arxiv-api', ...papers)
    expect(await drain()).toMatchObject({ new: 300 })
    expect(waiting()).toBe(0)
  })

  test('does not get lost when it could not be stored', async () => {
    put('arxiv-api', paper('2601.00001'))
    const dying = { ...stage.embedder, embed: () => Promise.reject(new Error('the encoder died')) }
    await expect(drain([], never, dying)).rejects.toThrow('the encoder died')
    expect(waiting()).toBe(1)
    expect(await drain()).toMatchObject({ new: 1 })
  })

  test('is found unchanged when it was stored and not taken out', async () => {
    put('arxiv-api', paper('2601.00001'))
    const remove = () => {
      throw new Error('killed')
    }
    const inbox = { ...stage.runtime.inbox, remove }
    await expect(drainInbox({ ...stage, inbox, sources: [] }, never)).rejects.toThrow('killed')
    expect(await drain()).toMatchObject({ new: 0, unchanged: 1 })
    expect(waiting()).toBe(0)
  })

  test('stops between two batches', async () => {
    const controller = new AbortController()
    put('arxiv-api', ...Array.from({ length: 200 }, (_, at) => paper(`p${at}`)))
    const stopping = {
      ...stage.embedder,
      embed: (texts: readonly string[]) => {
        controller.abort(new Error('stopped'))
        return stage.embedder.embed(texts, 'document')
      },
    }
    await expect(drain([], controller.signal, stopping)).rejects.toThrow('stopped')
    expect([stage.ids().length, waiting()]).toEqual([128, 72])
  })

  test('becomes what a harvest would have made of it', async () => {
    const early = paper('2601.00001', { version: 1 })
    put('arxiv-api', early)
    await drain()
    const source = shelf('arxiv-oai')
    source.pages = [{ records: [paper('2601.00001', { version: 2, title: 'Paper, revised' }), paper('2601.00002')] }]
    expect(await stage.run(source)).toMatchObject({ counts: { new: 1, replaced: 1 } })
    put('arxiv-api', early)
    expect(await drain()).toMatchObject({ stale: 1 })
    expect(stage.engine.documents.byId(idOf('2601.00001'))).toMatchObject({ title: 'Paper, revised' })
  })

  describe('an arXiv paper of which another source knows no abstract', () => {
    const thin = paper('2601.00001', { source: 'openalex', identifiers: ['openalex:W1'], version: 0 })
    const whole = paper('2601.00001', { abstract: 'Ice moves.' })

    test('is stored, and then looked up at arXiv', async () => {
      const { source, asked } = arxiv(whole)
      put('openalex', thin, paper('doi:10.1/x', { source: 'openalex' }))
      await drain([source])
      expect(asked).toEqual([[whole.id]])
      expect(stage.engine.documents.byId(whole.id)).toMatchObject({ abstract: 'Ice moves.', source: 'arxiv' })
      expect(stage.engine.documents.byId(whole.id)?.sources).toEqual(['arxiv', 'openalex'])
    })

    test('is not looked up when it is held', async () => {
      const { source, asked } = arxiv(whole)
      put('openalex', thin)
      await drain([source])
      put('openalex', { ...thin, comment: 'once more' })
      await drain([source])
      expect(asked).toHaveLength(1)
    })

    test('stays thin where arXiv cannot be asked', async () => {
      const fails: Source['lookUp'] = async () => {
        throw new SourceError('arxiv-api', 'rate-limited', 'slow down')
      }
      put('openalex', thin)
      expect(await drain([shelf('arxiv-api', { origin: 'arxiv', lookUp: fails })])).toMatchObject({ new: 1 })
      expect(waiting()).toBe(0)
      expect(stage.engine.documents.byId(thin.id)).toMatchObject({ abstract: '', source: 'openalex' })
    })
  })
})
