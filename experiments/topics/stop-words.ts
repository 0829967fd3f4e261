import { termsOf } from '../../src/domain/terms.ts'

/** Words that hold a sentence together and say nothing of its subject, and those by which papers speak of themselves. */
const words = `
  a an the this that these those it its they them their there here we our us you your he she his her who whom whose which
  what when where why how and or nor but if then else than so because since while although though whereas unless until
  of in on at by to from for with without within into onto upon over under above below between among across through during
  before after about against along around behind beyond near off out up down per via as like toward towards throughout
  is are was were be been being am do does did doing done have has had having can could may might must shall should will
  would not no none neither both either each every all any some many much more most few fewer less least several such same
  other others another own very too also only just even still yet again once twice well often always never sometimes
  however therefore thus hence moreover furthermore additionally finally first second third respectively namely
  paper papers work works study studies propose proposes proposed present presents presented introduce introduces introduced
  show shows shown showing demonstrate demonstrates result results approach approaches method methods based using used use
  uses new novel existing previous prior recent recently existing further significantly effectively achieve achieves
  outperform outperforms address including e.g i.e etc et al one two three different various given make makes
`
const stopWords: ReadonlySet<string> = new Set(
  words
    .trim()
    .split(/\s+/)
    .flatMap((word) => [word, ...termsOf(word)]),
)

/** Takes lower-cased words and terms alike. */
export const isStopWord = (word: string): boolean => stopWords.has(word)
