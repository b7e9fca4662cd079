/** The streams as they were at a position: each is folded anew for every look, up to there. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { artifact, distributedDraft, registeredModel, run } from '../../domain/commands/deciders.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { EventStore, Position } from '../../domain/ports/event-store.js'
import type { ReadonlyState } from '../../domain/values/decider.js'
import { artifactStream, draftStream, modelStream, runStream } from '../../domain/values/stream-names.js'
import type { ManifestStore } from '../manifest-store.js'
import { type Folding, readThen } from './cached-state.js'
import type { CommandError } from './command-error.js'
import type { FactReader } from './facts.js'
import { saidIn } from './said.js'

export const factsAsOf = (store: EventStore, manifests: ManifestStore, position: Position): FactReader => {
  const readState = <State, Event extends DomainEvent, A>(
    rules: Folding<State, Event>,
    stream: string,
    at: (state: ReadonlyState<State>) => A,
  ): TE.TaskEither<CommandError, A> => readThen(stream, rules, store, (event) => event.position > position, at)

  return {
    artifact: (ref, at) => readState(artifact, artifactStream(ref), at),
    model: (ref, at) => readState(registeredModel, modelStream(ref), at),
    run: (ref, at) => readState(run, runStream(ref), at),
    draft: (ref, at) => readState(distributedDraft, draftStream(ref), at),
    said: saidIn(store),
    manifests,
  }
}
