import type { Replay, Study } from '../../replay/study.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import type { Measured, QuerySet } from '../compared.ts'
import { armsUnder, encodersOf } from '../encoders/encoders.ts'

/** What the claim calls cheap, by what it stands for, not by what it is called in tables. */
export type CheapArm = 'bm25' | 'static-hybrid' | 'static-alone'

/** The best arm and the cheap ones on the same queries. */
export interface Rivals {
  readonly best: Measured
  readonly cheap: ReadonlyMap<CheapArm, Measured>
}

/** Asks queries of the best arm and of the cheap ones. */
export type Asking = (queries: readonly JudgedQuery[], set: Pick<QuerySet, 'name' | 'complete'>) => Promise<Rivals>

/** One encoder after another over the corpus; where the main one is the small one, it has no rival but itself. */
export function rivalsOver(study: Study): Asking {
  const { static: small, fp32 } = encodersOf(study.options)
  return between(study, fp32 ?? small, fp32 === null ? null : small, (encoder) => study.replay(encoder))
}

/** A collection that was opened under the main encoder alone. */
export function rivalsWithin(study: Study, replay: Replay): Asking {
  return between(study, study.options.embedder, null, async () => replay)
}

function between(
  { options, standing }: Study,
  dear: string,
  small: string | null,
  replayOf: (encoder: string) => Promise<Replay>,
): Asking {
  const under = async (queries: readonly JudgedQuery[], set: Pick<QuerySet, 'name' | 'complete'>, encoder: string) =>
    armsUnder({ ...set, queries, replay: await replayOf(encoder), standing, seed: options.seed }, encoder)
  return async (queries, set) => {
    const best = await under(queries, set, dear)
    const cheap = small === null ? best : await under(queries, set, small)
    return {
      best: best.hybrid,
      cheap: new Map<CheapArm, Measured>([
        ['bm25', best.lexical],
        ...(small === null ? [] : [['static-hybrid', cheap.hybrid] as const]),
        ['static-alone', cheap.dense],
      ]),
    }
  }
}
