import type { WireHit } from '../../src/http/answers.ts'

/** Formulas come as markup that the server made itself, with all of the title's own text escaped. */
export const Title = ({ of: { title, titleMath } }: { of: Pick<WireHit, 'title' | 'titleMath'> }) =>
  titleMath === null ? <span>{title}</span> : <span dangerouslySetInnerHTML={{ __html: titleMath }} />
