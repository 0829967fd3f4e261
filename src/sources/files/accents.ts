/** TeX's accents as the combining marks that NFC joins with their letter. */
const marks: Readonly<Record<string, string>> = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  u: '\u0306',
  '.': '\u0307',
  '"': '\u0308',
  r: '\u030A',
  H: '\u030B',
  v: '\u030C',
  d: '\u0323',
  c: '\u0327',
  k: '\u0328',
  b: '\u0331',
}

const letters: Readonly<Record<string, string>> = {
  aa: 'å',
  AA: 'Å',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  ss: 'ß',
  i: 'ı',
  j: 'ȷ',
  dh: 'ð',
  DH: 'Ð',
  dj: 'đ',
  DJ: 'Đ',
  th: 'þ',
  TH: 'Þ',
  ng: 'ŋ',
  NG: 'Ŋ',
}

// As in TeX, a command of letters ends at the first non-letter and swallows the spaces after it.
const letterCommand = new RegExp(String.raw`\\(${Object.keys(letters).join('|')})(?![A-Za-z])(?:\{\}|\s+)?`, 'g')
const letter = String.raw`(\p{L}\p{M}*)`
const symbolAccent = new RegExp(String.raw`\\([\x60'^~"=.])\s*(?:\{\s*${letter}\s*\}|${letter})`, 'gu')
const letterAccent = new RegExp(String.raw`\\([uvHckrdb])(?:\s*\{\s*${letter}\s*\}|\s+${letter})`, 'gu')
// Vietnamese has two on one letter.
const deepest = 3

/**
 * A name with TeX's accents (`Mu{\~n}oz`, `Erd\H{o}s`, `\L ukasz`) in Unicode; commands that make no accent stay as
 * they are. For names only: in titles the same commands occur in formulas, where they mean something else.
 */
export function withoutTexAccents(name: string): string {
  if (!/[\\{}~]/.test(name)) return name
  let text = name.replace(letterCommand, (_, command: string) => letters[command])
  for (let depth = 0; depth < deepest; depth++) {
    text = text.replace(symbolAccent, accented).replace(letterAccent, accented)
  }
  return text
    .replace(/[{}]/g, '')
    .replace(/\\([ &])/g, '$1')
    .replace(/(?<!\\)~/g, ' ')
}

function accented(_: string, accent: string, braced: string | undefined, bare: string | undefined): string {
  const base = (braced ?? bare ?? '').replace('ı', 'i').replace('ȷ', 'j')
  return `${base}${marks[accent]}`.normalize('NFC')
}
