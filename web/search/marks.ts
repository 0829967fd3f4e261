export interface Piece {
  readonly text: string
  readonly marked: boolean
}

/** A text cut at its highlights, [start, end) in UTF-16 units, which are in order and apart. */
export function piecesOf(text: string, highlights: readonly (readonly [number, number])[]): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const [start, end] of highlights) {
    if (start > at) pieces.push({ text: text.slice(at, start), marked: false })
    pieces.push({ text: text.slice(start, end), marked: true })
    at = end
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false })
  return pieces
}
