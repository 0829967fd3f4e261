/** The caller asked for something that cannot be answered as asked; `field` names what to change. */
export class InvalidQuery extends Error {
  override readonly name = 'InvalidQuery'
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** A cursor of a generation that is no longer held. The search itself can be run again. */
export class CursorExpired extends Error {
  override readonly name = 'CursorExpired'
}

/** A model that cannot be had or does not do what its settings say. The message says what to do. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable'
  readonly model: string
  constructor(model: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.model = model
  }
}

/** Another process holds the single-writer lock. */
export class StoreLocked extends Error {
  override readonly name = 'StoreLocked'
}

/** Something on disk is not what its manifest or schema says. */
export class CorruptStore extends Error {
  override readonly name = 'CorruptStore'
}

/** A built generation failed its verification and was not published. */
export class VerificationFailed extends Error {
  override readonly name = 'VerificationFailed'
}

/** Input that no record can be read from; a bad line of an import, a response of a source. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord'
}

export type SourceFailure =
  | 'unreachable'
  | 'timeout'
  | 'rate-limited'
  | 'refused'
  | 'server-error'
  | 'unreadable'
  | 'too-large'
  | 'contradictory'
  /** A resumption token that the source no longer knows: the window is to be begun again. */
  | 'expired'
  /** We do not ask: the source failed so often in a row that it is left alone for a while. */
  | 'paused'
  /** An address that must not be asked, such as one inside a private network. */
  | 'unsafe'

/** A source did not answer, or answered what cannot be believed. Expected trouble: callers turn it into a value. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly source: string
  readonly failure: SourceFailure
  /** How long the source asked us to wait; null when it did not say. */
  readonly retryAfterMs: number | null
  constructor(
    source: string,
    failure: SourceFailure,
    message: string,
    options?: ErrorOptions & { retryAfterMs?: number },
  ) {
    super(message, options)
    this.source = source
    this.failure = failure
    this.retryAfterMs = options?.retryAfterMs ?? null
  }
}

/** A setting that cannot be used; the message names it and says what to write instead. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting'
}
