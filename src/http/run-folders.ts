import { readdir, readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { z } from 'zod'
import { type Findings, findingsSchema, type Provenance, provenanceSchema } from './findings.ts'
import { Refusal } from './problem.ts'

/**
 * Folders of runs as experiments leave them (docs/results/README.md). They are read whenever somebody asks, for a run may
 * end at any time.
 */

export interface Shelf {
  /** The first part of the names of its runs. */
  readonly name: string
  /** Where it is. */
  readonly path: string
  /** What it is called in answers, which say nothing of where it is on this machine. */
  readonly shown: string
}

export interface ReadRun {
  readonly run: string
  readonly folder: string
  readonly findings: Findings
  readonly provenance: Provenance
  /** Those that may be fetched. */
  readonly files: readonly string[]
}

export interface RunFile {
  readonly body: Buffer
  readonly type: 'json' | 'svg' | 'html' | 'md'
}

export interface Shelves {
  readonly folders: readonly string[]
  list(): Promise<{
    readonly runs: readonly ReadRun[]
    readonly unreadable: readonly { readonly folder: string; readonly reason: string }[]
  }>
  /** Throws Refusal for a run that is not there or cannot be read. */
  read(run: string): Promise<ReadRun>
  /** Throws Refusal for all but the files of a run that are for reading. */
  file(run: string, path: string): Promise<RunFile>
}

/** Without a separator or a leading dot, so that no name leads out of its folder. */
const runName = /^\w[\w.-]*$/
const readable = /^(?:findings\.json|provenance\.json|report\.(?:html|md)|README\.md|figures\/\w[\w.-]*\.svg)$/

export function openShelves(shelves: readonly Shelf[]): Shelves {
  const placeOf = (run: string): Place => {
    const shelf = shelves.find(({ name }) => run.startsWith(`${name}-`))
    const name = shelf ? run.slice(shelf.name.length + 1) : ''
    if (!shelf || !runName.test(name)) throw noSuchRun(run)
    return { run, path: join(shelf.path, name), folder: `${shelf.shown}/${name}` }
  }
  return {
    folders: shelves.map(({ shown }) => shown),
    async list() {
      const places = await Promise.all(shelves.map(placesOn))
      const read = await Promise.all(places.flat().map(attempted))
      return {
        runs: read.flatMap((one) => ('findings' in one ? one : [])),
        unreadable: read.flatMap((one) => ('reason' in one ? one : [])),
      }
    },
    async read(run) {
      const place = placeOf(run)
      const read = await attempted(place)
      if ('findings' in read) return read
      if ((await filesIn(place.path)).length === 0) throw noSuchRun(run)
      throw new Refusal('not-found', `the run ${run} cannot be read: ${read.reason}`)
    },
    async file(run, path) {
      const { path: folder } = placeOf(run)
      const type = typeOf(path)
      if (!readable.test(path) || type === undefined) throw noSuchFile(run, path)
      try {
        const [home, target] = await Promise.all([realpath(folder), realpath(join(folder, path))])
        // A link may lead to a run, and not from within a run to elsewhere.
        if (!target.startsWith(home + sep)) throw noSuchFile(run, path)
        return { body: await readFile(target), type }
      } catch (error) {
        if (isMissing(error)) throw noSuchFile(run, path)
        throw error
      }
    },
  }
}

interface Place {
  readonly run: string
  readonly path: string
  readonly folder: string
}

async function placesOn({ name, path, shown }: Shelf): Promise<Place[]> {
  const found: Place[] = []
  for (const one of (await namesIn(path)).filter((entry) => runName.test(entry))) {
    const place = { run: `${name}-${one}`, path: join(path, one), folder: `${shown}/${one}` }
    if ((await filesIn(place.path)).includes('findings.json')) found.push(place)
  }
  return found
}

async function attempted({ run, path, folder }: Place): Promise<ReadRun | { folder: string; reason: string }> {
  try {
    const [findings, provenance, files] = await Promise.all([
      parsed(findingsSchema, path, 'findings.json'),
      parsed(provenanceSchema, path, 'provenance.json'),
      filesIn(path),
    ])
    return { run, folder, findings, provenance, files }
  } catch (error) {
    return { folder, reason: reasonOf(error) }
  }
}

async function parsed<T>(schema: z.ZodType<T>, folder: string, name: string): Promise<T> {
  const read = schema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')))
  if (read.success) return read.data
  const [{ path, message }] = read.error.issues
  throw new SyntaxError(`${name}: ${path.join('.')}: ${message}`)
}

/** Without the path, which is nobody's business on the wire. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return error.message
  if (error instanceof Error && 'code' in error) return `a file of it cannot be read (${error.code})`
  throw error
}

async function filesIn(folder: string): Promise<string[]> {
  const [names, figures] = await Promise.all([namesIn(folder), namesIn(join(folder, 'figures'))])
  return [...names, ...figures.map((name) => `figures/${name}`)].filter((path) => readable.test(path))
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

const missing: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']
const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && missing.includes(error.code)

const types = ['json', 'svg', 'html', 'md'] as const
const typeOf = (path: string) => types.find((type) => path.endsWith(`.${type}`))

const noSuchRun = (run: string) =>
  new Refusal('not-found', `there is no run ${run.slice(0, 100)}; /v1/experiments lists those on disk`)
const noSuchFile = (run: string, path: string) =>
  new Refusal('not-found', `the run ${run.slice(0, 100)} has no ${path.slice(0, 100)} for reading`)
