import { type ComponentType, h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { describe, expect, it } from 'vitest'
import { answerExample } from '../../src/http/examples.ts'
import { titleMath } from '../../src/http/math.ts'
import { similarExample } from '../../src/http/similar.ts'
import { Help } from '../../web/search/help.tsx'
import { Near } from '../../web/search/panels.tsx'
import { TitleLink } from '../../web/search/title.tsx'
import { Why } from '../../web/search/why.tsx'

const [hit] = answerExample.hits
const html = <P extends object>(component: ComponentType<P>, properties: P) => renderToString(h(component, properties))
const text = (markup: string) => markup.replaceAll(/<[^>]+>/g, '')

describe('a title', () => {
  it('shows its formulas and leads to the paper', () => {
    const title = 'Bounds in $L^p$'
    const link = html(TitleLink, { of: { ...hit, title, titleMath: titleMath(title) } })
    expect(link).toContain(`href="${hit.url}"`)
    expect(link).toContain('<msup><mi>L</mi><mi>p</mi></msup>')
  })

  // Documents of one's own files may have no address, and their links led nowhere.
  it('of a document that is not on the web leads to what is known of it', () => {
    const link = html(TitleLink, { of: { ...hit, id: 'notes/7', url: 'urn:freshet:notes/7' } })
    expect(link).toContain('href="/v1/documents/notes%2F7"')
  })
})

describe('why this order', () => {
  // The page asks for this mode by itself, and told readers what they had "asked for".
  it('says how live sources come to be asked', () => {
    const reasons = [{ code: 'live-by-mode', says: 'The mode leaves live sources out.' }]
    const answer = { ...answerExample, route: { ...answerExample.route, reasons } }
    expect(text(html(Why, { hit, answer }))).toContain('Enter lets them be asked')
  })
})

it('the help says what every sign on a result means', () => {
  const help = html(Help, {})
  for (const sign of ['depth', 'freshness', 'static', 'fresh', 'live']) expect(help).toContain(`<dt>${sign}</dt>`)
})

describe('similar papers', () => {
  it('say of when they are, what they had to do without and what is covered', () => {
    const covered = [{ source: 'arxiv', until: '2026-02-03' }]
    const degraded = [{ part: 'vectors', code: 'degraded' as const, reason: 'the encoder is away', retryAfterMs: null }]
    const found = { ...similarExample, hits: [], asOf: '2026-02-03T09:30:00.000Z', covered, degraded }
    const said = text(html(Near, { found: { ...found, reconstruction: null } }))
    expect(said).toContain('As of 3 Feb 2026, 09:30 UTC. All of arXiv up to 3 Feb 2026.')
    expect(said).toContain('Without vectors: the encoder is away')
    expect(text(html(Near, { found: { ...found, reconstruction: 'as it was' } }))).toContain('UTC, a reconstruction.')
  })
})
