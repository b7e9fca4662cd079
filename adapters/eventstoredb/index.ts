/**
 * The event store on EventStoreDB or KurrentDB: for several processes, on several machines, that share one
 * ledger. How it is run, and what happens in each failure, is told in docs/run-on-eventstoredb.md.
 */

import { setMaxListeners } from 'node:events'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { type EventStore, readFailureOf } from '../../domain/ports/event-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { decodeOptions, milliseconds, record } from '../../domain/values/codec.js'
import { whenAborted } from '../../domain/values/when-aborted.js'
import { appendsInTurn } from './append.js'
import { appendInOrder } from './append-all.js'
import { LedgerClient } from './client.js'
import { type Connection, readConnectionString } from './connection-string.js'
import { readAll, subscribe } from './feed.js'
import { lastPosition, readEnd } from './head.js'
import { ledgerIdIn, setLedgerIdIn } from './ledger-id.js'
import { readStream } from './read-stream.js'
import { CLOSED, Refused, readWithRetry, Seen, type Session, withTimeout } from './session.js'
import { speaksTls } from './speaks-tls.js'

export interface EventStoreDbOptions {
  /**
   * The name of the ledger on this server, `ledger` unless told: letters, digits, `_` and `.`. The name of each
   * of its streams begins with it and a colon, so that several ledgers, and other applications, share a server.
   */
  readonly ledger?: string
  /** How long one call may stay without an answer, in milliseconds; 5,000 unless told here or by `defaultDeadline`. */
  readonly timeout?: number
  /** How long an append, a read or the opening is tried again before it fails, in milliseconds; six times `timeout` unless told, which covers the election of another leader. */
  readonly patience?: number
}

/** Why a store could not be opened. `reason` says what is wrong, and what would be right; never a password. */
export interface OpenError {
  readonly _tag: 'bad-connection-string' | 'bad-option' | 'unreachable' | 'refused' | 'unsupported-server'
  readonly reason: string
}

/**
 * Connects, and reads the end of the log, so that a wrong password or a wrong host is known at once. The
 * store has a client and a connection for itself: open one for a process, and close it.
 */
export const eventStoreDb = (
  connectionString: string,
  options: EventStoreDbOptions = {},
): TE.TaskEither<OpenError, EventStore> =>
  pipe(
    TE.fromEither(readConnectionString(connectionString)),
    TE.flatMap((connection) =>
      pipe(
        TE.fromEither<OpenError, EventStoreDbOptions>(decodeOptions(Options)(options)),
        TE.flatMap((decoded) => open(connection, decoded)),
      ),
    ),
  )

const Options = record(
  'the options of eventStoreDb',
  {},
  { ledger: t.string, timeout: milliseconds, patience: milliseconds },
)

const LEDGER_NAME = /^[A-Za-z0-9_.]{1,64}$/

const open =
  (connection: Connection, options: EventStoreDbOptions): TE.TaskEither<OpenError, EventStore> =>
  async () => {
    const { ledger = 'ledger', timeout = connection.defaultDeadline ?? 5000 } = options
    const { patience = 6 * timeout } = options
    const failed = (_tag: OpenError['_tag'], reason: string) => E.left({ _tag, reason })
    if (!LEDGER_NAME.test(ledger)) return failed('bad-option', 'ledger must be 1 to 64 letters, digits, _ and .')
    if (!(timeout > 0)) return failed('bad-option', 'timeout must be more than 0 milliseconds')
    if (!(patience >= 2 * timeout)) return failed('bad-option', 'patience must be at least twice the timeout')

    const client = connect(connection)
    if (client === undefined) {
      const files = 'tlsCAFile, userCertFile and userKeyFile'
      return failed('bad-connection-string', `${files} must hold certificates and a key in PEM form`)
    }
    const closing = new AbortController()
    setMaxListeners(0, closing.signal)
    const server = connection.name
    const session = {
      client,
      server,
      prefix: `${ledger}:`,
      timeout,
      patience,
      closing: closing.signal,
      cut: new Set<string>(),
      seen: new Seen(),
    }
    try {
      await readEnd(session, () => whyPlain(connection, timeout))
      const version = await readWithRetry(session, () => withTimeout(timeout, client.serverVersion()))
      if (!isSupported(version)) {
        await client.disconnect()
        return failed('unsupported-server', `${server} is version ${version}: 23.10 or later is needed`)
      }
      return E.right(storeOn(session, closing))
    } catch (error) {
      await client.disconnect()
      return failed(error instanceof Refused ? 'refused' : 'unreachable', messageOf(error))
    }
  }

/** Why nobody answers plain text, where that is because TLS is spoken. */
const whyPlain = async ({ settings, channel, name }: Connection, timeout: number): Promise<Refused | undefined> => {
  const [node] =
    'endpoints' in settings ? settings.endpoints : ['discover' in settings ? settings.discover : settings.endpoint]
  if (channel.insecure !== true || node === undefined || typeof node === 'string') return undefined
  if (!(await speaksTls(node.address, node.port, timeout))) return undefined
  return new Refused(
    'unavailable',
    `${name}: the server speaks TLS on this port: remove tls=false from the connection string`,
  )
}

/** `undefined` for certificates that are none: the only thing that is not known from the string alone. */
const connect = (connection: Connection): LedgerClient | undefined => {
  try {
    return new LedgerClient(connection)
  } catch {
    return undefined
  }
}

/** Refuses 20.6 to 22.10, which do not say when a subscription has caught up. A build of one's own has other numbers. */
const isSupported = (version: string): boolean => {
  const [, year, month] = /^(\d+)\.(\d+)/.exec(version) ?? []
  const number = Number(year) * 100 + Number(month)
  return version !== 'unknown' && !(number >= 2006 && number < 2310)
}

const storeOn = (session: Session, closing: AbortController): EventStore => {
  // Appends under way outlive the call of close, and may read.
  const cut = new AbortController()
  setMaxListeners(0, cut.signal)
  const appends = appendsInTurn({ ...session, closing: cut.signal })
  const head = lastPosition(session)
  let closed: Promise<void> | undefined
  const append: EventStore['append'] = (stream, expected, events) => async () =>
    closed === undefined ? appends.append({ stream, expected, events }) : E.left({ _tag: 'closed', reason: CLOSED })
  return {
    append,
    appendAll: appendInOrder(session, append),
    readStream: (stream, after) => readStream(session, stream, after),
    readAll: (after) => readAll(session, after),
    subscriptionsArePushed: true,
    subscribe: (after, signal) => subscribe(session, after, signal),
    head: () => TE.tryCatch(head, readFailureOf),
    ledgerId: () => TE.tryCatch(() => ledgerIdIn(session), readFailureOf),
    setLedgerId: (id, expected) => TE.tryCatch(() => setLedgerIdIn(session, id, expected), readFailureOf),
    close: (signal) => {
      closing.abort()
      whenAborted(signal, () => cut.abort())
      closed ??= appends.settled().then(() => session.client.disconnect())
      return closed
    },
  }
}
