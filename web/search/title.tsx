import type { WireHit } from '../../src/http/answers.ts'

/** Formulas come as markup that the server made itself, with all of the title's own text escaped. */
const Title = ({ of: { title, titleMath } }: { of: Pick<WireHit, 'title' | 'titleMath'> }) =>
  titleMath === null ? <span>{title}</span> : <span dangerouslySetInnerHTML={{ __html: titleMath }} />

/** A title that opens its paper; of what has no address on the web, all that is known of it. */
export const TitleLink = ({ of }: { of: Pick<WireHit, 'id' | 'url' | 'title' | 'titleMath'> }) => (
  <a href={/^https?:/.test(of.url) ? of.url : `/v1/documents/${encodeURIComponent(of.id)}`} rel="noreferrer">
    <Title of={of} />
  </a>
)
