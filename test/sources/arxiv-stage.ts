import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SourceError } from '../../src/domain/errors.ts'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { AddressRules } from '../../src/sources/client/addresses.ts'
import { arxivPolicy, politeClient, type RequestPolicy } from '../../src/sources/client/http.ts'
import { type Reply, scriptedServer } from './scripted-server.ts'
import { VirtualClock } from './virtual-clock.ts'

/**
 * A client as it runs, with the real gate, before a scripted arXiv on loopback and under virtual time. That server is
 * trusted, and nothing else private, unless `addresses` say otherwise.
 */
export async function stage(
  script: readonly Reply[],
  policy: RequestPolicy = arxivPolicy,
  addresses: Partial<AddressRules> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-http-'))
  const clock = new VirtualClock()
  const runtime = openRuntime(join(folder, 'runtime.db'), clock)
  const gate = clock.watched(runtime.gate)
  const server = await scriptedServer(script)
  const troubles: SourceError[] = []
  const client = politeClient({
    source: 'arxiv-test',
    userAgent: 'freshet-test/0 (mailto:nobody@example.org)',
    clock,
    gate,
    policy,
    addresses: { allowPrivate: false, trustedOrigins: [server.url], ...addresses },
    random: () => 0.5,
    onTrouble: (error) => troubles.push(error),
  })
  onTestFinished(async () => {
    await server.close()
    await client.close()
    runtime.close()
    rmSync(folder, { recursive: true })
  })
  return { client, server, clock, gate, runtime, troubles }
}
