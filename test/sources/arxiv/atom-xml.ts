/** Answers of arXiv's API in its own form, with words of these tests. */

/** An entry as arXiv writes it. */
export const entry = (id: string, inside = '', published = '2026-03-02T15:04:05Z'): string => `<entry>
<id>http://arxiv.org/abs/${id}</id>
<title>On  rivers
  and 1984</title>
<updated>2026-03-05T10:00:00Z</updated>
<link href="https://arxiv.org/abs/${id}" rel="alternate" type="text/html"/>
<summary>  Water goes
down. </summary>
<category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
<category term="cs.IR" scheme="http://arxiv.org/schemas/atom"/>
<category term="68T50" scheme="http://arxiv.org/schemas/atom"/>
<published>${published}</published>
<arxiv:primary_category term="cs.IR"/>
<author><name>Jane Doe</name><arxiv:affiliation>MIT</arxiv:affiliation></author>
<author><name>FOO Collaboration</name></author><author><name> : </name></author>
${inside}</entry>`

interface Feed {
  readonly total?: number
  readonly start?: number
  readonly link?: string
}

export const feed = (
  entries: readonly string[],
  { total = entries.length, start = 0, link = '' }: Feed = {},
): string => `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id><title>arXiv Query: whatever</title>
<link href="${link}" type="application/atom+xml"/>
<opensearch:itemsPerPage>10</opensearch:itemsPerPage>
<opensearch:totalResults>${total}</opensearch:totalResults>
<opensearch:startIndex>${start}</opensearch:startIndex>
${entries.join('\n')}</feed>`

export const errorFeed = feed(
  [
    `<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_x</id><title>Error</title>
    <summary>incorrect id format for x</summary></entry>`,
  ],
  { total: 1 },
)

/** The address that a feed gives as its own, for a query as arXiv understood it. */
export const echo = (query: string): string =>
  `https://arxiv.org/api/query?search_query=${encodeURIComponent(query).replaceAll('%20', '+')}&amp;start=0&amp;max_results=10&amp;id_list=`
