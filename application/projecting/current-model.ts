/** Holds the model of a projector, which changes in two ways: it catches up with the store, or a rebuilt one takes its place. */
import * as E from 'fp-ts/lib/Either.js'
import { Subject } from 'rxjs'
import { type EventStore, ORIGIN, type Position, type StoredEvent } from '../../domain/ports/event-store.js'
import { foldedBeside } from './beside.js'
import { emptyModel, type Known, type Model, type Progress, type Projections, progressOf } from './model.js'
import type { Folding, Observe } from './observe.js'
import { type Pulling, pull } from './pull.js'
import type { ReadError } from './read-error.js'
import { type SnapshotKeeper, WORTH_WHILE_RUNNING } from './snapshot-keeper.js'
import type { Restored } from './snapshots.js'

type Bounds = Pick<Pulling, 'turn' | 'signal'>

/** The model that there is, and how it goes on. To be called in turn. */
const heldModel = <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  keeper: SnapshotKeeper<States>,
  bounds: Bounds,
) => {
  let model = emptyModel(projections)
  let restored: Promise<void> | undefined
  /** What was begun to be read behind the snapshot. */
  let unread: Restored<States>['unread'] | undefined
  let edition = store.edition?.()

  const restore = async (): Promise<void> => {
    const kept = await keeper.restore()
    model = kept?.model ?? model
    unread = kept?.unread
  }
  const leaveUnread = async (): Promise<void> => {
    const begun = unread
    unread = undefined
    await begun?.close()
  }

  return {
    model: (): Model<States> => model,
    isOfEdition: (): boolean => store.edition?.() === edition,
    /** Before anything is pulled. */
    begin: async (): Promise<void> => {
      // Events that were folded are lost: what is there is folded anew.
      if (store.edition?.() !== edition) {
        edition = store.edition?.()
        model = emptyModel(projections)
        restored = undefined
      }
      restored ??= restore()
      await restored
    },
    /** Applies what there is, from what was begun to be read on where something was. */
    pull: async (until?: number): Promise<E.Either<ReadError, void>> => {
      try {
        return await pull(store, projections, model, { ...bounds, until, pages: unread?.goOn() })
      } finally {
        await leaveUnread()
      }
    },
    /** Applies a page that follows on the checkpoint. */
    apply: (page: ReadonlyArray<StoredEvent>) =>
      pull(store, projections, model, {
        ...bounds,
        pages: (async function* () {
          yield page
        })(),
      }),
    leaveUnread,
    replace: (next: Model<States>): void => {
      // A snapshot that was not loaded yet is of no more use.
      restored = Promise.resolve()
      model = next
    },
  }
}

type HeldModel<States extends object> = ReturnType<typeof heldModel<States>>

export const currentModel = <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  keeper: SnapshotKeeper<States>,
  { observe, ...bounds }: Bounds & { readonly observe: Observe },
) => {
  const held = heldModel(store, projections, keeper, bounds)
  let hasCaughtUp = false
  const { checkpoints, isTold, tell } = telling()
  const serialised = oneAfterAnother()

  const applied = (pulled: E.Either<ReadError, void>): E.Either<ReadError, Known<States>> => {
    const model = held.model()
    // What failed on the way may have ended in the midst of a command.
    if (E.isRight(pulled) && !isTold(model.checkpoint)) tell(model.checkpoint)
    if (keeper.isDue(model, WORTH_WHILE_RUNNING)) keeper.save(model)
    return E.isLeft(pulled) ? pulled : E.right(model)
  }

  const catchUp = async (): Promise<E.Either<ReadError, Known<States>>> => {
    // The first time everything up to the end is read, wherever that is.
    const head = hasCaughtUp ? await store.head()() : E.right(undefined)
    if (E.isLeft(head)) return head
    if (held.isOfEdition() && head.right === held.model().checkpoint) return E.right(held.model())
    return serialised(async () => {
      await held.begin()
      const behind = foldingOf('catch-up', held.model(), head.right)
      const pulled = behind.from === head.right ? E.right(undefined) : await observe(behind, () => held.pull())
      if (E.isRight(pulled)) hasCaughtUp = true
      return applied(pulled)
    })
  }

  /** Applies what the store gives by itself; ends where that does not follow on what is known, or something is wrong, which the next look tells. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    let after = held.model().checkpoint
    for await (const page of store.subscribe(after, signal)) {
      const last = page.at(-1)?.position ?? after
      const follows = await serialised(async () => {
        if (!held.isOfEdition() || held.model().checkpoint < after) return false
        const behind = foldingOf('catch-up', held.model(), last)
        return behind.from >= last || E.isRight(applied(await observe(behind, () => held.apply(page))))
      })
      if (!follows) return
      after = last
    }
  }

  const rebuild = async (onProgress?: (progress: Progress) => void): Promise<E.Either<ReadError, Progress>> => {
    const head = await store.head()()
    if (E.isLeft(head)) return head
    const progressIn = (model: Model<States>, end: Position): Progress => progressOf(model, end, keeper.problem())
    const beside = emptyModel(projections)
    const onPage = (): void => onProgress?.(progressIn(beside, head.right))
    return observe(foldingOf('rebuild', beside, head.right), async () => {
      const pulled = await pull(store, projections, beside, { ...bounds, onPage })
      if (E.isLeft(pulled)) return pulled
      return serialised(async () => {
        // What came meanwhile, in turn with those who read: so nothing is lost in the change.
        const rest = await pull(store, projections, beside, bounds)
        if (E.isLeft(rest)) return rest
        held.replace(beside)
        tell(beside.checkpoint)
        return E.right(progressIn(beside, beside.checkpoint))
      })
    })
  }

  const asks = asksOf(held, serialised, (until) => foldedBeside(store, projections, keeper, { ...bounds, until }))
  return { checkpoints, serialised, catchUp, follow, ...asks, rebuild, known: held.model }
}

/** @param beside the states up to a position that the model is past */
const asksOf = <States extends object>(
  held: HeldModel<States>,
  serialised: ReturnType<typeof oneAfterAnother>,
  beside: (until: Position) => Promise<E.Either<ReadError, States>>,
) => {
  /** In turn with those who fold: what is asked of is never an event half done. */
  const askNow = <A>(question: (states: States) => A): Promise<E.Either<ReadError, A>> =>
    serialised(async () => {
      const { failure, states } = held.model()
      return failure === null ? E.right(question(states)) : E.left(failure)
    })

  const askAt = async <A>(question: (states: States) => A, until: Position): Promise<E.Either<ReadError, A>> => {
    const present = await serialised(async (): Promise<E.Either<ReadError, A> | undefined> => {
      await held.begin()
      const model = held.model()
      if (model.checkpoint <= until && (model.failure?.position ?? 0) <= until)
        return E.map(() => question(model.states))(await held.pull(until))
      await held.leaveUnread()
      return undefined
    })
    if (present !== undefined) return present
    return E.map(question)(await beside(until))
  }

  return { askNow, askAt }
}

const foldingOf = (cause: Folding['cause'], into: Model<unknown>, to: Position | undefined): Folding => {
  const { applied, checkpoint: from } = into
  return { cause, from, to, events: () => into.applied - applied }
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
