import { type Area, operation } from './parts.ts'

const example = `# HELP freshet_source_lag_seconds Since the moment up to which a source has been harvested.
# TYPE freshet_source_lag_seconds gauge
freshet_source_lag_seconds{source="arxiv"} 41230
`

const scrape = operation('metrics', 'Figures for Prometheus', {
  '200': {
    description: 'In the text format of Prometheus; docs/operations.md names those worth watching.',
    content: { 'text/plain': { schema: { type: 'string' }, example } },
  },
})

export const metrics: Area = { paths: { '/metrics': { get: scrape } } }
