import { agility } from './agility.ts'
import { ambiguity } from './ambiguity.ts'
import { cheapExperts } from './cheap-experts.ts'
import type { Claim } from './claim.ts'
import { context } from './context.ts'
import { fastNoise } from './fast-noise.ts'
import { longTail } from './long-tail.ts'
import { modelLoading } from './model-loading.ts'
import { pageSpeed } from './page-speed.ts'
import { trust } from './trust.ts'

/** In the order in which they are listed. */
export const claims: readonly Claim[] = [
  agility,
  fastNoise,
  ambiguity,
  longTail,
  trust,
  cheapExperts,
  modelLoading,
  pageSpeed,
  context,
]
