/**
 * The elements that texts about papers are marked up with: of HTML, of JATS (what publishers hand to Crossref and PubMed)
 * and its ancestors, and of MathML. Whatever else follows a `<` is no tag but text: "k<n", `Vec<T>`.
 */
const names = new Set(
  [
    // HTML, with what browsers still know of older ones.
    'a abbr acronym address applet area article aside audio b base bdi bdo big blink blockquote body br button canvas',
    'caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset',
    'figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins',
    'kbd label legend li link listing main map mark marquee menu meta meter nav nobr noembed noframes noscript object ol',
    'optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select',
    'slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time',
    'title tr track tt u ul var video wbr xmp',
    // JATS and what came before it, with Elsevier's, Springer's and PubMed's own.
    'abstract ack alternatives attrib bold boxed-text break chem-struct comment def def-item def-list disp-formula',
    'disp-formula-group disp-quote email etal ext-link fig fixed-case fn graphic inline-formula inline-graphic inline-media',
    'inline-supplementary-material italic list list-item media monospace named-content overline preformat private-char ref',
    'related-article related-object roman sans-serif sc scp sec statement styled-content subtitle supplementary-material',
    'table-wrap target tex-math textual-form trans-abstract trans-title underline uri verse-group verse-line xref',
    'abstracttext abstractsection bf emphasis equationsource equation heading imageobject inf inlineequation it',
    'inlinemediaobject para sb simplepara sp subscript superscript ulink',
    // MathML.
    'annotation annotation-xml maction maligngroup malignmark math menclose merror mfenced mfrac mi mmultiscripts mn mo',
    'mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder',
    'munderover semantics',
  ].flatMap((line) => line.split(' ')),
)

/** `jats:p` is `p`, `mml:annotation` is `annotation`. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** By its name in lower case. */
const isElement = (name: string): boolean => names.has(localName(name))

/** What may be a tag: its slash, its name, and what follows up to the next sign. */
const tagLike = /<(\/?)([a-z][a-z0-9:_-]*)([^<>]*)(>?)/gi

/**
 * The markup with every `<` that begins no tag made a reference. For texts of indexes; in a stranger's page, whatever a browser
 * might take for a tag is to be one.
 */
export function withoutFalseTags(markup: string): string {
  return markup.replace(tagLike, (whole, slash: string, written: string, rest: string, end: string) => {
    const name = written.toLowerCase()
    const isTag = isElement(name) || isForeign(name) || isCustom(name)
    // The one-letter elements are the letters of formulas as well ("a<b and <i>c</i>"); as tags they are closed.
    const isCertain = isTag && (name.length > 1 || (end !== '' && isAttributes(rest)))
    return isCertain ? whole : `&lt;${slash}${written}${rest}${end}`
  })
}

/** `o:p` of Word, `std::string` of nobody. */
const isForeign = (name: string): boolean => /^[a-z][a-z0-9]*:[a-z][\w-]*$/.test(name)

/** An element that a page made up: HTML asks for a hyphen. */
const isCustom = (name: string): boolean => /^[a-z]{2,}\w*-[a-z][\w-]*$/.test(name)

const isAttributes = (text: string): boolean => /^\s*\/?$|^\s+[a-z]/i.test(text) || text.startsWith('/')
