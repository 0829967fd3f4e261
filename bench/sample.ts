import type { DocumentKey } from '../src/domain/document.ts'
import type { Engine } from '../src/ports.ts'

/** Titles of papers spread evenly through the store. */
export function titlesOf(engine: Engine, count: number): string[] {
  const all = [...engine.forBuild(engine.documents.lastSeq())]
  const step = Math.max(1, Math.floor(all.length / count))
  const keys = all.filter((_, i) => i % step === 0).map((one) => one.key as DocumentKey)
  const found = engine.documents.byKeys(keys)
  return keys.flatMap((key) => found.get(key)?.title ?? []).slice(0, count)
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
