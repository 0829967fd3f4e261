import type { Command } from 'commander'
import { loadEnvFile } from '../src/config.ts'

/** Runs a program of commands with the settings of its folder; what went wrong is said, and is in the exit code. */
export async function runCommandLine(program: Command): Promise<void> {
  // Who reads no further, as head, has had enough: that is no bug with a stack.
  process.stdout.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error
    process.exit()
  })
  loadEnvFile()
  try {
    await program.showHelpAfterError().parseAsync()
  } catch (error) {
    // Our own errors are sentences, and so are the system's: a file that is not there, a disk that is full. Anything else is
    // a bug, and its stack is what helps.
    const expected =
      error instanceof Error && ('syscall' in error || (error.name !== 'Error' && error.name !== 'TypeError'))
    console.error(expected ? `${error.message}` : error)
    process.exitCode = 1
  }
}
