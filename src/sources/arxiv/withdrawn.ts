const work = '(?:e-?print|paper|article|manuscript|submission|preprint|work|version|document|report|draft|letter|note)'
const adjective = String.raw`(?:(?:current|present|latest|entire|whole|arxiv)\s+)?`
const reason = String.raw`(?:due|owing|because|by|as|since|for|pending|until|at\s+the\s+request)\b`
// Withdrawn from a venue is not withdrawn from the world; only "from arXiv" is.
const notFromVenue = String.raw`(?!(?:\s+by\s+(?:the\s+)?authors?)?\s+(?:from|at)\s+(?!(?:the\s+request)\b)(?!(?:the\s+)?arxiv\b))`

const patterns = [
  // "Withdrawn", "Paper withdrawn due to ...": at the start of the comment, with an end or a reason after it.
  String.raw`^\W*(?:${work}\s+)?(?:temporarily\s+)?withdrawn(?=\W*$|\s*[.,;:!)\]–—-]|\s+${reason}|\s+from\s+(?:the\s+)?arxiv\b)`,
  // "12 pages, withdrawn due to an error": further on only with a reason, and not where it is a venue's review that ended.
  String.raw`^(?!.*\b(?:submitted|accepted|review)\b).*?[.,;:([–—-]\s*withdrawn\s+(?:due|owing|because|by)\b`,
  // "This paper has been withdrawn by the author", but not "an earlier version of this paper was withdrawn".
  String.raw`(?:^\W*|(?<!\bof\s)\b(?:this|the|our|my)\s+)${adjective}${work}\s+(?:has\s+been|is\s+being|is|was)\s+(?:hereby\s+|temporarily\s+)?(?:withdrawn|retracted)\b`,
  String.raw`\bhas\s+been\s+(?:withdrawn|removed)\s+by\s+arxiv\b`,
  // "The author has decided to withdraw this version", "we would like to withdraw the paper".
  String.raw`(?<!\bnot\s(?:to\s)?)\b(?:withdraw(?:ing|s)?|ha(?:s|ve)\s+withdrawn)\s+(?:this|the|our|my)\s+${adjective}${work}\b`,
  String.raw`\bneeds\s+to\s+be\s+(?:withdrawn|retracted)\b`,
  String.raw`\brequest(?:s|ing)?\s+(?:its|the|a)\s+withdrawal\b`,
].map((pattern) => new RegExp(pattern + notFromVenue, 'i'))

/**
 * Whether the comment of an arXiv paper says that the paper is withdrawn; arXiv says it nowhere else. It is free text,
 * so the patterns are conservative: a withdrawn paper that is missed is shown as it was, a live one that is taken for
 * withdrawn is gone.
 */
export const saysWithdrawn = (comment: string | null): boolean =>
  comment !== null && patterns.some((pattern) => pattern.test(comment))
