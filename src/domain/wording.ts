/** How a query is worded, apart from what its words mean. */

/** Words that bind others together: a title has them, a query typed as keywords hardly. */
const binding = new Set(
  'a an and are as at be by can do does for from how in into is it its of on or that the their this to via we what when where which who why with without you your'.split(
    ' ',
  ),
)

/** The share of words that say what is looked for; 1 for no words. */
export function contentWordShare(text: string): number {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length === 0 ? 1 : words.filter((word) => !binding.has(word)).length / words.length
}

/**
 * A name with a small number behind it ("gpt-5", "sam 3", "qwen3-vl", "llada 2.0", "-v2"): things that have versions have
 * new ones. Counted parts and kinds of things are not versions ("task 5", "covid-19", "level 3").
 */
export const namesVersion = (text: string): boolean => version.test(text)

const counted =
  'task|track|covid|sars|top|part|level|phase|type|class|section|step|stage|chapter|figure|table|grade|tier|group|set|' +
  'day|week|round|layer|order|web|industry|rank|at|of|in|to|or|and|by|is|than|over|under|with|about|least|most|f|l|h|r|p|k|n'
const version = new RegExp(
  `(?<![\\p{L}\\p{N}.])(?!(?:${counted})(?:[ -]?\\d))\\p{L}[\\p{L}]*(?:[ -]?v)?[ -]?[1-9](?:\\.\\d)?(?![\\p{L}\\p{N}%]|[.,]\\d| (?:bit|shot|hop|d|dimensional))`,
  'iu',
)

/** "how did gans start": a question is after a beginning or an explanation more often than after news. */
export const asksQuestion = (text: string): boolean => question.test(text)
const question = /^(?:how|what|why|do|does|is|are|can|which|who|when|where)\b/iu

/** "hyper-connections", "swe-bench": names that are being coined join words. */
export const joinsWords = (text: string): boolean => joined.test(text)
const joined = /[\p{L}\p{N}]-[\p{L}\p{N}]/u
