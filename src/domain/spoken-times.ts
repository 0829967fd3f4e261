import { dayOf, type Instant } from './instant.ts'
import { periodAt, type Spoken, stretchAt } from './periods.ts'

/**
 * Times that a query names without leaving no doubt: "visual slam 2016", "neurips 2024 papers on slam", "slam since
 * october". They tell what is wanted, and dates.ts makes no filter of them, for a filter hides papers: that wants more.
 */
export function spokenTimes(text: string, now: Instant): readonly string[] {
  const line = text.replace(/[’‘]/g, "'").replace(/\s+/g, ' ').trim().toLowerCase()
  const found = [...periodsAtAnEnd({ line, today: dayOf(now) }), ...patterns.flatMap((one) => line.match(one) ?? [])]
  return [...new Set(found)]
}

/** A year, a part of one or a stretch of years that closes the query, and a part of one that opens it. */
function periodsAtAnEnd(spoken: Spoken): string[] {
  const { line } = spoken
  const starts = Array.from(line.matchAll(/(?<=^|[\s(,])[\p{L}\p{N}]/gu), ({ index }) => index)
  for (const at of starts) {
    const read = stretchAt(spoken, at) ?? periodAt(spoken, at)
    if (read?.value.kind !== 'loose') continue
    const words = line.slice(at, read.end)
    const opens = at === 0 && /^\p{L}/u.test(words)
    if (opens || (closing.test(line.slice(read.end)) && !named.test(line.slice(0, at)))) return [words]
  }
  return []
}

const closing = /^[)?!.]*$/
/** What has the year in its name: evaluation campaigns and their data, elections and games, whatever is owned. */
const named = new RegExp(
  "(?:'s?|(?<![\\p{L}\\p{N}])(?:imagenet|ilsvrc|voc|coco|kitti|davis|youtube-vos|trec|clef|ntcir|fire|mediaeval|" +
    'semeval|senseval|conll|bionlp|biocreative|wmt|iwslt|duc|tac|ace|nist|msr-vtt|icdar|brats|isic|camelyon|lidc|' +
    'chime|dcase|asvspoof|voxceleb|musan|cup|challenge|track|task|workshop|competition|olympiad|olympics|election|' +
    'elections|census|pandemic|covid|sars|windows|office|matlab|fortran|c\\+\\+|iso|rfc|section|agenda|vision|blade ' +
    'runner|of)) $',
  'u',
)

const monthOrDay =
  '(?:january|february|march|april|may|june|july|august|september|october|november|december|' +
  '(?:last )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter))'
const venue =
  'neurips|nips|icml|iclr|colt|colm|corl|aistats|uai|aaai|ijcai|ecai|aamas|icaps|acl|emnlp|naacl|eacl|aacl|coling|lrec|' +
  'tacl|interspeech|icassp|cvpr|iccv|eccv|wacv|bmvc|accv|miccai|siggraph|icra|iros|rss|hri|sigir|cikm|wsdm|ecir|recsys|' +
  'www|kdd|icdm|sigmod|vldb|icde|osdi|sosp|nsdi|eurosys|asplos|isca|micro|usenix security|ccs|ndss|icse|fse|pldi|popl|' +
  'focs|stoc|soda|chi|uist|cscw|facct'
const patterns = [
  // Bounds on a year without a word for them.
  '[<>≥≤]=? ?(?:19|20)\\d\\d|(?:pre|post)[ -](?:19|20)\\d\\d|(?:19|20)\\d\\d ?(?:\\.\\.+|[-–—]) ?(?:19|20)\\d\\d$',
  `(?:${venue}) ?(?:'\\d\\d|(?:19|20)\\d\\d)`,
  "(?:in|of|from|during|throughout) the (?:early |mid |late )?(?:(?:19|20)\\d0'?s|[5-9]0'?s)",
  "(?:(?:this|last) (?:week|month|year)|yesterday)'s",
  '(?:no|not) (?:older|earlier) than (?:\\d{1,3}|an?|one|two|three|four|five|six|twelve) (?:day|week|month|year)s?',
  `(?:since|after|before|until|till) ${monthOrDay}(?= *$|[,.;?!])`,
  '(?:since|after|before|until) the (?:release|launch|announcement|arrival|publication|advent) of',
].map((words) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, 'gu'))
