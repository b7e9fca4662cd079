/**
 * What the stream of one artifact or registered model answers: its history, and where its aliases point. Of the
 * rest of the ledger nothing is read but, for a history, when each event was recorded: the time of a position is the latest
 * `recordedAt` of all events up to it, which no stream knows by itself. Asked as of a position, never of a time.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { FactReader } from '../../application/command-handling/facts.js'
import { factsAsOf } from '../../application/command-handling/state-as-of.js'
import type { ManifestStore } from '../../application/manifest-store.js'
import { emptyModel } from '../../application/projecting/model.js'
import { applyEvents } from '../../application/projecting/pull.js'
import { describeReadError } from '../../application/projecting/read-error.js'
import type { AliasMoves } from '../../application/reading-history/alias-tenures.js'
import { readEndOfStep } from '../../application/reading-history/end-of-step.js'
import { timesIn } from '../../application/reading-history/read-times.js'
import { type ReplayStep, replay } from '../../application/reading-history/replay.js'
import { damagedEvent } from '../../domain/events/damaged-event.js'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import {
  type EventStore,
  EventStoreError,
  ORIGIN,
  type Position,
  type StoredEvent,
  toPosition,
} from '../../domain/ports/event-store.js'
import { record, shown, text } from '../../domain/values/codec.js'
import { type NameDefaults, parseVersion } from '../../domain/values/name-paths.js'
import { type CollectionRef, collectionPath } from '../../domain/values/references.js'
import { collectionStream } from '../../domain/values/stream-names.js'
import { auditProjection } from '../../projections/audit/audit-index.js'
import { lineageProjection } from '../../projections/lineage/apply.js'
import { registryProjection } from '../../projections/registry/apply.js'
import { endOfSource } from '../../projections/registry/changes.js'
import { registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { Registry } from '../../projections/registry/state.js'
import type { Stoppable } from '../calling/arguments.js'
import type { AsOf, When } from '../calling/as-of.js'
import { checkedIfGivenNow } from '../calling/checked.js'
import { eachFromStore } from '../calling/errors.js'
import { answered, checkedTask, fromStore, type MomentFailure } from '../calling/failures.js'
import { Stopping } from '../calling/input.js'
import { guarded } from '../calling/own.js'
import { nameResolver } from '../calling/resolve-names.js'
import { untilAborted } from '../calling/stopping.js'
import { typedThenNfc } from '../calling/typed-then-nfc.js'
import { type HistoryQuestions, historyQuestions, replayQuery } from './history.js'
import type { ReplayInput } from './input.js'
import { type LocateMethods, locateMethods } from './locate.js'

/** The questions that can be put to one stream: `of` names an artifact or a registered model, and is never left out. */
export interface OneStream extends Pick<HistoryQuestions, 'history' | 'exportHistory' | 'aliasHistory'>, LocateMethods {
  /** Goes through the history step by step: each event, what it changed, and the stream as of it. */
  readonly replay: (input: ReplayInput) => AsyncIterable<ReplayStep<OneStream>>
}

export interface OneStreamPorts {
  readonly store: EventStore
  readonly clock: Clock
  readonly manifests: ManifestStore
  readonly defaults: NameDefaults
  /** Those of the ledger's command handler, which may hold the stream already. */
  readonly facts: FactReader
}

const Of = record('a question to one stream', {
  of: text('the name of an artifact or a registered model', (name) => name.length > 0 && !name.includes(':')),
})
const registryAlone = { registry: registryProjection }

/** Which ledger reads its streams how: for the ways in, which are given a ledger and no stores. */
const readers = new WeakMap<object, (when?: number) => OneStream>()

/** What one stream of a ledger answers, now or as of a position. */
export const oneStreamOf = (ledger: object, when?: number): OneStream => {
  const reader = readers.get(ledger)
  if (reader === undefined) throw new TypeError('not a ledger that openLedger opened')
  return reader(when)
}

/** Makes the streams of a ledger readable one by one. */
export const readByStream = (ledger: object, ports: OneStreamPorts): void => void readers.set(ledger, oneStream(ports))

/** Where a moment stands in one stream. */
const standing = (store: EventStore, defaults: NameDefaults) => {
  const positionOf = (when: unknown): TE.TaskEither<MomentFailure, Position> =>
    pipe(
      store.head(),
      TE.flatMap((head): TE.TaskEither<MomentFailure, Position> => {
        if (when === undefined) return TE.right(head)
        if (typeof when === 'number' && Number.isSafeInteger(when) && when >= ORIGIN && when <= head)
          return fromStore(() => readEndOfStep(store, toPosition(when)))
        return TE.left({
          _tag: 'bad-moment',
          expected: `a position from ${ORIGIN} to ${head}`,
          actual: shown(when),
        })
      }),
    )

  /** Where nothing is known of the whole ledger but that what is named is there. */
  const asOf = (
    given: unknown,
    when: unknown,
    timesUpTo: ReturnType<typeof timesIn>,
  ): TE.TaskEither<MomentFailure, AsOf> =>
    pipe(
      TE.Do,
      TE.bind('name', () => checkedTask(Of, { of: given })),
      TE.bindW('position', () => positionOf(when)),
      TE.bindW('first', ({ name: { of }, position }) => {
        const readings = parseVersion(of, defaults)
        const streams = E.isLeft(readings) ? [] : readings.right.map(({ collection }) => collectionStream(collection))
        return fromStore(() => beginnings(store, streams, position))
      }),
      TE.bindW('registry', ({ first }) => {
        const model = emptyModel(registryAlone)
        const problem = applyEvents(registryAlone, model, first)
        return problem === undefined ? TE.right(model.states.registry) : TE.left(problem)
      }),
      // The next one, too, where then is meant: by it a refusal knows that it is of the past.
      TE.bindW('positionTimes', ({ position }) =>
        fromStore(() => timesUpTo(when === undefined ? position : toPosition(position + 1))),
      ),
      TE.map(({ registry, positionTimes, position }) => {
        const then = { registry, positionTimes, position, defaults }
        return {
          aliasMoves: (collection: CollectionRef) => movesInStream(store, collection, then),
          store,
          graph: lineageProjection.initial(),
          index: auditProjection.initial(),
          ...then,
          registryQuestions: registryQuestions(then),
        }
      }),
    )
  return { positionOf, asOf }
}

const oneStream = ({
  store,
  clock,
  manifests,
  defaults,
  facts: now,
}: OneStreamPorts): ((when?: number) => OneStream) => {
  const { positionOf, asOf } = standing(store, defaults)
  const momentsOf = (of: unknown, when: unknown): ((moment?: When) => TE.TaskEither<MomentFailure, AsOf>) => {
    const timesUpTo = timesIn(store)
    return (moment) => asOf(of, moment ?? when, timesUpTo)
  }
  const questions = (of: unknown, when: unknown): HistoryQuestions => historyQuestions(momentsOf(of, when))

  const at = (when?: number): OneStream => {
    const locating = async (options: Stoppable | undefined): Promise<LocateMethods> => {
      checkedIfGivenNow(Stopping, options)
      const facts = when === undefined ? now : factsAsOf(store, manifests, answered(await positionOf(when)()))
      return locateMethods(nameResolver({ facts, recordedUnder: () => TE.right('none') }, defaults))
    }
    return guarded(
      untilAborted(
        typedThenNfc({
          aliasHistory: (given) => questions(ofGiven(given), when).aliasHistory(given),
          history: (given) => questions(ofGiven(given), when).history(given),
          exportHistory: (given) => questions(ofGiven(given), when).exportHistory(given),
          replay: async function* (given) {
            const { at: from, query, signal } = await replayQuery(given, momentsOf(ofGiven(given), when))
            const sleep = (milliseconds: number, signal: AbortSignal) => clock.sleep(milliseconds, signal)
            yield* eachFromStore(replay({ ...from, view: at, sleep }, query, signal))
          },
          locate: async (version, options) => (await locating(options)).locate(version),
          aliases: async (collection, options) => (await locating(options)).aliases(collection),
        }),
      ),
    )
  }
  return at
}

/** Whose stream is asked, of an argument that is not checked yet. */
const ofGiven = (given: unknown): unknown =>
  typeof given === 'object' && given !== null ? Reflect.get(given, 'of') : undefined

/** Of each stream the event that made it, where it was there at a position: enough to know which names there were. */
const beginnings = async (
  store: EventStore,
  streams: ReadonlyArray<string>,
  position: Position,
): Promise<ReadonlyArray<StoredEvent>> => {
  const found: StoredEvent[] = []
  for (const stream of streams) {
    for await (const page of store.readStream(stream, 'none')) {
      const first = page.find(({ type }) => type !== 'CommandAccepted')
      if (first === undefined) continue
      if (first.position <= position) found.push(first)
      break
    }
  }
  return found.sort((one, other) => one.position - other.position)
}

/** The registry as far as one stream makes it up to a position. */
const registryOf = async (store: EventStore, collection: CollectionRef, position: Position): Promise<Registry> => {
  const model = emptyModel(registryAlone)
  for await (const page of store.readStream(collectionStream(collection), 'none')) {
    const then = page.filter((stored) => stored.position <= position)
    const problem = applyEvents(registryAlone, model, then)
    if (problem?._tag === 'damaged-event') throw damagedEvent(problem)
    if (problem !== undefined) throw new EventStoreError('damaged', describeReadError(problem))
    if (then.length < page.length) break
  }
  return model.states.registry
}

/**
 * What the stream of a collection alone tells of its aliases up to a position, and of a registered model those of the artifacts
 * to which they lead: whether what is linked is there. Rejects with an `EventStoreError`.
 */
export const movesInStream = async (
  store: EventStore,
  collection: CollectionRef,
  { position, positionTimes }: Pick<AsOf, 'position' | 'positionTimes'>,
): Promise<AliasMoves> => {
  const registry = await registryOf(store, collection, position)
  const pages = () => store.readStream(collectionStream(collection), 'none')
  const sources = new Map<string, Promise<Registry>>()
  return {
    positionTimes,
    collection: registry.collections.get(collectionPath(collection)),
    endOfSource: async (link) => {
      const { artifact } = link.source
      const source = sources.get(collectionPath(artifact)) ?? registryOf(store, artifact, position)
      sources.set(collectionPath(artifact), source)
      return endOfSource(await source, link)
    },
    eventsAt: async (positions) => {
      const wanted = new Set(positions)
      const found: StoredEvent[] = []
      for await (const page of pages()) {
        found.push(...page.filter((stored) => wanted.has(stored.position)))
        if (found.length === wanted.size) break
      }
      return found
    },
  }
}
