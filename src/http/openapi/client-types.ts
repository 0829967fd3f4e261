import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openApi } from './document.ts'

const file = new URL('../../client/schema.d.ts', import.meta.url)
const document = () => JSON.stringify(openApi({ keysNeeded: false }))

/** The first line of the client's types: which document they were made of. */
export const stamp = (): string => `// Made by "npm run client" of the OpenAPI document ${hashOf(document())}.`
export const stampOfTypes = (): string => readFileSync(file, 'utf8').split('\n', 1)[0]

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The generator works with TypeScript 5, which the product does not; so npx fetches both for the occasion. */
function writeTypes(): void {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-types-'))
  try {
    writeFileSync(join(folder, 'openapi.json'), document())
    const packages = ['-p', 'openapi-typescript@7.13', '-p', 'typescript@5']
    const options = ['--default-non-nullable=false', '-o', 'schema.d.ts']
    execFileSync('npx', ['-y', ...packages, 'openapi-typescript', 'openapi.json', ...options], { cwd: folder })
    writeFileSync(file, `${stamp()}\n${readFileSync(join(folder, 'schema.d.ts'), 'utf8')}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeTypes()
