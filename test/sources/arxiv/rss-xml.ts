/** Listings in the form of arXiv's, with papers written for these tests. */

interface Item {
  readonly id?: string
  readonly type?: string
  readonly inside?: string
  readonly date?: string
}

const noon = 'Mon, 02 Mar 2026 00:00:00 -0500'

export const item = ({ id = '2603.00010v1', type = 'new', inside = '', date = noon }: Item = {}): string => `<item>
<title>On  rivers</title><link>https://arxiv.org/abs/${id.replace(/v\d+$/, '')}</link>
<description>arXiv:${id} Announce Type: ${type}
Abstract: Water goes
down.</description>
<guid isPermaLink="false">oai:arXiv.org:${id}</guid>
<category>cs.IR</category><category>cs.CL</category>
<pubDate>${date}</pubDate><arxiv:announce_type>${type}</arxiv:announce_type>
<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
<dc:creator>Jane Doe (MIT), Ren\\'e Roe</dc:creator>${inside}</item>`

export const rss = (
  items: readonly string[],
  { date = noon, title = 'cs.IR updates on arXiv.org' }: { readonly date?: string; readonly title?: string } = {},
): string => `<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
<title>${title}</title><link>http://rss.arxiv.org/rss/cs.IR</link><description>words about it</description>
<lastBuildDate>${date}</lastBuildDate><pubDate>${date}</pubDate>
<skipDays><day>Sunday</day><day>Saturday</day></skipDays>
${items.join('\n')}</channel></rss>`

export const atomEntry = (id: string, type: string): string => `<entry>
<id>oai:arXiv.org:${id}</id><title>On rivers</title><updated>2026-03-02T05:00:11.600680+00:00</updated>
<link href="https://arxiv.org/abs/x" rel="alternate" type="text/html"/>
<summary>arXiv:${id} Announce Type: ${type}
Abstract: Water goes down.</summary>
<category term="cs.IR"/><category term="cs.CL"/><published>2026-03-02T00:00:00-05:00</published>
<arxiv:announce_type>${type}</arxiv:announce_type><arxiv:DOI>10.1000/ABC</arxiv:DOI>
<dc:creator>Jane Doe, John Roe</dc:creator></entry>`

export const atom = (entries: readonly string[]): string => `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">
<id>http://rss.arxiv.org/atom/cs.IR</id><title>cs.IR updates on arXiv.org</title>
<updated>2026-03-02T05:00:11.600500+00:00</updated>${entries.join('\n')}</feed>`
