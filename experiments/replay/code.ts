import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What can change an answer. */
const parts = ['src', 'indexer', 'experiments', 'test/upstream', 'data/router.json', 'package-lock.json']

/** The commit, and a digest of what was changed since; 'unknown' where there is no repository. */
export function codeIdentity(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 })
  try {
    const commit = git('rev-parse', 'HEAD').trim()
    const changed = git('status', '--porcelain', '--', ...parts) + git('diff', 'HEAD', '--', ...parts)
    return changed === '' ? commit : `${commit}+${createHash('sha256').update(changed).digest('hex').slice(0, 12)}`
  } catch {
    return 'unknown'
  }
}
