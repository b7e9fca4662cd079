/** A write side to test: shells on one store and one file store, with a clock that only sleeping moves on. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { appendSequentially } from '../../adapters/shared/append-all.js'
import type { CommandError } from '../../application/command-handling/command-error.js'
import {
  type Beginning,
  type CommandHandler,
  commandHandler,
} from '../../application/command-handling/command-handler.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { manifestStore } from '../../application/manifest-store.js'
import type { CommandInput } from '../../domain/commands/catalogue.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import type { Clock, Ids } from '../../domain/ports/clock-and-ids.js'
import type { EventStore, NewEvent, Revision, StoredEvent } from '../../domain/ports/event-store.js'
import { toPosition } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { sha256 } from '../../domain/values/digest.js'
import type { Envelope } from '../../domain/values/envelope.js'
import type { ManifestEntry, ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { type ArtifactRef, collectionPath, type ModelRef } from '../../domain/values/references.js'
import { parseStream } from '../../domain/values/stream-names.js'

export const START = '2026-05-03T12:00:00.000Z'

/** Every look at it and every sleep moves it on; nobody waits for real. */
export const fakeClock = (): Clock & { readonly elapsed: () => number } => {
  const start = Date.parse(START)
  let now = start
  return {
    now: () => new Date(now++),
    monotonic: () => now++ - start,
    sleep: async (milliseconds) => {
      now += Math.ceil(milliseconds)
      await nextTurn()
    },
    elapsed: () => now - start,
  }
}

export const countingIds = (): Ids => {
  let next = 0
  return { next: () => `id-${next++}`, fraction: () => ((next++ * 31) % 97) / 97 }
}

/** What may go wrong with one append, and whether it is written nevertheless. */
export type Fault = 'unavailable' | 'unknown, not written' | 'unknown, written' | 'too large'

export interface AppendSeen {
  readonly stream: string
  readonly expected: Revision
  readonly events: ReadonlyArray<NewEvent>
  /** How many appends there were before. */
  readonly nth: number
}

/**
 * The same store with somebody in between: `before` is asked before each append, may take its time, may
 * write something itself, and names the fault if there is to be one. `beforeRead` may take its time or throw.
 */
export const interposed = (
  store: EventStore,
  before: (append: AppendSeen) => Promise<Fault | undefined> | Fault | undefined,
  beforeRead: (stream: string) => Promise<void> | void = () => undefined,
): EventStore => {
  let nth = 0
  const append: EventStore['append'] = (stream, expected, events) => async () => {
    const fault = await before({ stream, expected, events, nth: nth++ })
    switch (fault) {
      case undefined:
        return store.append(stream, expected, events)()
      case 'unavailable':
        return E.left({ _tag: 'unavailable', reason: 'no route to the store' })
      case 'unknown, not written':
        return E.left({ _tag: 'unknown-outcome', reason: 'the connection broke' })
      case 'unknown, written':
        await store.append(stream, expected, events)()
        return E.left({ _tag: 'unknown-outcome', reason: 'the connection broke' })
      case 'too large':
        return E.left({ _tag: 'too-large', bytes: 1, limit: 0, what: 'append' })
    }
  }
  return {
    ...store,
    async *readStream(stream, after) {
      await beforeRead(stream)
      yield* store.readStream(stream, after)
    },
    append,
    appendAll: appendSequentially({ ...store, append }),
  }
}

export interface Ledger {
  readonly store: EventStore
  readonly clock: ReturnType<typeof fakeClock>
  readonly files: FileStore
  readonly handler: CommandHandler
  /** Gives a command; the id is new unless told, and the caller's own unless told. */
  readonly give: (
    command: CommandInput,
    envelope?: Partial<t.OutputOf<typeof Envelope>>,
    beginning?: Beginning,
  ) => Promise<E.Either<CommandError, Receipt>>
  /** Stores a manifest with one small file per word: `path` or `path=content`. */
  readonly manifest: (...files: ReadonlyArray<string>) => Promise<ManifestSummary>
  /** Another command handler on the same stores, as another process has; or one that sees the store as given. */
  readonly another: (store?: EventStore) => Ledger
}

let commandIds = 0

export const openTestLedger = (
  store: EventStore = memoryEventStore(),
  { clock, files }: Pick<Ledger, 'clock' | 'files'> = { clock: fakeClock(), files: memoryFileStore() },
): Ledger => {
  const manifests = manifestStore(files)
  const handler = commandHandler({
    store,
    manifests,
    clock,
    ids: countingIds(),
    modelsLinkedTo: (artifact) => () => modelsLinkedTo(store, artifact),
  })
  return {
    store,
    clock,
    files,
    handler,
    give: (command, envelope, beginning) =>
      handler.handle({ commandId: `command-${commandIds++}`, actor: 'anna', ...envelope, command }, beginning)(),
    manifest: async (...words) => {
      for (const word of words) right(await files.put('file', { bytes: Buffer.from(contentOf(word)) })())
      return right(await manifests.put(words.map(entry).sort(byPath))())
    },
    another: (other = store) => openTestLedger(other, { clock, files }),
  }
}

/** All models with a link to an artifact, by a look at every event. */
const modelsLinkedTo = async (
  store: EventStore,
  artifact: ArtifactRef,
): Promise<E.Either<CommandError, ReadonlyArray<ModelRef>>> => {
  const found = new Map<string, ModelRef>()
  for (const stored of await eventsIn(store)) {
    const subject = parseStream(stored.stream)
    if (stored.type !== 'VersionLinked' || subject?.category !== 'model') continue
    const { event } = right(decodeEvent(stored))
    if (event.type === 'VersionLinked' && collectionPath(event.source) === collectionPath(artifact))
      found.set(stored.stream, subject.model)
  }
  return E.right([...found.values()])
}

const contentOf = (word: string): string => {
  const [path = '', content = path] = word.split('=')
  return content
}

/** The entry of a small file: `path`, or `path=content`. */
export const entry = (word: string): ManifestEntry => {
  const [path = ''] = word.split('=')
  const content = contentOf(word)
  return { path, digest: sha256(content), size: Buffer.byteLength(content) }
}

const byPath = (a: ManifestEntry, b: ManifestEntry): number => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))

export const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isRight(either)) return either.right
  throw new Error(`expected a right, got ${JSON.stringify(either.left)}`)
}

export const left = <L>(either: E.Either<L, unknown>): L => {
  if (E.isLeft(either)) return either.left
  throw new Error(`expected a left, got ${JSON.stringify(either.right)}`)
}

/** Everything a store holds, or one stream of it. */
export const eventsIn = async (store: EventStore, stream?: string): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of stream === undefined ? store.readAll(toPosition(0)) : store.readStream(stream, 'none'))
    events.push(...page)
  return events
}

/** A promise to be resolved from outside. */
export const gate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

export const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}
