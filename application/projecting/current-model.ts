/** Holds the model of a projector, which changes in two ways: it catches up with the store, or a rebuilt one takes its place. */
import * as E from 'fp-ts/lib/Either.js'
import { Subject } from 'rxjs'
import { type EventStore, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { foldedBeside } from './beside.js'
import { emptyModel, type Known, type Model, type Progress, type Projections, progressOf } from './model.js'
import { type Pulling, pull } from './pull.js'
import type { ReadError } from './read-error.js'
import { type SnapshotKeeper, WORTH_WHILE_RUNNING } from './snapshot-keeper.js'

export const currentModel = <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  keeper: SnapshotKeeper<States>,
  bounds: Pick<Pulling, 'turn' | 'signal'>,
) => {
  let model = emptyModel(projections)
  let restored: Promise<void> | undefined
  let edition = store.edition?.()
  const { checkpoints, isTold, tell } = telling()
  const serialised = oneAfterAnother()

  const restore = async (): Promise<void> => {
    model = (await keeper.restore()) ?? model
  }

  /** Before anything is pulled. */
  const begin = async (): Promise<void> => {
    // Events that were folded are lost: what is there is folded anew.
    if (store.edition?.() !== edition) {
      edition = store.edition?.()
      model = emptyModel(projections)
      restored = undefined
    }
    restored ??= restore()
    await restored
  }

  const catchUp = async (): Promise<E.Either<ReadError, Known<States>>> => {
    const head = await store.head()()
    if (E.isLeft(head)) return head
    if (store.edition?.() === edition && head.right === model.checkpoint) return E.right(model)
    return serialised(async () => {
      await begin()
      const pulled =
        model.checkpoint === head.right ? E.right(undefined) : await pull(store, projections, model, bounds)
      // What failed on the way may have ended in the midst of a command.
      if (E.isRight(pulled) && !isTold(model.checkpoint)) tell(model.checkpoint)
      if (keeper.isDue(model, WORTH_WHILE_RUNNING)) keeper.save(model)
      return E.isLeft(pulled) ? pulled : E.right(model)
    })
  }

  /** In turn with those who fold: what is asked of is never an event half done. */
  const askNow = <A>(question: (states: States) => A): Promise<E.Either<ReadError, A>> =>
    serialised(async () => (model.failure === null ? E.right(question(model.states)) : E.left(model.failure)))

  const askAt = async <A>(question: (states: States) => A, until: Position): Promise<E.Either<ReadError, A>> => {
    const present = await serialised(async (): Promise<E.Either<ReadError, A> | undefined> => {
      await begin()
      if (model.checkpoint > until || (model.failure?.position ?? 0) > until) return undefined
      return E.map(() => question(model.states))(await pull(store, projections, model, { ...bounds, until }))
    })
    if (present !== undefined) return present
    return E.map(question)(await foldedBeside(store, projections, keeper, { ...bounds, until }))
  }

  const rebuild = async (onProgress?: (progress: Progress) => void): Promise<E.Either<ReadError, Progress>> => {
    const head = await store.head()()
    if (E.isLeft(head)) return head
    const beside = emptyModel(projections)
    const onPage = (): void => onProgress?.(progressOf(beside, head.right, keeper.problem()))
    const pulled = await pull(store, projections, beside, { ...bounds, onPage })
    if (E.isLeft(pulled)) return pulled
    return serialised(async () => {
      // What came meanwhile, in turn with those who read: so nothing is lost in the change.
      const rest = await pull(store, projections, beside, bounds)
      if (E.isLeft(rest)) return rest
      // A snapshot that was not loaded yet is of no more use.
      restored = Promise.resolve()
      model = beside
      tell(model.checkpoint)
      return E.right(progressOf(model, model.checkpoint, keeper.problem()))
    })
  }

  return { checkpoints, serialised, catchUp, askNow, askAt, rebuild, known: (): Model<States> => model }
}

/** The checkpoints that those who watch are told of, and the last of them. */
const telling = () => {
  const checkpoints = new Subject<Position>()
  let told: Position = ORIGIN
  const tell = (checkpoint: Position): void => {
    told = checkpoint
    checkpoints.next(checkpoint)
  }
  return { checkpoints, isTold: (checkpoint: Position): boolean => checkpoint === told, tell }
}

/** Work that is done one after another, so that no event is applied twice. */
const oneAfterAnother = () => {
  let turn: Promise<unknown> = Promise.resolve()
  return <A>(work: () => Promise<A>): Promise<A> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
}
