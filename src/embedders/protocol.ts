/** What the encoder's process and its owner say to each other. Answers come in the order of the requests. */
export interface EmbedRequest {
  readonly texts: readonly string[]
}

export type EncoderMessage =
  | { readonly kind: 'ready'; readonly dimension: number; readonly revision: string }
  | { readonly kind: 'failed'; readonly reason: string }
  /** `vectors` holds texts.length x dimension floats; `present` is 0 where a text has no vector. */
  | { readonly kind: 'embedded'; readonly vectors: Float32Array; readonly present: Uint8Array }
  | { readonly kind: 'refused'; readonly reason: string }
