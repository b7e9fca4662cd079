/**
 * Snapshots of the states of long streams: the first command of a process begins with one, and reads what came behind it.
 * They save time and are never needed: what cannot be read, or is not of this stream, is as good as none, and is told by a
 * warning; one that other code kept is none without a word.
 */
import * as E from 'fp-ts/lib/Either.js'
import { type EventStore, type Position, revisionBefore, toRevision } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import type { StateSnapshot } from '../../domain/values/decider.js'
import { sha256 } from '../../domain/values/digest.js'
import { isKeyTable } from '../../domain/values/key-table.js'
import { type Begun, countIn, type FoldedStream, isBegun } from './folded-stream.js'

export interface StateSnapshots<State> {
  /** What was kept last of a stream; it is the caller's own, and the stream may have another event there by now. */
  readonly load: (stream: string) => Promise<Begun<State> | undefined>
  /** Tells that what was kept of a stream is not believed, and why. */
  readonly warn: (stream: string, why: string) => void
  /** Keeps a stream as it is when this is called, whatever is folded while it is written. */
  readonly save: (stream: string, folded: Begun<State>) => void
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

const FORMAT = 1

interface Head {
  readonly version: string
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly commands: number
}

/** The name of a stream may be longer than that of a file. */
const keyOf = (stream: string): string => `stream-${sha256(stream).slice('sha256:'.length)}`

/** @param warn told, in words, of each that is not believed */
export const snapshotsOfStates = (
  store: SnapshotStore,
  warn: (message: string) => void = () => undefined,
): SnapshotsOfStates => {
  const ending = new AbortController()
  /** One after another: each is as large as its stream is long. */
  let writing: Promise<unknown> = Promise.resolve()
  const warnOf = (stream: string, why: string): void =>
    warn(`The snapshot of the stream ${stream} ${why}, and all its events are read instead.`)

  return {
    of: ({ version, save, load }) => ({
      warn: warnOf,
      load: async (stream) => {
        const loaded = await store.load(keyOf(stream))()
        if (E.isLeft(loaded)) {
          warnOf(stream, `cannot be read (${loaded.left.reason})`)
          return undefined
        }
        if (loaded.right === undefined) return undefined
        const [head, commands, ...parts] = loaded.right
        if (isOfOtherCode(head, version)) return undefined
        const state = isHead(head) && isKeyTable(head.commands, commands) ? load(parts) : undefined
        if (!isHead(head) || !isKeyTable(head.commands, commands) || state === undefined) {
          warnOf(stream, 'is none')
          return undefined
        }
        if (head.stream !== stream) {
          warnOf(stream, `is that of ${head.stream}`)
          return undefined
        }
        return {
          state,
          commands: { size: head.commands, slots: commands },
          revision: toRevision(head.revision),
          id: head.id,
          command: '',
        }
      },
      save: (stream, { state, commands, revision, id }) => {
        const head: Head = { version: `${FORMAT} ${version}`, stream, revision, id, commands: commands.size }
        const parts = [head, commands.slots.slice(), ...save(state)]
        // What is not written is read from the events the next time.
        writing = writing.then(() => store.save(keyOf(stream), parts, ending.signal)()).catch(() => undefined)
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

/** The snapshot of one stream: what it is worth, and whether it is of the stream. */
export const snapshotOf = <State>(stream: string, store: EventStore, snapshots: StateSnapshots<State> | undefined) => {
  /** How many events the last one holds. */
  let kept = 0
  let loading: Promise<{ readonly folded: Begun<State>; readonly position: Position } | undefined> | undefined

  const load = async () => {
    const folded = await snapshots?.load(stream)
    if (folded === undefined) return undefined
    for await (const [stored] of store.readStream(stream, revisionBefore(folded.revision))) {
      if (stored?.revision !== folded.revision || stored.id !== folded.id) break
      kept = countIn(folded)
      return { folded, position: stored.position }
    }
    snapshots?.warn(stream, `is of other events than those that are there up to revision ${folded.revision}`)
    return undefined
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
    keep: (folded: FoldedStream<State>): void => {
      if (snapshots === undefined || !isBegun(folded)) return
      kept = countIn(folded)
      snapshots.save(stream, folded)
    },
  }
}

const isOfOtherCode = (head: unknown, version: string): boolean =>
  isHead(head) && head.version !== `${FORMAT} ${version}`

const isHead = (part: unknown): part is Head =>
  typeof part === 'object' &&
  part !== null &&
  typeof Reflect.get(part, 'version') === 'string' &&
  typeof Reflect.get(part, 'stream') === 'string' &&
  Number.isSafeInteger(Reflect.get(part, 'revision')) &&
  typeof Reflect.get(part, 'id') === 'string' &&
  Number.isSafeInteger(Reflect.get(part, 'commands'))
