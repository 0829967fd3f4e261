import { coverageExample, coverageRequest, coverageSchema } from '../coverage.ts'
import { experimentExample, experimentSchema, experimentsExample, experimentsSchema } from '../experiments.ts'
import { type Area, answer, ifNoneMatch, operation, refusedWith, tagged, urlParameters } from './parts.ts'

const coverage = operation(
  'coverage',
  'How many papers are held of each day, and what is not covered yet',
  { '200': answer('Coverage', coverageSchema, coverageExample) },
  { parameters: urlParameters(coverageRequest) },
)

const list = operation(
  'experiments',
  'The runs of experiments on disk, with their verdicts',
  tagged('Experiments', experimentsSchema, experimentsExample),
  { parameters: [ifNoneMatch] },
)

const runInPath = {
  name: 'run',
  in: 'path',
  required: true,
  description: 'As /v1/experiments names it.',
  schema: { type: 'string' },
  example: 'published-agility',
}

const one = operation(
  'experiment',
  'One run: its verdicts, what they rest on, and what speaks against them',
  { ...tagged('Experiment', experimentSchema, experimentExample), ...refusedWith({ '404': 'UnknownRun' }) },
  { parameters: [runInPath, ifNoneMatch] },
)

/** What there is to read of Freshet itself. */
export const reports: Area = {
  paths: {
    '/v1/coverage': { get: coverage },
    '/v1/experiments': { get: list },
    '/v1/experiments/{run}': { get: one },
  },
  answers: { Coverage: coverageSchema, Experiments: experimentsSchema, Experiment: experimentSchema },
}
