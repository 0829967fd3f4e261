const noSigns = {
  prior: 0,
  recencyWords: 0,
  oldWords: 0,
  overviewWords: 0,
  pastYear: 0,
  version: 0,
  plainWords: 0,
  burst: 0,
  growth: 0,
  dateShift: 0,
  pace: 0,
  youth: 0,
  bestYouth: 0,
  bestDepth: 0,
  unknownTerms: 0,
  rarity: 0,
  authorName: 0,
  question: 0,
  hyphen: 0,
}

/**
 * The figures by hand, from what is published and what the two models' scores look like: what a search runs on without
 * `data/router.json`, and what a fitted one has to beat.
 */
export const handSet = {
  version: 3 as const,
  provenance: {
    fitted: 'by hand',
    command: 'none',
    commit: 'none',
    seed: 0,
    corpus: { from: null, to: null, papers: 0 },
    topics: { count: 0, trainUntil: null },
    labels: 'none',
    live: null,
  },
  models: {
    'freshet-static': depthBy({ alpha: 0.7, cosine: 4, lexical: 5, neutralCosine: 0.4, abstainBelow: 0.04 }),
    'all-MiniLM-L6-v2': depthBy({ alpha: 0.8, cosine: 5.5, lexical: 4, neutralCosine: 0.4, abstainBelow: 0.08 }),
  },
  gate: {
    any: {
      recent: {
        ...noSigns,
        prior: -1,
        recencyWords: 2,
        oldWords: -2,
        overviewWords: -1,
        burst: 0.5,
        dateShift: 0.5,
        pace: 0.5,
      },
      old: { ...noSigns, prior: -2, recencyWords: -1, oldWords: 4, overviewWords: 2 },
      subject: null,
    },
  },
  freshness: { any: { gamma: 0.4, halfLifeShare: 1, floor: 0 } },
  live: {
    gainFresh: 0.1,
    gainCoverage: 0.1,
    perSecond: 0.01,
    perCpuMs: 0.00001,
    cpuMs: 50,
    perToken: 0.02,
    coverage: { intercept: -12.5, shallow: 13, disagreement: 1, unknownTerms: 5 },
  },
}

/** A log odds of 0 stands for a coin's toss, and a document of the best scores is no certainty. */
function depthBy(figures: {
  alpha: number
  cosine: number
  lexical: number
  neutralCosine: number
  abstainBelow: number
}) {
  const isotonic: [number, number][] = [
    [-6, 0],
    [-4, 0.02],
    [-3, 0.05],
    [-2, 0.12],
    [-1, 0.27],
    [0, 0.5],
    [1, 0.65],
  ]
  return {
    ...figures,
    intercept: -6.5,
    isotonic,
  }
}
