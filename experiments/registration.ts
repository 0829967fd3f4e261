import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { BadSetting, CorruptStore } from '../src/domain/errors.ts'
import type { Claim } from './claims/claim.ts'

/**
 * What is fixed before a verdict is sought: claims, primaries, margins, the code that they rest on, and which topics had
 * been looked at by then. A run on other code is a run all the same, and says so.
 */
export interface Registration {
  readonly claims: Readonly<Record<string, RegisteredClaim>>
  /** sha256 by path. */
  readonly files: Readonly<Record<string, string>>
  /** Digests (topics/judged.ts) of the topics that were looked at while building. */
  readonly developmentTopics: readonly string[]
}

export interface RegisteredClaim {
  readonly primaries: readonly { readonly name: string; readonly margin: number }[]
  /** Its own file, and all of experiments/ that it and the replay are made of. */
  readonly files: readonly string[]
}

const checkout = fileURLToPath(new URL('..', import.meta.url))
export const registeredFile = join(checkout, 'experiments/registered.json')
/** How a study answers is part of every claim. */
const studyFile = 'experiments/replay/open-study.ts'
/** What was learned from topics is part of what is tested. */
const weightsFile = 'data/router.json'

/** As the code is now. */
export function registrationOf(claims: readonly Claim[], developmentTopics: readonly string[]): Registration {
  const registered = claims.map((claim): [string, RegisteredClaim] => [
    claim.name,
    {
      primaries: claim.primaries.map(({ name, margin }) => ({ name, margin })),
      files: [...new Set([...reachedFrom(fileOf(claim)), ...reachedFrom(studyFile), weightsFile])].sort(),
    },
  ])
  const files = [...new Set(registered.flatMap(([, claim]) => claim.files))].sort()
  return {
    claims: Object.fromEntries(registered.sort(([one], [other]) => (one < other ? -1 : 1))),
    files: Object.fromEntries(files.map((file) => [file, digestOf(file)])),
    developmentTopics: [...new Set(developmentTopics)].sort(),
  }
}

export function readRegistration(): Registration {
  if (!existsSync(registeredFile)) return { claims: {}, files: {}, developmentTopics: [] }
  const read = registration.safeParse(JSON.parse(readFileSync(registeredFile, 'utf8')))
  if (read.success) return read.data
  const [{ path, message }] = read.error.issues
  throw new CorruptStore(`${registeredFile}: ${path.join('.')}: ${message}`)
}

/** What of a claim is not as it was registered: in words, or the path of a file. */
export function unregisteredIn(name: string, before: Registration, now: Registration): string[] {
  const [claim, current] = [before.claims[name], now.claims[name]]
  if (!claim || !current) return [`the claim ${name}, which is not registered at all`]
  const margins = ({ primaries }: RegisteredClaim) => JSON.stringify(primaries)
  const changed = [...new Set([...claim.files, ...current.files])]
    .sort()
    .filter((file) => before.files[file] !== now.files[file] || !claim.files.includes(file))
  return [...(margins(claim) === margins(current) ? [] : ['primaries or margins']), ...changed]
}

function fileOf({ name }: Claim): string {
  const file = `experiments/claims/${name}.ts`
  if (!existsSync(join(checkout, file))) throw new BadSetting(`the claim ${name} has no file ${file}`)
  return file
}

/** The file and all of experiments/ that it imports, directly or not; types too, which say what figures mean. */
function reachedFrom(start: string): Set<string> {
  const reached = new Set<string>()
  const visit = (file: string): void => {
    if (reached.has(file) || !file.startsWith('experiments/')) return
    reached.add(file)
    const text = readFileSync(join(checkout, file), 'utf8')
    for (const [, path] of text.matchAll(/(?:\bfrom|\bimport) ?\(?'(\.[^']+\.ts)'/g)) {
      visit(relative(checkout, join(checkout, dirname(file), path)))
    }
  }
  visit(start)
  return reached
}

const digestOf = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(join(checkout, file)))
    .digest('hex')

const registration: z.ZodType<Registration> = z.object({
  claims: z.record(
    z.string(),
    z.object({
      primaries: z.array(z.object({ name: z.string(), margin: z.number() })),
      files: z.array(z.string()),
    }),
  ),
  files: z.record(z.string(), z.string()),
  developmentTopics: z.array(z.string()),
})
