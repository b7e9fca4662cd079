/** Whether stores answer, and whether the history is whole: told when it changes, where somebody is told at all. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type EventStore, readFailureOf } from '../../domain/ports/event-store.js'
import { FileStoreFailure } from '../../domain/ports/file-store.js'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import type { Tell } from '../../domain/ports/logger.js'

/** The same work, of whose answers somebody hears. */
export interface Heed {
  readonly task: <Failure extends Failed, A>(task: TE.TaskEither<Failure, A>) => TE.TaskEither<Failure, A>
  readonly items: <Item>(items: AsyncIterable<Item>) => AsyncIterable<Item>
  /** Of an answer that is iterated, both. */
  readonly opened: <Failure extends Failed, Item>(
    task: TE.TaskEither<Failure, AsyncIterable<Item>>,
  ) => TE.TaskEither<Failure, AsyncIterable<Item>>
}

interface Failed {
  readonly _tag: string
}

/** Nobody hears: nothing is put between a store and whoever asks it. */
export const unheeded: Heed = { task: (task) => task, items: (items) => items, opened: (task) => task }

/** @param failureOf what an iteration threw, as a task says it */
const heedWith = (hear: (answer: E.Either<Failed, unknown>) => void, failureOf: (thrown: unknown) => Failed): Heed => {
  const items: Heed['items'] = async function* (items) {
    try {
      for await (const item of items) {
        hear(E.right(item))
        yield item
      }
      hear(E.right(undefined))
    } catch (thrown) {
      hear(E.left(failureOf(thrown)))
      throw thrown
    }
  }
  const task: Heed['task'] = (task) => heard(task, hear)
  return { task, items, opened: (opening) => pipe(task(opening), TE.map(items)) }
}

/** The same task, whose answer somebody hears first. It begins when it is run, and not a turn later, as what fp-ts maps. */
export const heard =
  <Failure, A>(
    task: TE.TaskEither<Failure, A>,
    hear: (answer: E.Either<Failure, A>) => void,
  ): TE.TaskEither<Failure, A> =>
  async () => {
    const answer = await task()
    hear(answer)
    return answer
  }

/** @param code of the failure that says that the store cannot do it now */
const availability = (store: string, code: string, tell: Tell): ((answer: E.Either<Failed, unknown>) => void) => {
  let since: number | undefined
  return (answer) => {
    if (E.isLeft(answer) && answer.left._tag === code && since === undefined) {
      since = performance.now()
      tell('store-unavailable', `The ${store} store cannot be asked: ${String(Reflect.get(answer.left, 'reason'))}`, {
        store,
      })
    } else if (E.isRight(answer) && since !== undefined) {
      const seconds = Math.round(performance.now() - since) / 1000
      since = undefined
      tell('store-back', `The ${store} store answers again, after ${seconds} s.`, { store, seconds })
    }
  }
}

export const heedingEvents = (store: EventStore, tell: Tell): Heed => {
  const [hear, look] = [availability('event', 'unavailable', tell), heedingDamage(store, tell)]
  const both = (answer: E.Either<Failed, unknown>): void => {
    hear(answer)
    look()
  }
  return heedWith(both, readFailureOf)
}

export const heedingFiles = (tell: Tell): Heed =>
  heedWith(availability('file', 'file-store-failed', tell), (thrown) =>
    thrown instanceof FileStoreFailure ? thrown.error : { _tag: 'fault' },
  )

/** Holds what is known of the end of the history against what was told of it last. */
const heedingDamage = (store: EventStore, tell: Tell): (() => void) => {
  let told: string | undefined
  const look = (): void => {
    const damage = store.damage?.()
    const words = damage === undefined ? undefined : describeHistoryDamage(damage)
    if (words === told) return
    told = words
    if (damage !== undefined && words !== undefined) tell('history-damaged', words, { code: damage._tag })
    else tell('history-whole', 'What was missing of the history is there again, or was given up by acceptLoss.')
  }
  look()
  return look
}
