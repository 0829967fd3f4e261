import type { Arm } from '../arms.ts'
import type { Keeping } from '../replay/holding.ts'
import type { Upkeep } from '../replay/upkeep.ts'

/** Queries a day over which a day's upkeep is spread. */
export const volumes = [100, 10_000, 1_000_000] as const
/** About what the shared corpus brings. */
export const papersADay = 150

/**
 * Processor time in ms that keeping an arm's store takes each day, whoever asks. An arm of words alone encodes nothing, and
 * one that sees all that was announced builds nothing: it searches exactly.
 */
export function upkeepMsADay(
  { build, harvest }: Upkeep,
  { arm, keeping }: { readonly arm: Arm; readonly keeping: Keeping },
): number {
  const encoded = arm.ranking === 'lexical' ? 0 : harvest.embedMs
  const harvested = (papersADay * (harvest.writeMs + encoded)) / harvest.papers
  return harvested + (arm.reach.kind === 'current' ? 0 : build.cpuMs / keeping.buildEveryDays)
}

/** Of whoever keeps a store of each of two encoders. */
export const bothKept = (one: Upkeep | null, other: Upkeep | null): Upkeep | null =>
  one &&
  other && {
    build: { documents: one.build.documents, cpuMs: one.build.cpuMs + other.build.cpuMs },
    harvest: {
      papers: one.harvest.papers,
      writeMs: one.harvest.writeMs + other.harvest.writeMs,
      embedMs: one.harvest.embedMs + other.harvest.embedMs,
    },
  }
