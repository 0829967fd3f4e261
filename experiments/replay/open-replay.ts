import type { ProgressBar } from '../../indexer/progress.ts'
import type { DocumentRecord, StoredDocument } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import { documentsAsOf } from '../../src/retrieval/past.ts'
import { type Arm, router } from '../arms.ts'
import type { Collection } from '../collection.ts'
import { everythingAt } from '../evaluate.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { answerOf } from './answer.ts'
import { type Archive, type ArmArchive, digestOf } from './archive.ts'
import { Meter } from './cost.ts'
import type { Keeping } from './holding.ts'
import { type ReplayLive, shareOf } from './live.ts'
import type { Timing } from './records.ts'
import { meteredEmbedder, openStage, type Theatre, withoutAbstracts } from './stage.ts'
import type { ArmRun, Replay } from './study.ts'
import type { Upkeep } from './upkeep.ts'

export interface ReplayParts {
  /** Tells this replay's sets of queries from those of other collections and encoders; '' for the main one. */
  readonly label: string
  /** sha256 of each file of the collection. */
  readonly digests: readonly string[]
  /** Everything, or what these primary categories hold, with vectors taken from `whole`. */
  open(categories: readonly string[] | null, whole: Collection | null): Promise<Collection>
  /** Called once an arm asks for it; null where there is no source to ask. */
  live(): Promise<ReplayLive | null>
  upkeep(whole: Collection): Promise<Upkeep | null>
  readonly archive: Archive
  readonly calibration: Calibration
  readonly code: string
  readonly seed: number
  progress(label: string): ProgressBar
}

export interface OpenReplay extends Replay {
  /** Everything that the store holds, by announcement. */
  papers(): Iterable<StoredDocument>
  close(): Promise<void>
}

export async function openReplay(parts: ReplayParts): Promise<OpenReplay> {
  const { archive, calibration, code, seed } = parts
  const whole = await parts.open(null, null)
  const { documents } = whole.engine
  const { fingerprint } = whole.embedder
  const upkeep = await parts.upkeep(whole)
  const meter = new Meter()
  const embedder = meteredEmbedder(whole.embedder, whole.engine.embeddings, meter)
  const stores = new Map([['', storeOf(whole)]])

  async function storeFor({ categories }: Keeping): Promise<Store> {
    const name = categories?.join(' ') ?? ''
    const store = stores.get(name) ?? storeOf(await parts.open(categories, whole))
    stores.set(name, store)
    return store
  }

  return {
    fingerprint,
    upkeep,
    paper: (id) => documents.byId(id),
    papers: () => whole.engine.forBuild(documents.lastSeq()),
    standing(id, at) {
      const document = documents.byId(id)
      return (document && documentsAsOf(documents, at).byKeys([document.key]).get(document.key)) ?? null
    },
    async termFrequencies(text, asOf) {
      const { terms } = await whole.snapshot.gather({
        terms: termsOf(text),
        vector: null,
        ...everythingAt(asOf),
        depth: 1,
      })
      return terms.map(({ term, documents: count }) => ({ term, documents: count }))
    },
    largestCategories: (count, asOf) => largestOf(whole, count, asOf),
    async run(name, arms, queries, keeping) {
      const set = parts.label === '' ? name : `${name}@${parts.label}`
      const asked = queries.map(({ id, text, asked, plain, filters }) => ({ id, text, asked, plain, filters }))
      archive.begin(set, {
        corpora: parts.digests,
        queries: digestOf(asked),
        fingerprint,
        calibration: digestOf(calibration),
        keeping,
        code,
        seed,
      })
      const all = withRouter(arms)
      const live = all.some((arm) => arm.live !== 'never') ? await parts.live() : null
      const theatre = { ...(await storeFor(keeping)), embedder, calibration, live, meter }
      const archives = new Map(all.map((arm) => [arm.name, archive.of(set, keeping, arm)]))
      const answerAll = async (some: readonly Arm[], drawn: ReadonlySet<string>) => {
        const shares = some.map((arm) => ({ arm, kept: archiveOf(archives, arm) }))
        await answerWith(shares, { queries, keeping, theatre, drawn }, parts.progress(`${set}, ${keeping.name}`))
      }
      const [random, sure] = [true, false].map((is) => all.filter((arm) => (arm.live === 'random') === is))
      await answerAll(sure, new Set())
      if (random.length > 0) await answerAll(random, drawnAsOften(archiveOf(archives, router), queries, seed))
      return arms.map((arm): ArmRun => {
        const { answers, timings } = archiveOf(archives, arm)
        return { arm, keeping, answers, timings }
      })
    },
    async close() {
      // The others embed with what the whole store has open.
      for (const { collection } of [...stores.values()].reverse()) await collection.close()
    },
  }
}

interface Store extends Pick<Theatre, 'documents' | 'snapshot'> {
  readonly collection: Collection
}

const storeOf = (collection: Collection): Store => ({
  collection,
  documents: withoutAbstracts(collection.engine.documents),
  snapshot: collection.snapshot,
})

/** How often chance asks live sources is how often the router did. */
const withRouter = (arms: readonly Arm[]): readonly Arm[] =>
  arms.some((arm) => arm.live === 'random') && !arms.some((arm) => arm.name === router.name) ? [...arms, router] : arms

function archiveOf(archives: ReadonlyMap<string, ArmArchive>, { name }: Arm): ArmArchive {
  const found = archives.get(name)
  if (!found) throw new Error(`the arm ${name} was not run`)
  return found
}

interface Session {
  readonly queries: readonly JudgedQuery[]
  readonly keeping: Keeping
  readonly theatre: Theatre
  readonly drawn: ReadonlySet<string>
}

type Share = { readonly arm: Arm; readonly kept: ArmArchive }

async function answerWith(shares: readonly Share[], session: Session, bar: ProgressBar): Promise<void> {
  const { queries } = session
  try {
    for (const [i, query] of queries.entries()) {
      const missing = shares.filter(({ kept }) => !kept.answers.has(query.id))
      if (missing.length > 0) await answerOne(query, missing, session)
      bar.update(i + 1, queries.length)
    }
  } finally {
    bar.stop()
  }
  const ids = queries.map(({ id }) => id)
  for (const { kept } of shares) kept.finish(ids)
}

async function answerOne(query: JudgedQuery, shares: readonly Share[], session: Session): Promise<void> {
  const { keeping, theatre, drawn } = session
  const stage = await openStage(theatre, query)
  try {
    for (const { arm, kept } of shares) {
      const { value, spent } = await theatre.meter.measure(() => answerOf(arm, query, keeping, stage, drawn))
      const timing: Timing = { arm: arm.name, keeping: keeping.name, query: query.id, ...spent }
      kept.append(value, timing)
    }
  } finally {
    stage.close()
  }
}

/** As many queries as the router asked live for, drawn without regard to what they say. */
function drawnAsOften(routed: ArmArchive, queries: readonly JudgedQuery[], seed: number): ReadonlySet<string> {
  const calls = queries.filter(({ id }) => (routed.answers.get(id)?.live.length ?? 0) > 0).length
  const share = ({ id }: JudgedQuery) => shareOf([seed, id, 'random-live'])
  const shuffled = queries.toSorted((one, other) => share(one) - share(other))
  return new Set(shuffled.slice(0, calls).map(({ id }) => id))
}

/** Primary categories by how many papers they held as of then. */
export function largestOf({ engine }: Collection, count: number, asOf: Instant): readonly string[] {
  const papers = new Map<string, number>()
  for (const { announced, categories } of engine.forBuild(engine.documents.lastSeq())) {
    const [primary] = categories
    if (primary === undefined || (announced !== null && announced > asOf)) continue
    papers.set(primary, (papers.get(primary) ?? 0) + 1)
  }
  const bySize = [...papers].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1))
  return bySize.slice(0, count).map(([category]) => category)
}

/** Whether a store of these primary categories holds the paper. */
export const holdsPrimary =
  (categories: readonly string[]) =>
  ({ categories: [primary] }: Pick<DocumentRecord, 'categories'>): boolean =>
    categories.includes(primary)
