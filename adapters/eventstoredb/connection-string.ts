/**
 * Reading a connection string. The client's own reader is not used: it prints the string, password included,
 * for an option that it does not know, quotes it in its errors, and cuts a password at its second colon.
 * Nothing of a string that cannot be read is repeated here, since any part of it may be part of a password.
 */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type {
  ChannelCredentialOptions,
  DNSClusterOptions,
  GossipClusterOptions,
  SingleNodeOptions,
} from '@eventstore/db-client'
import * as E from 'fp-ts/lib/Either.js'
import { isError } from '../../domain/values/built-ins.js'

export interface Connection {
  /** Scheme and hosts: what may be shown. */
  readonly name: string
  readonly settings: DNSClusterOptions | GossipClusterOptions | SingleNodeOptions
  readonly channel: ChannelCredentialOptions
  readonly login?: { readonly username: string; readonly password: string }
  /** How long one call may take, in milliseconds, where the string says so. */
  readonly defaultDeadline?: number
}

export interface ConnectionStringError {
  readonly _tag: 'bad-connection-string'
  readonly reason: string
}

/** Reads `esdb://[user:password@]host[:port][,host[:port]...][?option=value&...]`, and the files it names. */
export const readConnectionString = (text: unknown): E.Either<ConnectionStringError, Connection> => {
  if (typeof text !== 'string')
    return E.left({ _tag: 'bad-connection-string', reason: `a connection string must be ${EXAMPLE}` })
  try {
    return E.right(read(text))
  } catch (error) {
    if (error instanceof Problem) return E.left({ _tag: 'bad-connection-string', reason: error.message })
    throw error
  }
}

class Problem extends Error {}

const SHAPE = /^(esdb|kurrentdb|kdb)(\+discover)?:\/\/([^/?]*)\/?(?:\?(.*))?$/s
const DEFAULT_PORT = 2113

const read = (text: string): Connection => {
  const [, scheme, discover, authority = '', query = ''] = SHAPE.exec(text.trim()) ?? []
  if (scheme === undefined) throw new Problem(`a connection string must be ${EXAMPLE}, or begin with esdb+discover://`)
  const at = authority.lastIndexOf('@')
  const login = at === -1 ? undefined : readLogin(authority.slice(0, at))
  const [first, ...others] = authority
    .slice(at + 1)
    .split(',')
    .map(readHost)
  if (first === undefined) throw new Problem('a connection string must name a host')
  const options = readOptions(query)
  const tls = options.get('tls') !== false
  if (!tls && login !== undefined) {
    throw new Problem(
      'tls=false and a user do not go together, since the client would leave the user out: remove tls=false (the ' +
        'server then needs a certificate), or remove the user (a server that runs with --insecure asks for none)',
    )
  }

  const shared = {
    ...numberOf(options, 'keepAliveInterval'),
    ...numberOf(options, 'keepAliveTimeout'),
    ...textOf(options, 'connectionName'),
  }
  const discovery = {
    // In seconds. The client may ask the node first that says nothing, and by default waits 5 for it.
    gossipTimeout: 1,
    ...numberOf(options, 'maxDiscoverAttempts'),
    ...numberOf(options, 'discoveryInterval'),
    ...numberOf(options, 'gossipTimeout'),
    nodePreference: 'leader' as const,
  }
  const settings =
    discover !== undefined
      ? { discover: first, ...shared, ...discovery }
      : others.length > 0
        ? { endpoints: [first, ...others], ...shared, ...discovery }
        : { endpoint: first, ...shared }
  const hosts = [first, ...others].map(({ address, port }) => `${address}:${port}`).join(',')
  return {
    name: `${scheme}${discover ?? ''}://${hosts}`,
    settings,
    channel: tls ? certificates(options) : { insecure: true },
    ...(login === undefined ? {} : { login }),
    ...numberOf(options, 'defaultDeadline'),
  }
}

const EXAMPLE = 'esdb://user:password@host:2113?option=value'

const readLogin = (text: string): NonNullable<Connection['login']> => {
  const colon = text.indexOf(':')
  try {
    if (colon > 0) {
      return { username: decodeURIComponent(text.slice(0, colon)), password: decodeURIComponent(text.slice(colon + 1)) }
    }
  } catch {
    // Not percent-encoded: said below.
  }
  throw new Problem('what stands before @ must be user:password, with : / ? @ % in them written as %3A %2F %3F %40 %25')
}

const readHost = (text: string, index: number): { readonly address: string; readonly port: number } => {
  const [, address, port = String(DEFAULT_PORT)] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? []
  if (address === undefined || Number(port) > 65_535) {
    throw new Problem(
      `host ${index + 1} must be a name or an IPv4 address, with a port or without; : / ? @ % in a password must be ` +
        'written as %3A %2F %3F %40 %25',
    )
  }
  return { address, port: Number(port) }
}

type OptionValue = boolean | number | string

/** The options of the client that make sense here, and how each is read. */
const OPTIONS: Readonly<Record<string, (text: string) => OptionValue>> = {
  tls: (text) => oneOf(text, { true: true, false: false }),
  tlsCAFile: (text) => decoded(text),
  userCertFile: (text) => decoded(text),
  userKeyFile: (text) => decoded(text),
  connectionName: (text) => decoded(text),
  defaultDeadline: (text) => wholeNumber(text, 1),
  keepAliveInterval: (text) => wholeNumber(text, -1),
  keepAliveTimeout: (text) => wholeNumber(text, -1),
  maxDiscoverAttempts: (text) => wholeNumber(text, 1),
  discoveryInterval: (text) => wholeNumber(text, 1),
  gossipTimeout: (text) => wholeNumber(text, 1),
  // The client takes more for these three; with anything else the ledger would be wrong, or less safe than it looks.
  nodePreference: (text) => oneOf(text, { leader: 'leader' }),
  tlsVerifyCert: (text) => oneOf(text, { true: true }),
  throwOnAppendFailure: (text) => oneOf(text, { true: true }),
}

const flat = (name: string): string => name.trim().toLowerCase().replace(/[_-]/g, '')
const OPTION_NAMES = new Map(Object.keys(OPTIONS).map((name) => [flat(name), name]))

const readOptions = (query: string): ReadonlyMap<string, OptionValue> => {
  const options = new Map<string, OptionValue>()
  for (const [index, pair] of query.split('&').entries()) {
    if (pair === '') continue
    const [key = '', value = ''] = pair.split('=', 2)
    const name = OPTION_NAMES.get(flat(key))
    const readValue = OPTIONS[name ?? '']
    if (name === undefined || readValue === undefined) {
      throw new Problem(`option ${index + 1} is none of ${Object.keys(OPTIONS).join(', ')}`)
    }
    try {
      options.set(name, readValue(value.trim()))
    } catch (error) {
      throw error instanceof Problem ? new Problem(`the option ${name} must be ${error.message}`) : error
    }
  }
  return options
}

const oneOf = (text: string, values: Readonly<Record<string, OptionValue>>): OptionValue => {
  const value = Object.hasOwn(values, text.toLowerCase()) ? values[text.toLowerCase()] : undefined
  if (value === undefined) throw new Problem(`${Object.keys(values).join(' or ')} here`)
  return value
}

const wholeNumber = (text: string, least: number): number => {
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || value < least) throw new Problem(`a whole number from ${least}`)
  return value
}

const decoded = (text: string): string => {
  try {
    if (text !== '') return decodeURIComponent(text)
  } catch {
    // Said below.
  }
  throw new Problem('a text, percent-encoded')
}

const numberOf = <K extends string>(options: ReadonlyMap<string, OptionValue>, name: K): { [key in K]?: number } => {
  const value = options.get(name)
  const found: { [key in K]?: number } = {}
  if (typeof value === 'number') found[name] = value
  return found
}

const textOf = <K extends string>(options: ReadonlyMap<string, OptionValue>, name: K): { [key in K]?: string } => {
  const value = options.get(name)
  const found: { [key in K]?: string } = {}
  if (typeof value === 'string') found[name] = value
  return found
}

const certificates = (options: ReadonlyMap<string, OptionValue>): ChannelCredentialOptions => {
  const file = (name: string): Buffer | undefined => {
    const path = options.get(name)
    if (typeof path !== 'string') return undefined
    try {
      return readFileSync(resolve(path))
    } catch (error) {
      const code = isError(error) && 'code' in error ? error.code : error
      throw new Problem(`the option ${name} must name a PEM file that can be read: ${resolve(path)} (${code})`)
    }
  }
  const [rootCertificate, userCertFile, userKeyFile] = [file('tlsCAFile'), file('userCertFile'), file('userKeyFile')]
  if ((userCertFile === undefined) !== (userKeyFile === undefined)) {
    throw new Problem('the options userCertFile and userKeyFile go together: the certificate and its key')
  }
  return {
    ...(rootCertificate === undefined ? {} : { rootCertificate }),
    ...(userCertFile === undefined ? {} : { userCertFile }),
    ...(userKeyFile === undefined ? {} : { userKeyFile }),
  }
}
