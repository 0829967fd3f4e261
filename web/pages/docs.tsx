import type { ComponentChildren } from 'preact'
import { openApi } from '../../src/http/openapi/document.ts'
import type { Page, View } from '../page.ts'
import {
  type Content,
  type Document,
  fieldsOf,
  nameIn,
  type Operation,
  readDocument,
  type Schema,
  typeInWords,
} from './docs-document.ts'
import { Scrolling } from './scrolling.tsx'

/**
 * The OpenAPI document to read. Rendered here and not by swagger-ui, which is 1.7 MB of script and styles itself inline:
 * this is one page that works without a script, under the policy of all the others.
 */
export function docsPage({ keysNeeded }: { keysNeeded: boolean }): Page {
  const document = readDocument(openApi({ keysNeeded }))
  const view: View = { title: 'API · Freshet', body: <Docs document={document} keysNeeded={keysNeeded} /> }
  return { path: '/docs', tab: 'docs', open: true, render: () => view }
}

interface Place {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

const Docs = ({ document, keysNeeded }: { document: Document; keysNeeded: boolean }) => {
  const { info, paths, components } = document
  const places = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Place => ({ method: method.toUpperCase(), path, operation })),
  )
  return (
    <main id="main" class="reports docs">
      <h1>API</h1>
      <p>
        {info.description} Version {info.version}, as OpenAPI: <a href="/openapi.json">/openapi.json</a>.
      </p>
      <p>
        The version is semantic: nothing that is promised under /v1 goes away or changes its meaning. Fields and values
        may come, so ignore those that you do not know.
      </p>
      <p>
        {keysNeeded
          ? 'This server asks for a key: send it as “Authorization: Bearer KEY” or “X-API-Key: KEY”.'
          : 'This server asks for no key.'}{' '}
        What is refused comes as a <a href="#Problem">Problem</a> (RFC 9457), which names the field and says what it
        must be.
      </p>
      <nav aria-label="Operations">
        <ul class="operations">
          {places.map(({ method, path, operation }) => (
            <li key={operation.operationId}>
              <a href={`#${operation.operationId}`}>
                <code>
                  {method} {path}
                </code>
              </a>{' '}
              <span class="soft">{operation.summary}</span>
            </li>
          ))}
        </ul>
      </nav>
      {places.map((place) => (
        <OperationOf
          key={place.operation.operationId}
          place={place}
          responses={components.responses}
          keysNeeded={keysNeeded}
        />
      ))}
      <h2 id="schemas">Schemas</h2>
      {Object.entries(components.schemas).map(([name, schema]) => (
        <section key={name} aria-labelledby={name}>
          <h3 id={name}>{name}</h3>
          {schema.description && <p>{schema.description}</p>}
          <Fields label={`Fields of ${name}`} schema={schema} />
        </section>
      ))}
    </main>
  )
}

function OperationOf({
  place: { method, path, operation },
  responses,
  keysNeeded,
}: {
  place: Place
  responses: Document['components']['responses']
  keysNeeded: boolean
}) {
  const { operationId, summary, description, parameters, requestBody } = operation
  const needsKey = keysNeeded && operation.security?.length !== 0
  return (
    <section class="operation" aria-labelledby={operationId}>
      <h2 id={operationId}>
        <code>
          {method} {path}
        </code>
      </h2>
      <p>
        {summary}.{description && ` ${description}`}
      </p>
      {parameters.length > 0 && (
        <Columns label={`Parameters of ${method} ${path}`} caption="Parameters" heads={['Name', 'What it does']}>
          {parameters.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                <code>{one.name}</code>
                {placeSays(one)}
              </th>
              <td>
                {one.description}
                {one.schema.default !== undefined && ` Default: ${JSON.stringify(one.schema.default)}.`}
                <Type schema={one.schema} />
              </td>
            </tr>
          ))}
        </Columns>
      )}
      {requestBody && <Body title="Body" content={requestBody.content} />}
      {requestBody && <Curl method={method} path={path} content={requestBody.content} needsKey={needsKey} />}
      <h3>Answers</h3>
      <dl class="answers">
        {Object.entries(operation.responses).map(([status, one]) => {
          const response = one.$ref === undefined ? one : responses[nameIn(one.$ref)]
          return (
            <div key={status}>
              <dt>{status}</dt>
              <dd>
                {response.description}
                {response.content && one.$ref === undefined && <Body title="Example" content={response.content} />}
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}

/** Most are optional and stand in the address. */
function placeSays({ in: where, required }: Operation['parameters'][number]): string {
  if (where === 'path') return ' (in the path)'
  if (where === 'header') return ' (header)'
  return required ? ' (required)' : ''
}

/** Each form of a body with its schema and an example to unfold. */
const Body = ({ title, content }: { title: string; content: Content }) => (
  <>
    {Object.entries(content).map(([type, { schema, example }]) => (
      <div key={type} class="body">
        <code>{type}</code> {schema && <Type schema={schema} />}
        {example !== undefined && (
          <details>
            <summary>{title}</summary>
            <pre>
              <code>{typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</code>
            </pre>
          </details>
        )}
      </div>
    ))}
  </>
)

function Curl({
  method,
  path,
  content,
  needsKey,
}: {
  method: string
  path: string
  content: Content
  needsKey: boolean
}) {
  const example = content['application/json']?.example
  if (example === undefined) return null
  const key = needsKey ? " -H 'Authorization: Bearer KEY'" : ''
  const body = JSON.stringify(example).replaceAll("'", "'\\''")
  return (
    <pre>
      <code>{`curl -X ${method} http://127.0.0.1:8787${path}${key} -H 'Content-Type: application/json' -d '${body}'`}</code>
    </pre>
  )
}

const Fields = ({ label, schema }: { label: string; schema: Schema }) => {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return <Type schema={schema} />
  return (
    <Columns label={label} heads={['Field', 'What it says']}>
      {fields.map((one) => (
        <tr key={one.name}>
          <th scope="row">
            <code>{one.name}</code>
            {!one.required && ' (may be missing)'}
          </th>
          <td>
            {one.schema.description}
            <Type schema={one.schema} />
          </td>
        </tr>
      ))}
    </Columns>
  )
}

interface ColumnsProps {
  readonly label: string
  readonly caption?: string
  readonly heads: readonly string[]
  readonly children: ComponentChildren
}

const Columns = ({ label, caption, heads, children }: ColumnsProps) => (
  <Scrolling label={label}>
    <table>
      {caption && <caption>{caption}</caption>}
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </Scrolling>
)

const Type = ({ schema }: { schema: Schema }) => (
  <span class="type">
    {typeInWords(schema).map((part) =>
      part.startsWith('#') ? (
        <a key={part} href={part}>
          {part.slice(1)}
        </a>
      ) : (
        part
      ),
    )}
  </span>
)
