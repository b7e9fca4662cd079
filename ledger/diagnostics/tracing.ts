/** Runs work and publishes it on a tracing channel, as `tracePromise` of Node does it, but that the answer is not published. */
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { EventStoreError } from '../../domain/ports/event-store.js'
import { FileStoreFailure } from '../../domain/ports/file-store.js'
import { isPromise } from '../../domain/values/built-ins.js'
import { CATEGORIES, type ErrorCategory } from '../calling/error-category.js'
import { LedgerError } from '../calling/errors.js'
import { type ChannelMessages, channels, type Watched } from './channels.js'

type Name = keyof ChannelMessages
type Failed = NonNullable<Watched['error']>

/** What a message says at its end. */
type Known<M> = { readonly [K in keyof M]?: M[K] | undefined }

export interface Tracing<M extends Watched> {
  /** Whether somebody listens: asked before anything is made for them. */
  readonly isWatched: () => boolean
  /** Work that answers later: what it answered may be told, and of a failure its code. */
  readonly task: <Failure extends { readonly _tag: string }, A>(
    message: M,
    work: TE.TaskEither<Failure, A>,
    known?: (answer: E.Either<Failure, A>) => Known<M>,
  ) => TE.TaskEither<Failure, A>
  /** Work that answers now or later, or throws. */
  readonly call: <A>(message: M, work: () => A) => A
  /** Items as they are read. */
  readonly items: <Item>(
    message: M,
    items: AsyncIterable<Item>,
    known: (item: Item) => void,
    end: () => Known<M>,
  ) => AsyncIterable<Item>
}

export const tracing = <N extends Name>(name: N): Tracing<ChannelMessages[N]> => {
  type M = ChannelMessages[N]
  const channel = tracingChannel<unknown, M>(channels[name])

  const { conclude, concludeLater } = endings(channel)

  return {
    isWatched: () => channel.hasSubscribers,

    task: (message, work, known) => async () => {
      const begun = performance.now()
      const answering = channel.start.runStores(message, work)
      channel.end.publish(message)
      try {
        const answer = await answering
        const failed = answer._tag === 'Left' ? failedWith(answer.left._tag) : undefined
        concludeLater(message, performance.now() - begun, failed, known?.(answer))
        return answer
      } catch (error) {
        concludeLater(message, performance.now() - begun, failureOf(error))
        throw error
      }
    },

    call: (message, work) => {
      const begun = performance.now()
      try {
        const answer = channel.start.runStores(message, work)
        if (!isPromise(answer)) {
          conclude(message, performance.now() - begun, undefined)
          channel.end.publish(message)
          return answer
        }
        channel.end.publish(message)
        answer.then(
          () => concludeLater(message, performance.now() - begun, undefined),
          (error: unknown) => concludeLater(message, performance.now() - begun, failureOf(error)),
        )
        return answer
      } catch (error) {
        conclude(message, performance.now() - begun, failureOf(error))
        channel.end.publish(message)
        throw error
      }
    },

    items: async function* (message, items, known, end) {
      let spent = 0
      let failed: Failed | undefined
      let isOver = false
      const iterator = items[Symbol.asyncIterator]()
      channel.start.publish(message)
      channel.end.publish(message)
      try {
        for (;;) {
          const begun = performance.now()
          const step = await iterator.next().finally(() => {
            spent += performance.now() - begun
          })
          isOver = step.done === true
          if (step.done === true) return
          known(step.value)
          yield step.value
        }
      } catch (error) {
        isOver = true
        failed = failureOf(error)
        throw error
      } finally {
        concludeLater(message, spent, failed, end())
        if (!isOver) await iterator.return?.()
      }
    },
  }
}

/** How the message of work that is done is published: before it answered, or later. */
const endings = <M extends Watched>(channel: TracingChannel<unknown, M>) => {
  const conclude = (message: M, duration: number, failed: Failed | undefined, known: Known<M> = {}): void => {
    Object.assign(message, known, { duration }, failed === undefined ? {} : { error: failed })
    if (failed !== undefined) channel.error.publish(message)
  }
  const concludeLater = (...concluded: Parameters<typeof conclude>): void => {
    const [message] = concluded
    conclude(...concluded)
    channel.asyncStart.publish(message)
    channel.asyncEnd.publish(message)
  }
  return { conclude, concludeLater }
}

/** What stores alone say; all else is a code of a `LedgerError`. */
const OF_STORES: Readonly<Record<string, ErrorCategory>> = {
  conflict: 'conflict',
  damaged: 'damaged',
  'too-large': 'refused',
  'snapshot-failed': 'unavailable',
}
const OF_ALL: Readonly<Record<string, ErrorCategory>> = { ...OF_STORES, ...CATEGORIES }

const failedWith = (code: string): Failed => {
  const category = OF_ALL[code]
  return category === undefined ? FAULT : { code, category }
}
const FAULT: Failed = { code: 'fault', category: 'bug' }

const failureOf = (error: unknown): Failed => {
  if (error instanceof LedgerError || error instanceof EventStoreError) return failedWith(error.code)
  return error instanceof FileStoreFailure ? failedWith(error.error._tag) : FAULT
}
