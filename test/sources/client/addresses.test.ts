import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { isPublicAddress } from '../../../src/sources/client/addresses.ts'
import { arxivPolicy } from '../../../src/sources/client/http.ts'
import { stage } from '../arxiv-stage.ts'
import { answer } from '../scripted-server.ts'
import { failureOf, request } from './requests.ts'

/** A resolver that gives its answers one after the other, the last again and again. */
function resolver(...answers: (readonly string[] | Error)[]): LookupFunction & { readonly asked: string[] } {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, options, callback) => {
    const found = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(hostname)
    if (found instanceof Error) return callback(found, [])
    const addresses = found.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all) callback(null, addresses)
    else callback(null, addresses[0].address, addresses[0].family)
  }
  return Object.assign(lookup, { asked })
}

const portOf = (url: string) => new URL(url).port

describe('a public address', () => {
  test.each([
    ['8.8.8.8', 'one of the internet'],
    ['2606:4700::1111', 'one of IPv6'],
    ['::ffff:8.8.8.8', 'a public one inside IPv6'],
    ['64:ff9b::808:808', 'a public one behind NAT64'],
  ])('is %s: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.0.3', 'loopback, all of it'],
    ['0.0.0.0', 'unspecified, which connects to loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'behind the provider'],
    ['169.254.169.254', 'metadata of a cloud'],
    ['192.0.0.8', 'reserved'],
    ['198.18.0.1', 'for benchmarks'],
    ['203.0.113.9', 'for documentation'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::1', 'loopback'],
    ['::', 'unspecified'],
    ['::ffff:127.0.0.1', 'loopback inside IPv6'],
    ['::ffff:169.254.169.254', 'metadata inside IPv6'],
    ['::127.0.0.1', 'loopback inside IPv6, the old way'],
    ['64:ff9b::7f00:1', 'loopback behind NAT64'],
    ['64:ff9b::a9fe:a9fe', 'metadata behind NAT64'],
    ['64:ff9b:1::808:808', 'a NAT64 of our own'],
    ['2002:7f00:1::', 'loopback in 6to4'],
    ['2001::1', 'Teredo'],
    ['fe80::1', 'of the link'],
    ['fe80::1%eth0', 'of the link, with a zone'],
    ['fec0::1', 'of the site'],
    ['fc00::1', 'unique and local'],
    ['fd12:3456::1', 'unique and local'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'for documentation'],
    ['4000::1', 'never given out'],
    ['localhost', 'no address'],
    ['', 'no address'],
  ])('is not %s: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('an address that is not ours to ask', () => {
  const lookup = () => resolver(['127.0.0.1'])

  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://017700000001/',
    'http://①②⑦.0.0.1/',
    'http://0/',
    'http://10.0.0.7:8080/x',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fe80::1]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://db.localhost/',
  ])('%s is refused before anything is looked up or a turn is taken', async (url) => {
    const resolve = lookup()
    const { client, gate } = await stage([], arxivPolicy, { trustedOrigins: [], lookup: resolve })
    expect((await failureOf(client, url)).failure).toBe('unsafe')
    expect(gate.starts).toEqual([])
    expect(resolve.asked).toEqual([])
  })

  test('a public name that leads to a private address is refused once, and its provider is not blamed', async () => {
    const resolve = lookup()
    const rules = { trustedOrigins: [], lookup: resolve }
    const { client, server, gate } = await stage([answer(200, 'secret')], arxivPolicy, rules)
    const error = await failureOf(client, `http://feeds.example.org:${portOf(server.url)}/`)
    expect(error.failure).toBe('unsafe')
    expect(error.message).toContain('feeds.example.org')
    expect(server.connections()).toBe(0)
    expect(gate.starts).toHaveLength(1)
    expect(gate.state('arxiv').failures).toBe(0)
  })

  // DNS rebinding: the check sees a public address, the connection gets another.
  test('a name that changes its mind after it was judged is not asked again', async () => {
    const resolve = resolver(['192.0.2.1', '127.0.0.1'], ['127.0.0.1'])
    const rules = { trustedOrigins: [], lookup: resolve }
    const { client, server } = await stage([answer(200, 'secret')], arxivPolicy, rules)
    expect((await failureOf(client, `http://rebind.example.org:${portOf(server.url)}/`)).failure).toBe('unsafe')
    expect(resolve.asked).toEqual(['rebind.example.org'])
    expect(server.connections()).toBe(0)
  })

  test('a redirect to loopback is refused', async () => {
    const { client, server } = await stage([answer(302, '', { location: 'http://127.0.0.1:9/admin' })])
    expect((await failureOf(client, server.url)).failure).toBe('unsafe')
    expect(server.requests).toHaveLength(1)
  })

  test('a redirect to a name that leads to loopback is refused', async () => {
    const resolve = lookup()
    const { client, server } = await stage(
      [(response) => response.writeHead(302, { location: `http://inside.example.org:${portOf(server.url)}/` }).end()],
      arxivPolicy,
      { lookup: resolve },
    )
    expect((await failureOf(client, server.url)).failure).toBe('unsafe')
    expect(server.requests).toHaveLength(1)
    expect(resolve.asked).toEqual(['inside.example.org'])
  })
})

describe('an address that may be private', () => {
  test('is one whose origin the operator named, and no other port of the same host', async () => {
    const { client, server } = await stage([answer(200, 'mine')])
    expect((await client.get(`${server.url}/feed`, request())).body).toBe('mine')
    expect((await failureOf(client, 'http://127.0.0.1:9/')).failure).toBe('unsafe')
  })

  test('is any, where the settings say so', async () => {
    const rules = { allowPrivate: true, trustedOrigins: [], lookup: resolver(['127.0.0.1']) }
    const { client, server } = await stage([answer(200, 'one'), answer(200, 'two')], arxivPolicy, rules)
    expect((await client.get(server.url, request())).body).toBe('one')
    expect((await client.get(`http://intranet.example:${portOf(server.url)}/`, request())).body).toBe('two')
    expect(server.requests[1].headers.host).toBe(`intranet.example:${portOf(server.url)}`)
  })
})

describe('a name that cannot be looked up', () => {
  test('is unreachable, said in a sentence, after as many attempts as a broken connection', async () => {
    const missing = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
    const resolve = resolver(missing)
    const rules = { trustedOrigins: [], lookup: resolve }
    const { client, gate } = await stage([], arxivPolicy, rules)
    const error = await failureOf(client, 'http://no-such-name.example.org/feed?key=s3cret')
    expect(error.failure).toBe('unreachable')
    expect(error.message).toBe('arxiv-test: the name no-such-name.example.org cannot be looked up (ENOTFOUND)')
    expect(gate.starts).toHaveLength(5)
    expect(gate.state('arxiv').failures).toBe(5)
  })
})
