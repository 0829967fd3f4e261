export type Stagewatch = ReturnType<typeof stagewatch>

/** What each stage of a search took, in milliseconds; a stage that comes twice adds up. */
export function stagewatch(now: () => number) {
  const start = now()
  let last = start
  const stages: Record<string, number> = {}
  return {
    mark(stage: string) {
      const at = now()
      stages[stage] = (stages[stage] ?? 0) + at - last
      last = at
    },
    elapsed: () => now() - start,
    all: () => ({ ...stages, total: now() - start }),
  }
}
