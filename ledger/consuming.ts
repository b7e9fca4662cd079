/** Consumers of a ledger: what is to be done elsewhere for each event, at least once and in order, by one instance at a time. */

import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { defer, map, type Observable } from 'rxjs'
import { checkpointAt, positionOf } from '../application/consuming/checkpoint.js'
import { type ConsumerState, consuming, type Standing } from '../application/consuming/consumer.js'
import { ledgerIdOf } from '../application/ledger-identity.js'
import { describeReadError } from '../application/projecting/read-error.js'
import { type FeedEvent, feedDecoder, isFeedEventOf } from '../application/reading-history/feed.js'
import type { EventType } from '../domain/events/catalogue.js'
import type { Checkpoint, CheckpointStore } from '../domain/ports/checkpoint-store.js'
import type { Clock, Ids } from '../domain/ports/clock-and-ids.js'
import type { Lock, StoredEvent } from '../domain/ports/event-store.js'
import type { Tell } from '../domain/ports/logger.js'
import { isPlainObject, messageOf } from '../domain/values/built-ins.js'
import { functionOf, record, text, wholeNumber } from '../domain/values/codec.js'
import { objectWith } from '../domain/values/object-with.js'
import { whenAborted } from '../domain/values/when-aborted.js'
import type { Checked } from './calling/arguments.js'
import { checkedNow } from './calling/checked.js'
import { fromStoreError, LedgerError, promised } from './calling/errors.js'
import { followingSignals } from './calling/following.js'
import { frozen } from './calling/frozen.js'
import { Signal } from './calling/input.js'
import { ownCopy } from './calling/own-copy.js'
import { type FeedPorts, feedQuery, selection } from './feed.js'
import type { SubjectInput } from './looking-back/input.js'

/** What a handler is told beside the event. */
export interface Delivery {
  /** That of this event. Who keeps it in the same transaction as what the handler does, does it exactly once. */
  readonly checkpoint: Checkpoint
  /** 1, or how often it was tried by now: what failed before may have been done in part. */
  readonly attempt: number
  /** Aborts when the consumer is to stop. It waits for the handler; one that gives up, and rejects, is given the event again the next time. */
  readonly signal: AbortSignal
}

export interface ConsumeOptions<Type extends EventType = EventType> {
  /** Where it is kept how far the consumer is. */
  readonly checkpoint: CheckpointStore
  /** Behind which position it begins where there is no checkpoint yet; with the first event unless told. */
  readonly after?: number | undefined
  /** Events of these types alone; all unless told. */
  readonly types?: ReadonlyArray<Type> | undefined
  /** What is about one thing alone, as `events` has it. */
  readonly of?: SubjectInput | undefined
  /** After so many failures in a row it is parked; 10 unless told. */
  readonly parkAfter?: number | undefined
  /** Stops it. */
  readonly signal?: AbortSignal | undefined
}

export interface ConsumerStatus {
  readonly state: ConsumerState
  /** Everything up to this position is handled; `null` before the checkpoint is loaded. */
  readonly position: number | null
  /** How often it failed in a row, and with what the last time. */
  readonly failures: number
  readonly failure: LedgerError | null
  /** Whether the store sees to it that no other instance runs at the same time. */
  readonly alone: boolean
}

/** A consumer that runs. */
export interface Consumer {
  readonly name: string
  readonly status: ConsumerStatus
  /** The status now and after each change, until it has stopped. */
  readonly watchStatus: Observable<ConsumerStatus>
  /** Goes on at once where it is parked, or waits for its next try. */
  readonly resume: () => void
  /** Stops behind the event that is being handled, keeps the checkpoint, and lets another instance go on; resolves when that is done. */
  readonly stop: () => Promise<void>
}

export type Handler<Type extends EventType> = (event: FeedEvent<Type>, delivery: Delivery) => Promise<unknown> | unknown

export interface Consumers {
  /**
   * Hands events to a handler, one after another in their order: those behind the checkpoint, and then those to come; each is handed on when the handler
   * is done with the one before. At least once: what was handled when a process died and is not in the checkpoint yet comes again. Of several
   * instances that consume under this name one does so at a time, where the store can tell (`status.alone`). A handler that fails is called again with
   * growing pauses, up to 30 s, and the consumer is parked after `parkAfter` failures, or at once where its checkpoint does not fit or an event
   * cannot be read: the logger (without one a warning of the process, `ModelLedgerWarning`) and its status
   * tell why, until it is resumed. It stops when the ledger is closed. Rejects where an argument is wrong.
   */
  readonly consume: <Type extends EventType = EventType>(
    name: string,
    handler: Handler<Type>,
    options: ConsumeOptions<Type>,
  ) => Promise<Consumer>
}

export interface ConsumingPorts extends FeedPorts {
  readonly clock: Clock
  readonly ids: Ids
  readonly tell: Tell
}

const ConsumerName = text(
  'the name of the consumer: lower-case letters, digits, - and _, beginning with a letter, at most 64',
  (value) => /^[a-z][a-z0-9_-]{0,63}$/.test(value),
)
const AHandler = functionOf<Handler<never>>('a handler: a function')
const Options: t.Type<Checked<ConsumeOptions>> = record(
  'the options of consume',
  { checkpoint: objectWith<CheckpointStore>('a checkpoint store {load, save?}', ['load'], ['save']) },
  { ...selection, parkAfter: wholeNumber('how many failures: 1, 2, 3, ...', 1), signal: Signal },
)

/** A copy, but for the checkpoint store, which is used as it is: a copy of an object with private members is none. */
const asGiven = (options: unknown): unknown => {
  const copy = ownCopy(options)
  return isPlainObject(copy) && isPlainObject(options) && typeof copy['checkpoint'] === 'object'
    ? { ...copy, checkpoint: options['checkpoint'] }
    : copy
}

/** Those of a ledger, and their end. */
export const consumersOf = (
  ports: ConsumingPorts,
): Consumers & { readonly closeConsumers: (over: AbortSignal) => Promise<void> } => {
  const stops = new Set<() => Promise<void>>()
  return {
    consume: async (name, handler, options) => {
      checkedNow(AHandler, handler)
      const given = { ...checkedNow(Options, asGiven(options)) }
      const signals = followingSignals([given])
      const consumer = await begun(
        ports,
        checkedNow(ConsumerName, name),
        handling(handler, options.types?.slice()),
        given,
      )
      stops.add(consumer.stop)
      signals?.begin()
      const ended = (): void => {
        stops.delete(consumer.stop)
        signals?.end()
      }
      consumer.watchStatus.subscribe({ complete: ended })
      return consumer
    },
    closeConsumers: async (over) => {
      const tooLate = new Promise((resolve) => over.addEventListener('abort', resolve))
      await Promise.race([Promise.all([...stops].map((stop) => stop())), tooLate])
    },
  }
}

const begun = async (
  ports: ConsumingPorts,
  name: string,
  handled: ReturnType<typeof handling>,
  { checkpoint: kept, parkAfter = 10, signal, ...selected }: Checked<ConsumeOptions>,
): Promise<Consumer> => {
  const { store, clock, ids, tell } = ports
  const ledger = (await promised(describeReadError)(ledgerIdOf(store))) ?? ''
  const { after: first, ...query } = await feedQuery(ports, selected)
  const alone = store.lock !== undefined
  const status = (standing: Standing<LedgerError>): ConsumerStatus => Object.freeze({ ...standing, alone })

  const consumer = consuming<LedgerError>({
    ...{ store, clock, ids, query, parkAfter, failureOf, kindOf, handle: handled(ledger) },
    lock: async () => (store.lock === undefined ? NO_LOCK : promised(describeReadError)(store.lock(name))),
    load: async () => {
      const found = await attempted('checkpoint-failed', 'the checkpoint cannot be loaded', () => kept.load(name))
      if (found === undefined || found === null) return first
      const position = await positionOf(store, ledger, found)
      if (E.isRight(position)) return position.right
      const reason = `the checkpoint of ${name} does not fit the ledger: ${position.left}`
      throw new LedgerError({ _tag: 'checkpoint-mismatch', consumer: name, reason }, reason)
    },
    save:
      kept.save === undefined
        ? undefined
        : (last) =>
            attempted('checkpoint-failed', 'the checkpoint cannot be kept', () =>
              kept.save?.(name, checkpointAt(ledger, last)),
            ),
    onParked: (failures, failure) =>
      tell(
        'consumer-parked',
        failures === 1
          ? `the consumer ${name} is parked: ${failure.message}`
          : `the consumer ${name} is parked after ${failures} failures, the last: ${failure.message}`,
        { consumer: name, failures, code: failure.code },
      ),
  })
  whenAborted(signal, consumer.stop)
  return Object.freeze({
    name,
    get status() {
      return status(consumer.standing())
    },
    watchStatus: defer(() => consumer.standings.pipe(map(status))),
    resume: consumer.resume,
    stop: consumer.stop,
  })
}

/** For a store that cannot tell of other instances. */
const NO_LOCK: Lock = { release: async () => undefined }

/** Decodes each event for the handler, in a ledger that is named. */
const handling = <Type extends EventType>(handler: Handler<Type>, types: ReadonlyArray<Type> | undefined) => {
  const [decode, isOfType] = [feedDecoder(), isFeedEventOf(types)]
  return (ledger: string) =>
    async (stored: StoredEvent, attempt: number, signal: AbortSignal): Promise<void> => {
      const recorded = frozen(decode(stored))
      if (!isOfType(recorded)) return
      const delivery = { checkpoint: checkpointAt(ledger, stored), attempt, signal }
      await attempted('handler-failed', `the handler failed at position ${stored.position}`, () =>
        handler(recorded, delivery),
      )
    }
}

/** What a function of the caller's answers; what it throws is told in these words. */
const attempted = async <A>(
  _tag: 'handler-failed' | 'checkpoint-failed',
  what: string,
  work: () => A,
): Promise<Awaited<A>> => {
  try {
    return await work()
  } catch (cause) {
    throw new LedgerError({ _tag, cause }, `${what}: ${messageOf(cause)}`)
  }
}

const failureOf = (thrown: unknown): LedgerError => {
  const error = fromStoreError(thrown)
  return error instanceof LedgerError ? error : new LedgerError({ _tag: 'fault', cause: error }, messageOf(error))
}

/** A checkpoint that does not fit, or an event that cannot be read, is so at the next try, too; a store may be put right meanwhile. */
const kindOf = ({ code }: LedgerError): 'counts' | 'passes' | 'stays' | 'ends' => {
  if (code === 'closed') return 'ends'
  if (code === 'checkpoint-mismatch' || code === 'damaged-event') return 'stays'
  return code === 'unavailable' || code === 'not-reached' ? 'passes' : 'counts'
}
