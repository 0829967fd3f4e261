import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    // Processes, because native modules (SQLite, HNSW, ONNX) do not all bear a second load in one process; two, because
    // every test of a server or of the command line starts processes of its own.
    pool: 'forks',
    maxWorkers: 2,
    // A first start compiles, loads a model and builds a generation; nothing here waits for the sake of waiting.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // No test reaches the network: a server or an indexer that a test starts inherits this.
    env: { FRESHET_SOURCES: 'none' },
  },
})
