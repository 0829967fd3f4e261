import type { DocumentId } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import type { Grades } from '../measures.ts'
import type { StreamPaper, StreamVersion } from './paper.ts'
import type { StreamTopic } from './topic.ts'

/** A paper under the id that it goes by everywhere. */
export interface IdentifiedPaper extends StreamPaper {
  readonly id: DocumentId
}

/** What the right answers of a question are, beside its topic. */
export type Wish =
  | { readonly kind: 'subject' }
  /** Where it began and what sums it up, rather than the crowd that followed. */
  | { readonly kind: 'foundation' }
  /** With an author from there. */
  | { readonly kind: 'country'; readonly country: string }

export interface Truth {
  /**
   * Of everything that was ever near the topic or its other sense, as of then; nobody else is right. 3: about it; 2: about
   * its subject elsewhere; 1: names it in passing; 0: another sense, another version by now, withdrawn.
   */
  gradesAt(topic: StreamTopic, wish: Wish, at: Instant): Grades
}

export function truthOf(papers: readonly IdentifiedPaper[]): Truth {
  const near = new Map<string, IdentifiedPaper[]>()
  for (const paper of papers) {
    const topics = new Set(paper.versions.flatMap(({ about, aside }) => [about, aside]))
    for (const topic of topics) if (topic !== null) near.set(topic, [...(near.get(topic) ?? []), paper])
  }
  return {
    gradesAt(topic, wish, at) {
      const all = [...(near.get(topic.id) ?? []), ...(near.get(topic.partner ?? '') ?? [])]
      const known = all.filter(({ versions: [first] }) => first.announced <= at)
      return new Map(known.map((paper) => [paper.id, gradeOf(paper, topic, wish, at)]))
    },
  }
}

function gradeOf(paper: StreamPaper, topic: StreamTopic, wish: Wish, at: Instant): number {
  const version = versionAt(paper, at)
  if (version === null) return 0
  const grade = version.about === topic.id ? (version.share === 'core' ? 3 : 2) : version.aside === topic.id ? 1 : 0
  switch (wish.kind) {
    case 'subject':
      return grade
    case 'foundation':
      return paper.kind === 'plain' ? Math.min(grade, 1) : grade
    case 'country':
      return paper.countries.includes(wish.country) ? grade : 0
  }
}

/** The text as of then; null before its announcement and after its withdrawal. */
export function versionAt({ versions, withdrawn }: StreamPaper, at: Instant): StreamVersion | null {
  if (withdrawn !== null && withdrawn.at <= at) return null
  return versions.findLast(({ announced }) => announced <= at) ?? null
}
