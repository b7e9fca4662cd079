/** What a failed call means: whether anything may have been written, and whether to try again. */

import { ErrorType, isCommandError, type WrongExpectedVersionError } from '@eventstore/db-client'
import { type Revision, toRevision } from '../../domain/ports/event-store.js'
import { isError, messageOf } from '../../domain/values/built-ins.js'

export type Failure =
  | { readonly _tag: 'conflict'; readonly actual: Revision }
  | { readonly _tag: 'stream-not-found' }
  /** What stands on the server is not what the ledger wrote: somebody else changed it. */
  | { readonly _tag: 'damaged'; readonly reason: string }
  | {
      readonly _tag: 'too-large'
      readonly limit: number
      readonly what: 'event' | 'append'
      /** Of the event, where it is one. */
      readonly bytes?: number
    }
  /** The server took the call and refused it; trying again is of no use. */
  | { readonly _tag: 'refused'; readonly reason: string }
  /** No server took the call; it may be tried again. */
  | { readonly _tag: 'not-taken'; readonly reason: string }
  /** Nobody knows whether the server took the call. */
  | { readonly _tag: 'unknown'; readonly reason: string }

/** The call was not answered within its time. */
export class CallTimeout extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`)
  }
}

/** Whether nobody said anything, so that the connection may be dead. */
export const isSilence = (error: unknown): boolean =>
  error instanceof CallTimeout ||
  (isError(error) && isCommandError(error) && error.type === ErrorType.DEADLINE_EXCEEDED)

/** Whether a read says that no record begins at the position that it was given. Until 24.10 with words that may have another cause. */
export const saysNoPlace = (error: unknown): boolean =>
  isError(error) &&
  isCommandError(error) &&
  /Exception was thrown by handler|ReadAllResult: Error|from an invalid position/.test(error.message)

/** In words, where the tag says too little. */
export const reasonOf = (failure: Failure): string => ('reason' in failure ? failure.reason : failure._tag)

export const failureOf = (error: unknown): Failure => {
  const reason = messageOf(error)
  if (!isError(error)) return { _tag: 'unknown', reason }
  if (!isCommandError(error)) return saysNotTaken(reason) ? { _tag: 'not-taken', reason } : { _tag: 'unknown', reason }
  switch (error.type) {
    case ErrorType.WRONG_EXPECTED_VERSION:
      return { _tag: 'conflict', actual: actualOf(error) }
    case ErrorType.STREAM_NOT_FOUND:
      return { _tag: 'stream-not-found' }
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return { _tag: 'too-large', limit: error.maxAppendSize, what: 'append' }
    case ErrorType.NOT_LEADER: {
      const { address, port } = error.leader
      return { _tag: 'not-taken', reason: `the node is not the leader of its cluster; ${address}:${port} is` }
    }
    case ErrorType.ACCESS_DENIED:
      return {
        _tag: 'refused',
        reason: error.code === UNAUTHENTICATED ? WRONG_LOGIN : `access denied: ${ACCESS_NEEDED}`,
      }
    case ErrorType.STREAM_DELETED:
      // Its metadata are gone with it, and were asked for first.
      return { _tag: 'damaged', reason: wasTombstoned(error.streamName.replace(/^\$\$/, '')) }
    default:
      break
  }
  const [, bytes, limit] = EVENT_TOO_LARGE.exec(reason) ?? []
  if (limit !== undefined) return { _tag: 'too-large', limit: Number(limit), what: 'event', bytes: Number(bytes) }
  if (NO_TLS_THERE.test(reason)) return { _tag: 'refused', reason: NO_TLS }
  if (REFUSALS.has(error.code ?? -1)) return { _tag: 'refused', reason }
  return saysNotTaken(reason) ? { _tag: 'not-taken', reason } : { _tag: 'unknown', reason }
}

export const wasTombstoned = (name: string): string =>
  `the stream ${name} was deleted for good (by a tombstone) with the tools of the server: restore a backup`

const ACCESS_NEEDED = 'the user must be allowed to read $all, and to read and write the streams of the ledger'

/** What the server answers to a user that it does not know; the client makes missing rights of it. */
const UNAUTHENTICATED = 16
const WRONG_LOGIN = 'user or password is wrong: the server does not know them together'

/** Of a server whose `MaxAppendEventSize` is less than what an event of ours may have: the client does not know this answer. */
const EVENT_TOO_LARGE = /Size: (\d+), exceeds Maximum Append Event Size of (\d+)/

/** What OpenSSL says when the other side answers in plain text. */
const NO_TLS_THERE = /wrong version number|packet length too long/i
const NO_TLS =
  'the server does not speak TLS on this port: if it runs with --insecure add tls=false to the connection string, else look at the port'

/** gRPC: INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED. */
const REFUSALS: ReadonlySet<number> = new Set([3, 7, 9, 12, 16])

/**
 * The words of gRPC before it has sent anything, of the client when it finds no node, and of the server when
 * it does not handle a call. With any other words the call may have been taken, which is the safe reading.
 */
const saysNotTaken = (message: string): boolean =>
  /No connection established|Name resolution failed|Failed to discover|Server Is Not Ready|Server Is Too Busy|No leader info/.test(
    message,
  )

const actualOf = ({ actualVersion }: WrongExpectedVersionError): Revision =>
  typeof actualVersion === 'bigint' ? toRevision(Number(actualVersion)) : 'none'
