import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claims } from '../../experiments/claims/all.ts'
import { readRegistration, registrationOf, unregisteredIn } from '../../experiments/registration.ts'
import { readJudged, topicDigest } from '../../experiments/topics/judged.ts'

const registered = readRegistration()
const now = registrationOf(claims, registered.developmentTopics)
const [{ name }] = claims

describe('registered.json', () => {
  it('is the code as it stands; after a change: npm run experiment -- register', () => {
    for (const claim of claims) expect(unregisteredIn(claim.name, registered, now), claim.name).toEqual([])
    expect(registered).toEqual(now)
  })

  const topics = join(import.meta.dirname, '../../../shared/data/topics')
  const absent = !existsSync(topics)
  it.skipIf(absent)(
    `counts every shared topic as looked at${absent ? ' (skipped: ../shared/data/topics is absent)' : ''}`,
    async () => {
      const seen = (await readJudged([topics], [])).topics.map(topicDigest)
      expect(registered.developmentTopics).toEqual(expect.arrayContaining(seen))
    },
  )
})

describe('a registration', () => {
  it('holds the claim, what measures it, what replays it and what was learned, and nothing of the command', () => {
    const { files } = now.claims[name]
    const wanted = ['claims/agility.ts', 'measures.ts', 'statistics/verdict.ts', 'replay/open-replay.ts']
    expect(files).toEqual(expect.arrayContaining(wanted.map((file) => `experiments/${file}`)))
    expect(files).toContain('data/router.json')
    expect(files.filter((file) => /commands|report\/html/.test(file))).toEqual([])
  })

  it('tells which file was changed, and of which claims', () => {
    const file = 'experiments/claims/agility.ts'
    const before = { ...now, files: { ...now.files, [file]: 'other' } }
    expect(unregisteredIn('agility', before, now)).toEqual([file])
    expect(unregisteredIn('page-speed', before, now)).toEqual([])
  })

  it('tells that a margin was moved', () => {
    const moved = claims.map((claim) => ({
      ...claim,
      primaries: claim.primaries.map((one) => ({ ...one, margin: one.margin / 2 })),
    }))
    const before = registrationOf(moved, registered.developmentTopics)
    expect(unregisteredIn(name, before, now)).toEqual(['primaries or margins'])
  })

  it('tells of a file that was not part of it', () => {
    const [first, ...others] = now.claims[name].files
    const before = { ...now, claims: { ...now.claims, [name]: { ...now.claims[name], files: others } } }
    expect(unregisteredIn(name, before, now)).toEqual([first])
  })

  it('knows nothing of a claim that came later', () => {
    const before = registrationOf(claims.slice(1), [])
    expect(unregisteredIn(name, before, now)).toEqual([`the claim ${name}, which is not registered at all`])
  })
})
