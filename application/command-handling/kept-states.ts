/** Snapshots of the states of streams, held against what the events of these streams give. */
import * as E from 'fp-ts/lib/Either.js'
import { artifact, registeredModel } from '../../domain/commands/deciders.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import type { StateSnapshot } from '../../domain/values/decider.js'
import { parseStream } from '../../domain/values/stream-names.js'
import type { Folding } from './cached-state.js'
import { decoderOf } from './decode-to-fold.js'
import { foldNext, unfolded } from './folded-stream.js'
import { snapshotOf, snapshotsOfStates } from './state-snapshots.js'

interface Held {
  readonly store: EventStore
  readonly snapshots: SnapshotStore
  /** Whether two values are equal in all that they hold. */
  readonly isSame: (one: unknown, other: unknown) => boolean
}

/** What is wrong with the snapshot that is kept of a stream, in words; nothing where it is right, or where there is none. */
export const whyOtherThanStream = async (stream: string, held: Held): Promise<string | undefined> => {
  switch (parseStream(stream)?.category) {
    case 'artifact':
      return heldAgainst(stream, held, artifact)
    case 'model':
      return heldAgainst(stream, held, registeredModel)
    default:
      return undefined
  }
}

const heldAgainst = async <State, Event extends DomainEvent>(
  stream: string,
  { store, snapshots, isSame }: Held,
  rules: Folding<State, Event> & { readonly snapshot?: StateSnapshot<State> },
): Promise<string | undefined> => {
  if (rules.snapshot === undefined) return undefined
  let why: string | undefined
  const all = snapshotsOfStates(snapshots, store, (_event, message) => {
    why = message
  })
  const kept = (await snapshotOf(stream, all.of(rules.snapshot)).restored())?.folded
  if (kept === undefined) return why
  const anew = unfolded(rules.initial)
  const decode = decoderOf(rules.isEvent)
  for await (const page of store.readStream(stream, 'none')) {
    for (const stored of page) {
      if (stored.revision > kept.revision) break
      const decoded = decode(stored)
      // What is wrong with it is told of the event.
      if (E.isLeft(decoded)) return undefined
      foldNext(anew, rules, decoded.right.event, stored, decoded.right.recorded)
    }
    if ((page.at(-1)?.revision ?? 0) > kept.revision) break
  }
  const { save } = rules.snapshot
  return isSame([kept.commands, ...save(kept.state)], [anew.commands, ...save(anew.state)])
    ? undefined
    : `The snapshot of the stream ${stream} holds something else than its events give.`
}
