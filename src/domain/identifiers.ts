import type { DocumentId } from './document.ts'

const modernArxiv = /^(\d{4}\.\d{4,5})(?:v(\d+))?$/
const oldArxiv = /^([a-z-]+(?:\.[A-Z]{2})?\/\d{7})(?:v(\d+))?$/i
const doiPattern = /^10\.\d{4,9}\/\S+$/

export interface ArxivId {
  readonly id: DocumentId
  /** 0 when the text names no version. */
  readonly version: number
}

/** Reads `2401.01234v2`, `math/0306266`, `math.GT/0309136` (the subject class is dropped), with or without `arXiv:` or an abs or pdf address. */
export function parseArxivId(text: string): ArxivId | null {
  const bare = text
    .trim()
    .replace(/^https?:\/\/(?:www\.|export\.)?arxiv\.org\/(?:abs|pdf|html)\//i, '')
    .replace(/^arxiv:/i, '')
    .replace(/^oai:arxiv\.org:/i, '')
    .replace(/\.pdf$/i, '')
  const match = modernArxiv.exec(bare) ?? oldArxiv.exec(bare)
  if (!match) return null
  const id = match[1].replace(/\.[A-Z]{2}\//, '/')
  return { id: id as DocumentId, version: Number(match[2] ?? 0) }
}

/**
 * Reads a DOI, bare or as a doi.org address, `doi:`, `info:doi/` or `urn:doi:`, also percent-encoded; lower-cased, for DOIs
 * compare without case.
 */
export function parseDoi(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^https?:\/\/(?:dx\.|www\.)?doi\.org\//i, '')
    .replace(/^(?:info:doi\/|(?:urn:)?doi:\s*)/i, '')
  const doi = decoded(bare).replace(/[.,;]$/, '')
  return doiPattern.test(doi) ? doi.toLowerCase() : null
}

/** A `%` that begins no encoded letter is part of the DOI. */
function decoded(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The arXiv id inside a DataCite DOI of arXiv (`10.48550/arXiv.2401.01234`); null for any other DOI. */
export function arxivIdOfDoi(doi: string): ArxivId | null {
  const match = /^10\.48550\/arxiv\.(.+)$/i.exec(doi)
  return match ? parseArxivId(match[1]) : null
}

/** arXiv categories look like `cs.IR` or `hep-th`; its listings also carry MSC and ACM classes (`05C80`, `I.2.7`). */
export const isArxivCategory = (text: string): boolean => /^[a-z][a-z-]*(?:\.[A-Za-z-]+)?$/.test(text)

/** Two titles that differ only in case, punctuation or spacing share this key. */
export const titleKey = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
