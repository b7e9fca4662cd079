/** Stores that can be watched: the same ports, which look whether somebody listens before they do anything more. */
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type EventStore, sizeOf } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type Category, parseStream } from '../../domain/values/stream-names.js'
import type { FileMessage, ReadMessage, SnapshotMessage } from './channels.js'
import { type Heed, heard } from './health.js'
import { tracing } from './tracing.js'

type Id = () => string | null

const appends = tracing('append')
const reads = tracing('read')
const snapshots = tracing('snapshot')
const files = tracing('file')

/** What a port need not have: the type checker misses one that is not handed on. */
type OptionalOf<Port> = { [Member in keyof Port]-?: object extends Pick<Port, Member> ? Member : never }[keyof Port]

const categoryOf = (stream: string): Category | null => parseStream(stream)?.category ?? null

/**
 * @param ledger the id of the ledger, as far as it is known
 * @param heed hears of all that is asked, whether somebody watches or not
 */
export const watchedEvents = (store: EventStore, ledger: Id, heed: Heed): EventStore => {
  const pages = (of: 'stream' | 'all', category: Category | null, read: ReturnType<EventStore['readAll']>) => {
    let [count, events] = [0, 0]
    const message: ReadMessage = { ledger: ledger(), of, category }
    const known = (page: { readonly length: number }): void => {
      count += 1
      events += page.length
    }
    return reads.items(message, read, known, () => ({ pages: count, events }))
  }

  const { appendsAreConsecutive, subscriptionsArePushed } = store
  const [lock, examine] = [store.lock?.bind(store), store.examine?.bind(store)]
  const optional = {
    appendsAreConsecutive,
    subscriptionsArePushed,
    lock: lock && ((name) => heed.task(lock(name))),
    turn: store.turn?.bind(store),
    examine: examine && (() => heed.items(examine())),
    damage: store.damage?.bind(store),
    edition: store.edition?.bind(store),
  } satisfies { readonly [Member in OptionalOf<EventStore>]-?: EventStore[Member] | undefined }
  const others = omitUndefined(optional)

  return {
    ...others,
    append: (stream, expected, events) => {
      const task = heed.task(store.append(stream, expected, events))
      if (!appends.isWatched()) return task
      const bytes = events.reduce((sum, event) => sum + sizeOf(event), 0)
      const message = { ledger: ledger(), category: categoryOf(stream), events: events.length, bytes }
      return appends.task(message, task, (answer) => (E.isRight(answer) ? { position: answer.right.position } : {}))
    },
    appendAll: (after, all) => heed.task(store.appendAll(after, all)),
    readStream: (stream, after) => {
      const read = heed.items(store.readStream(stream, after))
      return reads.isWatched() ? pages('stream', categoryOf(stream), read) : read
    },
    readAll: (after) => {
      const read = heed.items(store.readAll(after))
      return reads.isWatched() ? pages('all', null, read) : read
    },
    subscribe: (after, signal) => store.subscribe(after, signal),
    head: () => {
      const task = heed.task(store.head())
      return reads.isWatched() ? reads.task({ ledger: ledger(), of: 'head', category: null }, task) : task
    },
    ledgerId: () => heed.task(store.ledgerId()),
    setLedgerId: (id, expected) => heed.task(store.setLedgerId(id, expected)),
    close: (signal) => store.close(signal),
  }
}

export const watchedFiles = (store: FileStore, ledger: Id, heed: Heed): FileStore => {
  const watched = <Failure extends { readonly _tag: string }, A>(
    { operation, kind }: Pick<FileMessage, 'operation' | 'kind'>,
    given: TE.TaskEither<Failure, A>,
    bytes: (answer: A) => number | undefined = () => undefined,
  ): TE.TaskEither<Failure, A> => {
    const task = heed.task(given)
    if (!files.isWatched()) return task
    const message = { ledger: ledger(), operation, kind }
    return files.task(message, task, (answer) =>
      E.isRight(answer) ? omitUndefined({ bytes: bytes(answer.right) }) : {},
    )
  }

  return {
    put: (kind, source, progress) =>
      watched({ operation: 'put', kind }, store.put(kind, source, progress), ({ size }) => size),
    open: (kind, digest, range) => {
      const task = heed.opened(store.open(kind, digest, range))
      if (!files.isWatched()) return task
      const message: FileMessage = { ledger: ledger(), operation: 'open', kind }
      let bytes = 0
      const count = (piece: Uint8Array): void => {
        bytes += piece.byteLength
      }
      return async () => {
        const opened = await task()
        // What cannot be opened has no pieces: then the opening is all that there is to tell.
        return E.isLeft(opened)
          ? files.task(message, TE.left(opened.left))()
          : E.right(files.items(message, opened.right, count, () => ({ bytes })))
      }
    },
    has: (kind, digest) => watched({ operation: 'has', kind }, store.has(kind, digest)),
    verify: (kind, digest) => watched({ operation: 'verify', kind }, store.verify(kind, digest), ({ size }) => size),
    list: (kind) => heed.items(store.list(kind)),
    renew: (digests) => watched({ operation: 'renew', kind: 'file' }, store.renew(digests)),
    unfinished: () => heed.task(store.unfinished()),
    now: () => heed.task(store.now()),
    delete: (digest, since) => watched({ operation: 'delete', kind: 'file' }, store.delete(digest, since)),
    ledgers: () => heed.task(store.ledgers()),
    addLedger: (id) => heed.task(store.addLedger(id)),
    removeLedger: (id) => heed.task(store.removeLedger(id)),
    close: (signal) => store.close(signal),
  }
}

/** @param kept hears of each that was kept */
export const watchedSnapshots = (
  store: SnapshotStore,
  ledger: Id,
  kept: (of: SnapshotMessage['of']) => void,
): SnapshotStore => {
  const subjectOf = (key: string): SnapshotMessage['of'] => (key.startsWith('stream-') ? 'stream' : 'read-models')
  return {
    load: (key) => {
      const task = store.load(key)
      if (!snapshots.isWatched()) return task
      const found = (answer: Awaited<ReturnType<typeof task>>) =>
        E.isRight(answer) ? { found: answer.right !== undefined } : {}
      return snapshots.task({ ledger: ledger(), operation: 'load', of: subjectOf(key) }, task, found)
    },
    save: (key, parts, signal) => {
      const of = subjectOf(key)
      const task = heard(store.save(key, parts, signal), (answer) => {
        if (E.isRight(answer)) kept(of)
      })
      return snapshots.isWatched() ? snapshots.task({ ledger: ledger(), operation: 'save', of }, task) : task
    },
  }
}
