import { arxivIdOfDoi } from '../identifiers.ts'

/** DOIs under which preprint servers register: a work may have one beside its journal's. */
const preprints = [
  /^10\.1101\/(?:\d{6}$|\d{4}\.\d\d\.\d\d\.)/, // bioRxiv and medRxiv; the rest of 10.1101 is Cold Spring Harbor's journals
  /^10\.64898\//, // openRxiv
  /^10\.21203\/rs\./, // Research Square
  /^10\.20944\/preprints/,
  /^10\.(?:31219|31234|31235|35542)\/osf\.io/, // OSF, PsyArXiv, SocArXiv, EdArXiv
  /^10\.26434\/chemrxiv/,
  /^10\.2139\/ssrn/,
  /^10\.36227\/techrxiv/,
  /^10\.22541\/(?:au|essoar)\./, // Authorea
  /^10\.5281\/zenodo/,
]

/** Whether a DOI, in lower case, is a preprint's: that it differs from a journal's says nothing. */
export const isPreprintDoi = (doi: string): boolean =>
  arxivIdOfDoi(doi) !== null || preprints.some((pattern) => pattern.test(doi))
