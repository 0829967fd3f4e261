/** What the indexer tells the server that started it. */
export interface IndexerNews {
  readonly running: boolean
  /** ISO instant of the next night; null when none is planned. */
  readonly nextNight: string | null
}
