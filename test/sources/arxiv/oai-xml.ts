/** Answers of an OAI-PMH server in the form of arXiv's, with papers written for these tests. */

export const envelope = (inside: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-03-02T03:00:00Z</responseDate>
<request verb="ListRecords">https://oaipmh.arxiv.org/oai</request>
${inside}
</OAI-PMH>`

export const list = (records: readonly string[], token = ''): string =>
  envelope(`<ListRecords>${records.join('\n')}${token}</ListRecords>`)

export const oaiError = (code: string): string => envelope(`<error code="${code}">words about it</error>`)

interface Paper {
  readonly id?: string
  readonly innerId?: string
  readonly title?: string
  readonly versions?: string
  readonly extra?: string
  readonly status?: string
}

export const v1 = '<version version="v1"><date>Mon, 2 Mar 2026 15:04:05 GMT</date><size>10kb</size></version>'

/** A record in arXivRaw, written for these tests. */
export const raw = ({
  id = '2603.00010',
  innerId = id,
  title = 'Rivers',
  versions = v1,
  extra = '',
  status,
}: Paper = {}) => `
<record>
<header${status ? ` status="${status}"` : ''}>
<identifier>oai:arXiv.org:${id}</identifier><datestamp>2026-03-02</datestamp><setSpec>cs:cs:IR</setSpec></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
<id>${innerId}</id><submitter>Jane Doe</submitter>${versions}
<title>${title}</title>
<authors>Jane Doe (MIT), Ren\\'e Roe</authors>
<categories>cs.IR cs.CL</categories>${extra}
<abstract>  Water goes
down.
</abstract></arXivRaw></metadata>
</record>`

export const deleted = (id: string): string =>
  `<record><header status="deleted"><identifier>oai:arXiv.org:${id}</identifier></header></record>`
