import type { Said, WireHit } from './answers.ts'

/** An operation of a JSON Patch, RFC 6902. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/**
 * What makes `after` of `before`. Hits are never rewritten or moved past each other: those that drop off the page are
 * removed at its end, those that live sources brought are put in their places, and ranks are counted anew, so that a page
 * that shows the answer can insert rows without touching what is being read. A general diff (rfc6902) rewrites one hit into
 * the next. Everything else is small and replaced whole.
 */
export function patchBetween(before: Said, after: Said): PatchOperation[] {
  return [...hitsBetween(before.hits, after.hits), ...membersBetween(before, after)]
}

function hitsBetween(before: readonly WireHit[], after: readonly WireHit[]): PatchOperation[] {
  const operations: PatchOperation[] = []
  const stays = new Set(after.map((hit) => hit.id))
  const shown = [...before]
  for (let i = shown.length - 1; i >= 0; i--) {
    if (stays.has(shown[i].id)) continue
    operations.push({ op: 'remove', path: `/hits/${i}` })
    shown.splice(i, 1)
  }
  for (const [i, hit] of after.entries()) {
    if (shown[i]?.id !== hit.id) {
      operations.push({ op: 'add', path: `/hits/${i}`, value: hit })
      shown.splice(i, 0, hit)
      continue
    }
    for (const name of ['rank', 'superseded'] as const) {
      if (shown[i][name] !== hit[name]) {
        operations.push({ op: 'replace', path: `/hits/${i}/${name}`, value: hit[name] })
      }
    }
  }
  return operations
}

function membersBetween(before: Said, after: Said): PatchOperation[] {
  const { hits: _, ...members } = after
  const old: Readonly<Record<string, unknown>> = before
  return Object.entries(members)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]))
    .map(([name, value]) => ({ op: 'replace', path: `/${name}`, value }))
}
