import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Starts a TypeScript program of ours as a child with a message channel. It should end when the channel closes. */
export function forkProgram(
  program: URL,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; quiet?: boolean } = {},
): ChildProcess {
  return fork(fileURLToPath(program), args, {
    // Absolute, because a bare name would be looked up from wherever the user stands.
    execArgv: ['--import', tsx],
    // Float32Arrays go over as bytes, not as JSON.
    serialization: 'advanced',
    // Where the parent's standard output is an answer, a child that is quiet writes to its standard error.
    stdio: ['ignore', options.quiet ? 2 : 'inherit', 'inherit', 'ipc'],
    env: options.env ?? process.env,
  })
}
