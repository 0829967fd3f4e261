import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCues } from '../../src/domain/cues.ts'
import { instant } from '../../src/domain/instant.ts'

const asked = (year: number) => instant(Date.UTC(year, 5, 15))

const read = (text: string) => readCues(text, asked(2026))
const elder = (text: string) => [...read(text).old, ...read(text).overview]

describe('words that ask for recent papers', () => {
  it.each([
    ['latest kv cache compression', ['latest']],
    ['Newest diffusion language models', ['newest']],
    ['recent deep research evaluation', ['recent']],
    ['most recent and more recent work, recently', ['most recent', 'more recent', 'recently']],
    ['new tool poisoning attacks', ['new']],
    ['brand new datasets', ['brand new']],
    ['current limits of language models', ['current']],
    ['current state of speech recognition', ['current']],
    ['state-of-the-art slam', ['state-of-the-art']],
    ['state of the art or SOTA slam', ['state of the art', 'sota']],
    ['up-to-date and cutting edge methods', ['up-to-date', 'cutting edge']],
    ['emerging attacks on agents', ['emerging']],
    ['trending topics nowadays', ['trending', 'nowadays']],
    ["what's new in slam this week", ["what's new", 'this week']],
    ['what’s new in slam', ["what's new"]],
    ['slam in the last few months', ['last few months']],
    ['slam over the past 3 years', ['past 3 years']],
    ['agents today', ['today']],
    ['just released reasoning models', ['just released']],
    ['newly proposed optimizers', ['newly proposed']],
    ['recently published slam', ['recently published']],
    ['current trends in robotics', ['current trends']],
  ])('%s', (text, cues) => {
    expect(read(text).recency).toEqual(cues)
  })

  it.each([
    'recurrent neural networks',
    'concurrent programs',
    'ocean current prediction',
    'ocean currents',
    'eddy-current testing',
    'current transformer saturation',
    'current density estimation',
    'electric current sensors',
    'predict the next action from the current state and observation',
    'new physics at colliders',
    'new york taxi trips',
    'cold start for new users and new items',
    'learning new classes without forgetting',
    'generalization to new environments',
    'a new benchmark for slam',
    'novel view synthesis',
    'novel class discovery',
    'news recommendation',
    'renewable energy',
    'least recently used caches',
    'most recent common ancestor',
    'emerging infectious diseases',
    'the last few days of life',
    'trend detection',
    'late interaction retrieval',
  ])('but not in: %s', (text) => {
    expect(read(text).recency).toEqual([])
  })
})

describe('words that ask for old papers or for a whole field', () => {
  it.each([
    ['history of neural machine translation', ['history of']],
    ['historical overview of speech recognition', ['historical overview', 'overview']],
    ['original transformer paper', ['original transformer paper']],
    ['the original bert', ['original']],
    ['seminal work on attention', ['seminal']],
    ['classic slam algorithms', ['classic']],
    ['classical methods for slam', ['classical methods']],
    ['foundational papers on rlhf', ['foundational papers']],
    ['origins of backpropagation', ['origins of']],
    ['early work on word embeddings', ['early work']],
    ['first paper on dropout', ['first paper']],
    ['which paper first introduced dropout', ['first introduced']],
    ['who invented the perceptron', ['who invented']],
    ['introduction to diffusion models', ['introduction to']],
    ['diffusion models tutorial', ['tutorial']],
    ['reinforcement learning textbook', ['textbook']],
    ['survey of rag evaluation', ['survey']],
    ['vision-language models survey', ['survey']],
    ['kv cache compression review', ['review']],
    ['systematic review of federated learning', ['systematic review']],
    ['agent protocols overview', ['overview']],
    ['taxonomy of agent failures', ['taxonomy']],
    ['comparison of optimizers', ['comparison of']],
    ['object detection before 2015', ['before 2015']],
    ['slam prior to june 2020', ['prior to june 2020']],
    ['pre-2018 language models', ['pre-2018']],
    ['speech recognition in the 1990s', ['1990s']],
  ])('%s', (text, cues) => {
    expect(elder(text)).toEqual(cues)
  })

  it.each([
    'early stopping',
    'early exit networks',
    'early fusion of modalities',
    'reconstruct the original image',
    'keep the original training data',
    'classical music generation',
    'quantum-classical approach',
    'classical mechanics',
    'first-order optimization',
    'first person video',
    'peer review assistance',
    'automated peer-review',
    'code review comments',
    'product reviews sentiment',
    'review generation for products',
    'reviewer assignment',
    'foundational models',
    'foundation models',
    'browsing history of users',
    'historical documents ocr',
    'household survey data',
    'survey questions with llms',
    'sky survey classification',
    'textbook question answering',
    'taxonomy completion',
    'origin of life',
    'country of origin of products',
    'before training',
    'before 2030',
    'facial landmark detection',
  ])('but not in: %s', (text) => {
    expect(elder(text)).toEqual([])
  })
})

describe('years', () => {
  it.each([
    ['slam between 2020 and 2023, not 2020', [2020, 2023]],
    ['CVPR 2024', [2024]],
    ['slam 2015-2020', [2015, 2020]],
    ['slam since 2025-11', [2025]],
    ['agents in 2027', [2027]],
    ['emissions in 2050', []],
    ['up to 2000 tokens', []],
    ['a 2048 token context', []],
    ['arxiv 2005.14165', []],
    ['$2000 gpu', []],
    ['resnet1998x', []],
    ['12,1999 samples', []],
  ])('of %s', (text, years) => {
    expect(read(text).years).toEqual(years)
  })
})

it('whatever is typed, cues are distinct, in lower case and words of the text', () => {
  const word = fc.constantFrom(
    ...'most recent new york survey of review 2024 before original current paper -'.split(' '),
  )
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(typed, fc.integer({ min: 1990, max: 2090 }), (text, nowYear) => {
      const { recency, old, overview, years, times } = readCues(text, asked(nowYear))
      for (const list of [recency, old, overview, years, times]) expect(new Set<unknown>(list).size).toBe(list.length)
      for (const cue of [...recency, ...old, ...overview]) expect(text.toLowerCase()).toContain(cue)
      for (const year of years) expect(year).toBeLessThanOrEqual(nowYear + 1)
    }),
  )
})

it.each(['recent ', 'the ', 'original a ', 'review ', 'survey of ', '2024 ', 'new-', '('])(
  'ten kilobytes of "%s" are read to their end',
  (part) => {
    expect(read(`${part.repeat(10_000 / part.length)} latest tutorial`)).toMatchObject({
      recency: expect.arrayContaining(['latest']),
      overview: expect.arrayContaining(['tutorial']),
    })
  },
)
