/** Whether stores answer, and whether the history is whole: told when it changes, where somebody is told at all. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import type { Tell } from '../../domain/ports/logger.js'

/** The same task, of whose answers somebody hears. */
export type Heed = <Failure extends { readonly _tag: string }, A>(
  task: TE.TaskEither<Failure, A>,
) => TE.TaskEither<Failure, A>

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
export const heedingStore = (store: string, code: string, tell: Tell): Heed => {
  let since: number | undefined
  return (task) =>
    heard(task, (answer) => {
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
    })
}

/** Holds what is known of the end of the history against what was told of it last. */
export const heedingDamage = (store: EventStore, tell: Tell): (() => void) => {
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
