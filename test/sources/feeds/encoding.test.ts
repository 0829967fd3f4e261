import { describe, expect, test } from 'vitest'
import { textOfFeed } from '../../../src/sources/feeds/encoding.ts'

const read = (bytes: Uint8Array, contentType: string | null = null): string => textOfFeed('feed:x', bytes, contentType)

const bytesOf = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))))

const declared = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>`
const utf16be = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16()

describe('the encoding of a feed', () => {
  test.each([
    ['nothing says it, UTF-8', Buffer.from('<a>é</a>'), null, '<a>é</a>'],
    [
      'its mark, before all that is said',
      Buffer.from(`\uFEFF${declared('iso-8859-1')}é`),
      'text/xml; charset=latin1',
      'é',
    ],
    ['the mark of UTF-16', Buffer.from('\uFEFF<a>é</a>', 'utf16le'), null, '<a>é</a>'],
    ['the mark of UTF-16, the other way round', utf16be('\uFEFF<a>é</a>'), 'text/xml; charset=utf-8', '<a>é</a>'],
    ['UTF-16 without a mark', Buffer.from(`${declared('utf-16')}<a>é</a>`, 'utf16le'), null, '<a>é</a>'],
    ['UTF-16 without a mark, the other way round', utf16be('<a>é</a>'), null, '<a>é</a>'],
    ['JSON in UTF-16', Buffer.from('{"a":"é"}', 'utf16le'), null, '{"a":"é"}'],
    [
      'the Content-Type, before the declaration',
      bytesOf(declared('iso-8859-2'), '<a>', [0xe0], '</a>'),
      'text/xml; charset="windows-1251"',
      '<a>а</a>',
    ],
    ['the declaration', bytesOf(declared('windows-1251'), '<a>', [0xe0], '</a>'), 'application/xml', '<a>а</a>'],
    ['a declaration in single quotes', bytesOf("<?xml version='1.0' encoding='koi8-r'?>", [0xc1]), null, 'а'],
    ['a declaration of Japanese', bytesOf(declared('shift_jis'), [0x93, 0xfa, 0x96, 0x7b]), null, '日本'],
    ['a declaration of Chinese', bytesOf(declared('gb2312'), [0xd6, 0xd0]), null, '中'],
    ['text/xml without a charset, the declaration still', bytesOf(declared('iso-8859-15'), [0xa4]), 'text/xml', '€'],
  ])('is that of %s', (_what, bytes, contentType, ends) => {
    expect(read(bytes, contentType).endsWith(ends)).toBe(true)
  })

  test.each([
    [
      'UTF-8 that is windows-1252',
      bytesOf(declared('utf-8'), 'it', [0x92], 's caf', [0xe9], '</a>'),
      null,
      'it’s café</a>',
    ],
    ['nothing, and is windows-1252', bytesOf('<a>caf', [0xe9], '</a>'), null, '<a>café</a>'],
    [
      'Latin-1 that is UTF-8',
      Buffer.from(`${declared('iso-8859-1')}<a>café — ok</a>`),
      'text/xml; charset=ISO-8859-1',
      'café — ok</a>',
    ],
    ['ASCII that is UTF-8', Buffer.from(`${declared('us-ascii')}é`), null, 'é'],
    ['Latin-1 that is windows-1252', bytesOf(declared('iso-8859-1'), [0x93], 'x', [0x94]), null, '“x”'],
    ['UTF-16 by a declaration that was copied', Buffer.from(`${declared('utf-16')}<a>é</a>`), null, '<a>é</a>'],
    ['UTF-16 by a header that was copied', Buffer.from('<a>é</a>'), 'application/xml; charset=utf-16', '<a>é</a>'],
    ['an encoding that does not exist', Buffer.from(`${declared('klingon')}é`), 'text/xml; charset=tlh', 'é'],
    [
      'UTF-8 in the header, and Cyrillic inside',
      bytesOf(declared('windows-1251'), [0xe0], '</a>'),
      'text/xml; charset=utf-8',
      'а</a>',
    ],
  ])('wrongly declared as %s is what it is', (_what, bytes, contentType, ends) => {
    expect(read(bytes, contentType).endsWith(ends)).toBe(true)
  })

  test('of UTF-8 with a few bad bytes stays UTF-8, with marks in their place', () => {
    expect(read(bytesOf([...Buffer.from('déjà vu, naïf, ')], [0xe9], 'x'))).toBe('déjà vu, naïf, \uFFFDx')
  })

  test('of UTF-8 that was cut off within a letter is still UTF-8', () => {
    expect(read(Buffer.from('<a>déjà').subarray(0, -1))).toBe('<a>déj')
  })

  test.each([
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]), /UTF-32/],
    ['UTF-32 without a mark', Buffer.from([0, 0, 0, 0x3c]), /UTF-32/],
    [
      'broken UTF-16',
      Buffer.concat([Buffer.from('\uFEFF', 'utf16le'), Buffer.from([0, 0xd8, 0x41, 0])]),
      /declared as utf-16le and is not/,
    ],
    ['bytes that are no text', Buffer.from([0x3c, 0x61, 0x3e, 0x81, 0x8d, 0x8f, 0xff]), /declared as utf-8 and is not/],
    ['broken Japanese', bytesOf(declared('euc-jp'), [0xff, 0xff, 0xff, 0x81]), /declared as euc-jp and is not/],
  ])('that is %s is refused by name', (_what, bytes, message) => {
    const reading = () => read(bytes)
    expect(reading).toThrow(message)
    expect(reading).toThrow(expect.objectContaining({ name: 'SourceError', failure: 'unreadable', source: 'feed:x' }))
  })
})
