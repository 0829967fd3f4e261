import { dayOf, type Instant, instant, isoOf } from '../../src/domain/instant.ts'
import type { Answerer, Asked } from './asked.ts'
import { conditional } from './conditional.ts'
import { type PaperState, papersAt, stateAt } from './corpus.ts'
import { type Reply, reply } from './exchange.ts'
import { faultyPage } from './faults.ts'
import { element, emptyElement, lines } from './xml.ts'

/** Something else that the feed host serves at a path of its own. */
export interface HostedDocument {
  readonly type: string
  readonly body: string
  readonly modified: Instant
}

/** Some feeds hold ten posts and some a hundred. */
const mostPosts = 50
const home = 'https://blog.example'

/**
 * A plain host of feeds: the papers of the corpus as if a blog wrote of each on its announcement, newest first, as RSS
 * (`/rss.xml`), Atom (`/atom.xml`) and JSON Feed (`/feed.json`), with validators. `?category=cs.IR` is a feed of its own.
 */
export function openFeedHost(hosted: ReadonlyMap<string, HostedDocument>): Answerer {
  return (asked) => {
    const document = hosted.get(asked.path)
    if (document) return conditional(asked, reply(200, document.type, document.body), document.modified)
    const form = forms.get(asked.path)
    if (!form) return reply(404, 'text/plain', 'There is no such feed.')
    const posts = newest(asked)
    const modified = instant(Math.max(0, ...posts.map((post) => post.announced)))
    return conditional(asked, form(asked, posts), modified)
  }
}

function newest({ corpus, now, query, fault }: Asked): readonly PaperState[] {
  const category = query.get('category')
  const papers = papersAt(corpus, now)
  const posts: PaperState[] = []
  for (let at = papers.length - 1; at >= 0 && posts.length < mostPosts; at--) {
    const state = stateAt(papers[at], now)
    if (state && (category === null || state.categories.includes(category))) posts.push(state)
  }
  return faultyPage(fault, 0, mostPosts, () => ({ items: posts, total: posts.length })).items
}

type Form = (asked: Asked, posts: readonly PaperState[]) => Reply

const forms: ReadonlyMap<string, Form> = new Map([
  ['/rss.xml', rss],
  ['/atom.xml', atom],
  ['/feed.json', json],
])

const linkOf = ({ paper }: PaperState): string => `${home}/posts/${paper.id}`
const htmlOf = ({ abstract }: PaperState): string =>
  `<p>${abstract.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`
const updatedOf = ({ versions }: PaperState): Instant => versions[versions.length - 1].announced

function rss(_asked: Asked, posts: readonly PaperState[]): Reply {
  const items = posts.map((post) =>
    lines(
      '<item>',
      element('title', post.title),
      element('link', linkOf(post)),
      element('guid', linkOf(post), { isPermaLink: 'true' }),
      element('pubDate', new Date(post.announced).toUTCString()),
      ...post.paper.authors.map((name) => element('dc:creator', name)),
      ...post.categories.map((category) => element('category', category)),
      element('description', htmlOf(post)),
      '</item>',
    ),
  )
  const body = lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    '<channel>',
    element('title', 'A Blog of Invented Research'),
    element('link', home),
    element('description', 'What was announced, newest first'),
    ...items,
    '</channel>',
    '</rss>',
  )
  return reply(200, 'application/rss+xml; charset=utf-8', body)
}

function atom({ now, origin }: Asked, posts: readonly PaperState[]): Reply {
  const latest = posts.map(updatedOf).reduce((a, b) => (a > b ? a : b), posts[0]?.announced ?? now)
  const entries = posts.map((post) =>
    lines(
      '<entry>',
      element('id', `tag:blog.example,${dayOf(post.announced)}:${post.paper.id}`),
      element('title', post.title),
      emptyElement('link', { href: linkOf(post), rel: 'alternate', type: 'text/html' }),
      element('published', isoOf(post.announced)),
      element('updated', isoOf(updatedOf(post))),
      ...post.paper.authors.map((name) => `<author>\n${element('name', name)}\n</author>`),
      ...post.categories.map((category) => emptyElement('category', { term: category })),
      element('content', htmlOf(post), { type: 'html' }),
      '</entry>',
    ),
  )
  const body = lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', `${home}/`),
    element('title', 'A Blog of Invented Research'),
    emptyElement('link', { href: `${origin}/atom.xml`, rel: 'self' }),
    emptyElement('link', { href: home, rel: 'alternate' }),
    element('updated', isoOf(latest)),
    ...entries,
    '</feed>',
  )
  return reply(200, 'application/atom+xml; charset=utf-8', body)
}

function json({ origin }: Asked, posts: readonly PaperState[]): Reply {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: 'A Blog of Invented Research',
    home_page_url: home,
    feed_url: `${origin}/feed.json`,
    items: posts.map((post) => ({
      id: linkOf(post),
      url: linkOf(post),
      title: post.title,
      content_html: htmlOf(post),
      date_published: isoOf(post.announced),
      date_modified: isoOf(updatedOf(post)),
      authors: post.paper.authors.map((name) => ({ name })),
      tags: post.categories,
    })),
  }
  return reply(200, 'application/feed+json', JSON.stringify(feed))
}
