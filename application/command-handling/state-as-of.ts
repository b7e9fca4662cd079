/** The streams as they were at a position: each is folded anew for every look, up to there. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { artifact, distributedDraft, registeredModel, run } from '../../domain/commands/deciders.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { EventStore, Position } from '../../domain/ports/event-store.js'
import { type Decider, type ReadonlyState, readonlyState } from '../../domain/values/decider.js'
import { artifactStream, draftStream, modelStream, runStream } from '../../domain/values/stream-names.js'
import type { ManifestStore } from '../manifest-store.js'
import { decodeOf } from './cached-state.js'
import { asReadError, type CommandError } from './command-error.js'
import type { FactReader } from './facts.js'

export const factsAsOf = (store: EventStore, manifests: ManifestStore, position: Position): FactReader => {
  const stateOf =
    <State, Event extends DomainEvent>(rules: Rules<State, Event>, stream: string) =>
    <A>(readState: (state: ReadonlyState<State>) => A): TE.TaskEither<CommandError, A> =>
      pipe(() => foldUntil(store, rules, stream, position), TE.map(readState))
  return {
    artifact: (ref, readState) => stateOf(artifact, artifactStream(ref))(readState),
    model: (ref, readState) => stateOf(registeredModel, modelStream(ref))(readState),
    run: (ref, readState) => stateOf(run, runStream(ref))(readState),
    draft: (ref, readState) => stateOf(distributedDraft, draftStream(ref))(readState),
    manifests,
  }
}

interface Rules<State, Event extends DomainEvent>
  extends Pick<Decider<State, never, Event, never>, 'initial' | 'evolve'> {
  readonly isEvent: (event: DomainEvent) => event is DomainEvent & Event
}

const foldUntil = async <State, Event extends DomainEvent>(
  store: EventStore,
  { initial, evolve, isEvent }: Rules<State, Event>,
  stream: string,
  position: Position,
): Promise<E.Either<CommandError, ReadonlyState<State>>> => {
  let state = initial()
  try {
    for await (const page of store.readStream(stream, 'none')) {
      for (const stored of page) {
        if (stored.position > position) return E.right(readonlyState(state))
        const decoded = decodeOf(isEvent, stored)
        if (E.isLeft(decoded)) return decoded
        const { event, metadata } = decoded.right
        if (event.type !== 'CommandAccepted')
          state = evolve(state, event, { by: metadata.actor, at: metadata.recordedAt })
      }
    }
    return E.right(readonlyState(state))
  } catch (error) {
    return E.left(asReadError(stream, error))
  }
}
