/** What goes on in a ledger that is open: its projector, what is watched and waited for, and its questions as of any moment. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  catchError,
  defer,
  distinctUntilChanged,
  exhaustMap,
  finalize,
  map,
  type Observable,
  Subject,
  takeUntil,
  throttle,
  throwError,
} from 'rxjs'
import type { CommandError } from '../application/command-handling/command-error.js'
import type { ModelsLinkedTo } from '../application/command-handling/facts.js'
import { pendingCommits } from '../application/process-managers/pending-commits.js'
import { momentOf } from '../application/projecting/as-of.js'
import type { Known } from '../application/projecting/model.js'
import type { Behind } from '../application/projecting/outlast.js'
import { type Projector, projector } from '../application/projecting/projector.js'
import { describeReadError, type ReadError } from '../application/projecting/read-error.js'
import { movesInRegistry } from '../application/reading-history/alias-tenures.js'
import { type Clock, timeOf } from '../domain/ports/clock-and-ids.js'
import { type EventStore, ORIGIN, type Position } from '../domain/ports/event-store.js'
import type { SnapshotStore } from '../domain/ports/snapshot-store.js'
import { rule } from '../domain/values/codec.js'
import type { NameDefaults } from '../domain/values/name-paths.js'
import type { DraftRef } from '../domain/values/references.js'
import type { OwnProjection } from '../projections/own-projection.js'
import { type ReadModels, readModels } from '../projections/read-models.js'
import { registryQuestions } from '../projections/registry/questions/lookup.js'
import { modelsLinkedTo } from '../projections/registry/questions/models-linked-to.js'
import type { Registry } from '../projections/registry/state.js'
import type { AsOf, When } from './calling/as-of.js'
import { checkedNow } from './calling/checked.js'
import { pictureOf, samePicture } from './calling/comparable.js'
import { LedgerError } from './calling/errors.js'
import { answered, type MomentFailure } from './calling/failures.js'
import { guarded } from './calling/own.js'
import { untilAborted } from './calling/stopping.js'
import { type CatchingUp, catchingUp } from './catching-up.js'
import type { Diagnostics } from './diagnostics/diagnostics.js'
import { type Feed, type FeedPorts, feedOf } from './feed.js'
import type { DiffPorts } from './finding/diff.js'
import { type LedgerAsOf, ledgerAsOf } from './ledger-as-of.js'
import { type DiffMoments, diffMomentsOf } from './looking-back/diff-moments.js'
import { type OwnProjections, type OwnQuestions, ownProjections } from './own-projections.js'
import { type Replays, replaysOf } from './replays.js'

export interface ReadPorts extends DiffPorts {
  readonly store: EventStore
  readonly clock: Clock
  readonly defaults: NameDefaults
  readonly snapshots: SnapshotStore | undefined
  readonly projections: ReadonlyArray<OwnProjection<unknown>>
  readonly patience: number | undefined
  readonly diagnostics: Diagnostics
  /** Logs the version of a sealed draft that has none; not there in a ledger that only answers. */
  readonly finish: ((draft: DraftRef) => Promise<void>) | undefined
}

/** What goes on, beside the questions. */
export interface Watching extends Replays, Feed, CatchingUp, DiffMoments {
  /**
   * The same questions as of a moment: a position, a `Date`, or an ISO 8601 text; now unless told. A date alone is the end of that day, in
   * UTC or as `2026-05-03[Europe/Madrid]`. The events of one command are one step: a position inside it means its end, which `moment()` names.
   */
  readonly at: (when?: When) => LedgerAsOf
  /**
   * The answer to a question, now and after each change of it. Changes that come meanwhile are answered together.
   * While a store cannot be asked it waits and says so by `behind`; any other refusal of the question ends it.
   */
  readonly watch: <A>(question: (now: LedgerAsOf) => Promise<A>) => Observable<A>
  /** The position of the newest event, now and after each change. While the store cannot be asked it waits, as `watch` does. */
  readonly watchPosition: Observable<Position>
  /**
   * Why `watch` and `watchPosition` are behind the store: since when it cannot be asked, and why. `null` while they are not.
   * Now, and after each change. They go on by themselves as soon as it can be asked again.
   */
  readonly behind: Observable<Behind | null>
}

export interface Reads {
  readonly watching: Watching
  readonly feed: FeedPorts
  /** The questions as of now; the ledger guards them among its own methods. */
  readonly now: LedgerAsOf
  /** Tells of a position that was written, so that the next answer holds it. */
  readonly noteOwnWrite: (position: Position) => void
  /** The registry as it is now. */
  readonly registry: () => Promise<Registry>
  readonly modelsLinkedTo: ModelsLinkedTo
  readonly otherThanKept: OwnProjections['otherThanKept']
  readonly close: (signal?: AbortSignal) => Promise<void>
}

/** What a question fails with for as long as a store cannot be asked; the reason. */
const passing = (error: unknown): string | undefined =>
  error instanceof LedgerError && ['unavailable', 'not-reached', 'file-store-failed'].includes(error.code)
    ? error.message
    : undefined

type Question<A> = (now: LedgerAsOf) => Promise<A>
const Question = <A>() => rule('a question: a function', (value): value is Question<A> => typeof value === 'function')

const standingAt = (
  { position, asked }: Pick<AsOf, 'position' | 'asked'>,
  { states, positionTimes }: Known<ReadModels>,
  store: EventStore,
  defaults: NameDefaults,
): AsOf => {
  const { registry, lineage: graph, audit: index } = states
  const then = { registry, positionTimes, position, defaults, asked }
  return {
    aliasMoves: async (collection) => movesInRegistry({ store, index, ...then }, collection),
    ...{ store, graph, index, ...then },
    registryQuestions: registryQuestions(then),
  }
}

type ProjectorsPorts = Pick<ReadPorts, 'store' | 'clock' | 'snapshots' | 'patience' | 'projections' | 'diagnostics'>

/** That of the ledger's own read models, and those of the embedder's. */
const projectorsOf = ({ store, clock, snapshots, patience, projections, diagnostics }: ProjectorsPorts) => {
  const ports = { store, clock, snapshots, tell: diagnostics.tell }
  const observe = diagnostics.observe(Object.values(readModels).map(({ name }) => name))
  return {
    own: ownProjections(projections, { ...ports, observe: diagnostics.observe }),
    model: projector<ReadModels>({ ...ports, projections: readModels, patience, observe }),
  }
}

export const reads = ({ defaults, projections, finish, ...ports }: ReadPorts): Reads => {
  const { store, clock, snapshots, patience, diagnostics, ...content } = ports
  const { own, model } = projectorsOf({ store, clock, snapshots, patience, diagnostics, projections })

  const pending = pendingCommits({ clock, finish, fresh: model.fresh })
  const known: TE.TaskEither<ReadError, Known<ReadModels>> = pipe(
    pending.beforeFirstAnswer,
    TE.flatMap(() => model.fresh()),
  )

  /** Who has no clock cannot say what lies ahead; questions are answered all the same. */
  const latest = (): number => E.match(() => Infinity, Date.parse)(timeOf(clock))

  /** Where a moment stands, with everything that can be asked there. */
  const asOf = (when?: When, mayLieAhead = false): TE.TaskEither<MomentFailure, AsOf> =>
    pipe(
      known,
      TE.flatMapEither((now) =>
        pipe(
          momentOf(now, when, mayLieAhead ? undefined : latest),
          E.map((moment) => standingAt(moment, now, store, defaults)),
        ),
      ),
    )
  const ofOwn = (when?: When): OwnQuestions =>
    own.questions(
      when === undefined
        ? TE.Functor.map(pending.beforeFirstAnswer, () => undefined)
        : TE.Functor.map(asOf(when), ({ position }) => position),
    )
  const noteOwnWrite = (position: Position): void => {
    model.noteOwnWrite(position)
    own.noteOwnWrite(position)
  }
  const questionsAsOf = ledgerAsOf({ asOf, ofOwn, ...content })
  const at = (when?: When): LedgerAsOf => guarded(questionsAsOf(when), undefined, diagnostics.call)

  /** Ends what is watched, and what sleeps in a replay. */
  const closed = new Subject<void>()
  const ended = new AbortController()

  const feed: FeedPorts = {
    store,
    closed,
    asOf: async (position = ORIGIN) => {
      const then = pipe(
        model.waitFor(position),
        TE.flatMap(() => asOf()),
      )
      return answered(await then())
    },
  }
  const watching: Watching = {
    at,
    ...watchesOf(model, closed, at),
    ...replaysOf({ clock, ended: ended.signal, asOf: (bound) => asOf(bound, true), view: at }),
    ...untilAborted({
      ...diffMomentsOf(asOf),
      ...catchingUp(model, own),
    }),
    ...feedOf(feed),
  }

  return {
    watching,
    feed,
    now: questionsAsOf(),
    noteOwnWrite,
    registry: async () => answered(await known()).states.registry,
    modelsLinkedTo: linkedModelsIn(model),
    otherThanKept: own.otherThanKept,
    close: async (signal) => {
      pending.stop()
      ended.abort()
      closed.next()
      await Promise.all([model.close(signal), own.close(signal)])
    },
  }
}

/** It waits for no version of a sealed draft: the command that asks may be one before it in the artifact's stream. */
const linkedModelsIn =
  (model: Projector<ReadModels>): ModelsLinkedTo =>
  (artifact, version) =>
    pipe(
      model.fresh(),
      TE.bimap(asCommandError, ({ states }) => modelsLinkedTo(states.registry, artifact, version)),
    )

/** Why a command cannot be decided without the answer. */
const asCommandError = (error: ReadError): CommandError => {
  switch (error._tag) {
    case 'projection-failed':
    case 'not-reached':
      return { _tag: 'unavailable', reason: describeReadError(error) }
    case 'unavailable':
    case 'closed':
    case 'damaged-store':
    case 'damaged-event':
      return error
  }
}

/** What is watched, until the ledger is closed. */
const watchesOf = (
  model: Projector<ReadModels>,
  closed: Observable<void>,
  at: () => LedgerAsOf,
): Pick<Watching, 'watch' | 'watchPosition' | 'behind'> => {
  const lasting = <A>(feed: Observable<A>): Observable<A> =>
    feed.pipe(
      catchError((error: ReadError) => throwError(() => new LedgerError(error, describeReadError(error)))),
      takeUntil(closed),
    )
  const [watchPosition, behind] = [lasting(model.watchPosition), lasting(model.behind)]

  /** An answer, and its picture, for the answer is the caller's: it may be another when the next one comes. */
  const pictured = <A>(question: Question<A>) =>
    TE.tryCatch(
      async () => {
        const given = await checkedNow(Question<A>(), question)(at())
        return { given, picture: pictureOf(given) }
      },
      (error) => error,
    )

  const watch = <A>(question: Question<A>): Observable<A> =>
    defer(() => {
      const answered = new Subject<void>()
      return watchPosition.pipe(
        throttle(() => answered, { leading: true, trailing: true }),
        exhaustMap(() => model.outlast(pictured(question), passing).pipe(finalize(() => answered.next()))),
        distinctUntilChanged((one, other) => samePicture(one.picture, other.picture)),
        map(({ given }) => given),
        takeUntil(closed),
      )
    })

  return { watch, watchPosition, behind }
}
