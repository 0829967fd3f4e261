import { z } from 'zod'
import { BadSetting, SourceError } from '../../domain/errors.ts'
import { instant } from '../../domain/instant.ts'
import type { HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient, RequestPolicy } from '../client/http.ts'
import { type JsonAnswer, readJson } from '../json-api.ts'
import { readResumeToken, resumeToken } from '../resume.ts'
import { changedAt, github, releaseKey, releasesOf, repositoryId } from './github-record.ts'

export const githubAddress = 'https://api.github.com'

/**
 * 5,000 requests an hour with a token: one a second, never two at once. 60 an hour without: thirty after a quiet time and
 * one every two minutes, which stays within 60 in any hour. Without a token a 304 counts too.
 */
export const githubPolicy = (token?: string): RequestPolicy => ({
  provider: github,
  ...(token ? { spacingMs: 1_000, burst: 1 } : { spacingMs: 120_000, burst: 30 }),
  connections: 1,
  attempts: 4,
  attemptMs: 60_000,
  backoff: { baseMs: 5_000, capMs: 120_000 },
  askedPauseMs: (headers) => Math.min(limitPauseMs(headers) ?? 0, longestPauseMs),
})

/** A limit is of an hour; a clock that is wrong must not close the gate for longer. */
const longestPauseMs = 3_600_000

/**
 * The pause that GitHub's limits ask for, which come with 403 and with the last answer before it; null for none. By the
 * clock of GitHub, which says both times.
 */
function limitPauseMs(headers: Pick<Headers, 'get'>): number | null {
  const seconds = (name: string): number => Number(headers.get(name) ?? Number.NaN)
  const afterMs = seconds('retry-after') * 1_000
  if (afterMs >= 0) return afterMs
  const resetMs = seconds('x-ratelimit-reset') * 1_000 - Date.parse(headers.get('date') ?? '')
  return headers.get('x-ratelimit-remaining') === '0' && resetMs >= 0 ? resetMs : null
}

export interface GithubReleasesSettings {
  readonly client: PoliteClient
  /** `owner/name` each. */
  readonly repositories: readonly string[]
  readonly token?: string
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

const source = 'github-releases'
const pageSize = 100
/** A release may have 125,000 characters of notes and hundreds of files. */
const maxBytes = 64 * 1024 * 1024
/** Without a token, some turns are two minutes apart. */
const deadlineMs = 30 * 60_000
const hourMs = 3_600_000
/** A release is in the list as soon as it is published; this is for clocks that differ. */
const overlapMs = hourMs

/**
 * Releases of chosen repositories. A list has no dates to ask by, and it is ordered by the dates of commits, not of
 * publication, so all of its pages are read whenever one has changed; what is new is told by the window.
 *
 * A repository that is gone, private or blocked is a rejected record and stops no other. The watermark is of the source
 * and moves on, so `state` keeps from when on that repository is unread: once it is back, nothing is missing.
 */
export function githubReleases(settings: GithubReleasesSettings): Source {
  const repositories = [...new Map(settings.repositories.map((one) => [one.toLowerCase(), checked(one)])).values()]
  return {
    name: source,
    provider: github,
    origin: github,
    cadence:
      repositories.length === 0 ? { kind: 'never' } : { kind: 'estimated', leastMs: hourMs, mostMs: 24 * hourMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs,
    async *changes(window, signal) {
      if (repositories.length === 0) throw new BadSetting('releases of GitHub need repositories; name at least one')
      const known = knownOf(window.state)
      const done = window.resume === null ? {} : readResumeToken(source, window.resume, memorySchema)
      const left = repositories.filter((one) => !Object.hasOwn(done, one.toLowerCase()))
      // The settings no longer name what was left when the harvest was interrupted.
      if (left.length === 0) yield { records: [], rejected: [], total: null, resume: null, state: resumeToken(done) }
      for (const [at, repository] of left.entries()) {
        const last = at === left.length - 1
        yield* harvest(settings, { repository, known, done, last }, window, signal)
      }
    },
  }
}

/** What the source remembers of a repository; part of `state`, and of `resume` while a harvest is under way. */
const memorySchema = z.record(
  z.string(),
  z.object({
    /** The ETag of each page of its list; '' for one without. */
    pages: z.array(z.string()),
    /** From when on its releases have not been seen; left out where they have. */
    unread: z.number().optional(),
  }),
)
type Memory = z.infer<typeof memorySchema>

interface Visit {
  readonly repository: string
  readonly known: Memory
  /** Grows by each repository that is through. */
  readonly done: Memory
  readonly last: boolean
}

async function* harvest(
  settings: GithubReleasesSettings,
  visit: Visit,
  window: HarvestWindow,
  signal: AbortSignal,
): AsyncGenerator<HarvestPage> {
  const { repository, known, done, last } = visit
  const key = repository.toLowerCase()
  const since = instant(Math.min(window.after, known[key]?.unread ?? window.after))
  const etags = known[key]?.pages ?? []
  const pages: string[] = []
  const seen = new Set<string>()
  for (let ended = false; !ended; ) {
    const page = await fetchPage(settings, repository, pages.length + 1, etags.at(pages.length) ?? '', signal)
    if (page.kind === 'gone') {
      done[key] = { pages: [], unread: since }
      const rejected = [{ id: repositoryId(repository), reason: page.reason }]
      yield { ...pageOf([], rejected), ...placeOf(done, last), warning: `${repository}: ${page.reason}` }
      return
    }
    ended = !page.more && (page.kind === 'list' || pages.length + 1 >= etags.length)
    // A full last page is the same with a release behind it, so it is read anew.
    const full = page.kind === 'list' && page.items.length >= pageSize
    pages.push(ended && full ? '' : page.etag)
    if (page.kind === 'list') checkNew(repository, page, seen, ended)
    if (ended) done[key] = { pages }
    const { records, rejected } = releasesOf(repository, page.kind === 'list' ? page.items : [])
    // No upper bound: what was published after it is in the list whose ETag is kept, and would never come again.
    const fresh = records.filter((record) => (changedAt(record) ?? since) > since)
    yield { ...pageOf(fresh, rejected), ...placeOf(done, last && ended) }
  }
}

const pageOf = (records: HarvestPage['records'], rejected: HarvestPage['rejected']) => ({
  records,
  rejected,
  total: null,
})

const placeOf = (done: Memory, ended: boolean): Pick<HarvestPage, 'resume' | 'state'> =>
  ended ? { resume: null, state: resumeToken(done) } : { resume: resumeToken(done) }

/** Validators only: where they are not ours, everything is asked for anew. */
function knownOf(state: string | null): Memory {
  try {
    return state === null ? {} : readResumeToken(source, state, memorySchema)
  } catch {
    return {}
  }
}

export type GithubPage =
  | { readonly kind: 'list'; readonly items: readonly unknown[]; readonly etag: string; readonly more: boolean }
  /** Nothing has changed since the ETag. */
  | { readonly kind: 'same'; readonly etag: string; readonly more: boolean }
  /** There is nothing to be had of this repository. */
  | { readonly kind: 'gone'; readonly reason: string }

async function fetchPage(
  settings: GithubReleasesSettings,
  repository: string,
  number: number,
  etag: string,
  signal: AbortSignal,
): Promise<GithubPage> {
  // The Link header only says whether there is more. Its address is not followed: the token would go with the request.
  const url = `${settings.baseUrl ?? githubAddress}/repos/${repository}/releases?per_page=${pageSize}&page=${number}`
  const answer = await settings.client.get(url, {
    signal,
    deadlineMs,
    maxBytes,
    accept: 'application/vnd.github+json',
    headers: {
      'x-github-api-version': '2022-11-28',
      ...(settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
      ...(etag === '' ? {} : { 'if-none-match': etag }),
    },
  })
  if (answer.status === 304 && etag !== '') return { kind: 'same', etag, more: hasNext(answer) }
  return readReleasesPage(answer, settings.token)
}

/** Of the repository, not of us or of GitHub: no such one, gone, blocked, forbidden, or not to be listed. */
const ofTheRepository = new Set([403, 404, 410, 422, 451])

/** Throws SourceError for what concerns every repository: `rate-limited` for a 403 that is a limit, `refused`, `unreadable`. */
export function readReleasesPage(answer: JsonAnswer, token = ''): GithubPage {
  const limited = limitOf(answer)
  if (limited) throw limited
  try {
    const items = readJson(source, answer, z.array(z.unknown()), [token])
    return { kind: 'list', items, etag: answer.headers.get('etag') ?? '', more: hasNext(answer) }
  } catch (cause) {
    if (cause instanceof SourceError && cause.failure === 'refused' && ofTheRepository.has(answer.status)) {
      return { kind: 'gone', reason: cause.message }
    }
    throw cause
  }
}

const hasNext = ({ headers }: Pick<JsonAnswer, 'headers'>): boolean =>
  /;\s*rel="?next"?/i.test(headers.get('link') ?? '')

/** GitHub's limits answer with 403 as well as with 429. */
function limitOf({ status, headers, body }: JsonAnswer): SourceError | null {
  const used = headers.get('x-ratelimit-remaining') === '0' || headers.get('retry-after') !== null
  if (status !== 403 || !(used || /\b(?:rate limit|abuse detection)\b/i.test(body))) return null
  const waitMs = limitPauseMs(headers)
  return new SourceError(source, 'rate-limited', `${source}: the limit of requests is used up`, {
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
  })
}

function checkNew(
  repository: string,
  page: { readonly items: readonly unknown[]; readonly more: boolean },
  seen: Set<string>,
  ended: boolean,
): void {
  const before = seen.size
  for (const item of page.items) seen.add(releaseKey(item))
  if (seen.size > before || (page.items.length === 0 && ended)) return
  throw new SourceError(source, 'contradictory', `${source}: the list of ${repository} goes on without a new release`)
}

function checked(repository: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?!\.{1,2}$)[\w.-]{1,100}$/.test(repository)) return repository
  throw new BadSetting(`"${repository}" is no repository of GitHub; write one like owner/name`)
}
