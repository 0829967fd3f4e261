import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'
import { SourceError } from '../../domain/errors.ts'

/** Which addresses may be asked. A feed's URL and a redirect come from strangers, and must not reach what only we can. */
export interface AddressRules {
  /** Anything may be private. */
  readonly allowPrivate: boolean
  /** Addresses whose origins the operator named himself; those may be private. */
  readonly trustedOrigins: readonly string[]
  /** Instead of the system's resolver. */
  readonly lookup?: LookupFunction
}

export interface AddressGuard {
  /** Throws SourceError `unsafe` for a host that needs no resolver to be judged, before a turn is spent on it. */
  check(url: URL): void
  /** Connects to the very address that was judged: a name that leads elsewhere a moment later leads nowhere. */
  readonly connect: buildConnector.connector
}

export function guardAddresses(source: string, rules: AddressRules): AddressGuard {
  const trusted = new Set(rules.trustedOrigins.map((address) => new URL(address).origin))
  const isFree = (origin: string): boolean => rules.allowPrivate || trusted.has(origin)
  const lookup = rules.lookup ?? systemLookup
  const anywhere = buildConnector({ lookup })
  const publicOnly = buildConnector({ lookup: publicLookup(source, lookup) })
  return {
    check(url) {
      if (!isFree(url.origin) && isPrivateHost(bare(url.hostname))) throw unsafe(source, url.hostname)
    },
    connect(options, callback) {
      const { protocol, host, hostname } = options
      if (isFree(`${protocol}//${host ?? hostname}`)) return anywhere(options, callback)
      // Node asks no resolver about a literal address, so the lookup would never see it.
      if (isPrivateHost(bare(hostname))) return queueMicrotask(() => callback(unsafe(source, hostname), null))
      publicOnly(options, callback)
    },
  }
}

/** Whether the address belongs to the internet at large and to no network that is ours, our provider's or our host's. */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false
  // An IPv4 address inside an IPv6 one is judged as what it is.
  const address = ipaddr.process(text)
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast'
  // Behind NAT64 every IPv4 host of the internet has such an address.
  if (address.match(nat64)) return isPublicAddress(address.toByteArray().slice(-4).join('.'))
  return address.match(globalUnicast) && address.range() === 'unicast'
}

const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')
/** All that was ever given out; what lies outside may route to anything. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** The URL parser has normalised every notation of an IPv4 address already. */
function isPrivateHost(hostname: string): boolean {
  if (isIP(hostname) > 0) return !isPublicAddress(hostname)
  return /(?:^|\.)localhost\.?$/i.test(hostname)
}

const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Leaves out private addresses; a name that has no other is unsafe. */
function publicLookup(source: string, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, [])
      const addresses: LookupAddress[] = Array.isArray(found) ? found : [{ address: found, family: family ?? 0 }]
      const open = addresses.filter(({ address }) => isPublicAddress(address))
      if (open.length === 0) return callback(unsafe(source, hostname), [])
      if (options.all) return callback(null, open)
      callback(null, open[0].address, open[0].family)
    })
  }
}

const unsafe = (source: string, hostname: string): SourceError =>
  new SourceError(source, 'unsafe', `${source}: ${hostname} is inside a private network and is not asked`)
