/**
 * Snapshots of the states of long streams: the first command of a process begins with one, and reads what came behind it.
 * They save time and are never needed: what cannot be read, or is not of this stream, is as good as none, and is told by a
 * warning; one that other code kept is none without a word.
 */
import * as E from 'fp-ts/lib/Either.js'
import { type EventStore, type Position, revisionBefore, toRevision } from '../../domain/ports/event-store.js'
import type { Tell } from '../../domain/ports/logger.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import type { StateSnapshot } from '../../domain/values/decider.js'
import { sha256 } from '../../domain/values/digest.js'
import { isKeyTable } from '../../domain/values/key-table.js'
import { decodeSnapshotHeader, lastEventOf, snapshotHeader } from '../snapshot-header.js'
import { type Begun, countIn, type FoldedStream, isBegun } from './folded-stream.js'

/** A stream up to its event at a position. */
interface Restored<State> {
  readonly folded: Begun<State>
  readonly position: Position
}

export interface StateSnapshots<State> {
  /** What was kept last of a stream, if it is of its events; it is the caller's own. Throws where the events cannot be read. */
  readonly load: (stream: string) => Promise<Restored<State> | undefined>
  /** Keeps a stream as it is when this is called, whatever is folded while it is written. */
  readonly save: (stream: string, restored: Restored<State>) => void
}

export interface SnapshotsOfStates {
  /** Those of one kind of stream. */
  readonly of: <State>(how: StateSnapshot<State>) => StateSnapshots<State>
  /** Waits for what is being written, until `signal` aborts: then it is broken off. */
  readonly close: (signal?: AbortSignal) => Promise<void>
}

/** How many events there must be beyond those that were kept, and which share of all: a snapshot is written as a whole. */
export const WORTH_WHILE_RUNNING = { events: 10_000, share: 1 / 4 }
export const WORTH_AT_CLOSE = { events: 1000, share: 1 / 50 }

const FORMAT = 2

/** Behind the header. */
interface Place {
  readonly stream: string
  readonly revision: number
  readonly commands: number
}

/** The name of a stream may be longer than that of a file. */
const keyOf = (stream: string): string => `stream-${sha256(stream).slice('sha256:'.length)}`

/** @param tell told of each that is not believed, or cannot be kept */
export const snapshotsOfStates = (
  store: SnapshotStore,
  events: EventStore,
  tell: Tell = () => undefined,
): SnapshotsOfStates => {
  const ending = new AbortController()
  /** One after another: each is as large as its stream is long. */
  let writing: Promise<unknown> = Promise.resolve()

  const load = async <State>(
    stream: string,
    { version, load: stateOf }: StateSnapshot<State>,
  ): Promise<Restored<State> | undefined> => {
    const notBelieved = (why: string): undefined =>
      void tell(
        'snapshot-thrown-away',
        `The snapshot of the stream ${stream} ${why}, and all its events are read instead.`,
      )
    const loaded = await store.load(keyOf(stream))()
    if (E.isLeft(loaded)) return notBelieved(`cannot be read (${loaded.left.reason})`)
    if (loaded.right === undefined) return undefined
    const [head, place, slots, ...parts] = loaded.right
    const header = decodeSnapshotHeader(head, `${FORMAT} ${version}`)
    if (header === 'other-code') return undefined
    if (header === undefined || !isPlace(place) || !isKeyTable(place.commands, slots)) return notBelieved('is none')
    if (place.stream !== stream) return notBelieved(`is that of ${place.stream}`)
    const state = stateOf(parts)
    if (state === undefined) return notBelieved('is none')
    const revision = toRevision(place.revision)
    const last = await lastEventOf(events, header, events.readStream(stream, revisionBefore(revision)))
    if (E.isLeft(last)) return notBelieved(last.left)
    const commands = { size: place.commands, slots }
    return {
      folded: { state, commands, revision, last: last.right, command: '' },
      position: last.right.position,
    }
  }

  return {
    of: (how) => ({
      load: (stream) => load(stream, how),
      save: (stream, { folded: { state, commands, revision, last }, position }) => {
        const place: Place = { stream, revision, commands: commands.size }
        const parts = [place, commands.slots.slice(), ...how.save(state)]
        const header = snapshotHeader(events, `${FORMAT} ${how.version}`, { ...last, stream, revision, position })
        // What is not written is read from the events the next time.
        const notKept = (reason: string): void =>
          tell(
            'snapshot-not-kept',
            `The snapshot of the stream ${stream} cannot be kept, and the next command to it takes longer: ${reason}`,
          )
        const write = async (): Promise<void> => {
          const head = await header()
          if (E.isLeft(head)) return notKept(head.left.reason)
          const saved = await store.save(keyOf(stream), [head.right, ...parts], ending.signal)()
          if (E.isLeft(saved)) notKept(saved.left.reason)
        }
        writing = writing.then(write).catch((error: unknown) => notKept(messageOf(error)))
      },
    }),
    close: async (signal) => {
      const abort = (): void => ending.abort()
      if (signal?.aborted === true) abort()
      signal?.addEventListener('abort', abort)
      await writing
    },
  }
}

/** The snapshot of one stream, and what another is worth. */
export const snapshotOf = <State>(stream: string, snapshots: StateSnapshots<State> | undefined) => {
  /** How many events the last one holds. */
  let kept = 0
  let loading: Promise<Restored<State> | undefined> | undefined

  const load = async () => {
    const restored = await snapshots?.load(stream)
    if (restored !== undefined) kept = countIn(restored.folded)
    return restored
  }

  return {
    /** Read once, if the store could be read. */
    restored: () => {
      loading ??= load().catch((error: unknown) => {
        loading = undefined
        throw error
      })
      return loading
    },
    isDue: (folded: FoldedStream<State>, { events, share }: typeof WORTH_AT_CLOSE): boolean =>
      snapshots !== undefined && countIn(folded) - kept >= Math.max(events, countIn(folded) * share),
    keep: (folded: FoldedStream<State>, position: Position): void => {
      if (snapshots === undefined || !isBegun(folded)) return
      kept = countIn(folded)
      snapshots.save(stream, { folded, position })
    },
  }
}

const isPlace = (part: unknown): part is Place =>
  typeof part === 'object' &&
  part !== null &&
  typeof Reflect.get(part, 'stream') === 'string' &&
  Number.isSafeInteger(Reflect.get(part, 'revision')) &&
  Number.isSafeInteger(Reflect.get(part, 'commands'))
