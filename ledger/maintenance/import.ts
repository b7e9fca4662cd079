/**
 * A whole ledger as text, and back. Numbers, times, actors, ids and leaf hashes stay; positions are the new store's own.
 * Files are not in it: they are copied as files.
 */

import * as E from 'fp-ts/lib/Either.js'
import type { NonEmptyArray } from 'fp-ts/lib/NonEmptyArray.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as t from 'io-ts'
import { filesGoAlong, filesOfBoth, ledgerIdOf } from '../../application/ledger-identity.js'
import { describeReadError } from '../../application/projecting/read-error.js'
import { eventDamaged } from '../../domain/events/damaged-event.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import {
  type Append,
  type AppendAllError,
  type EventDamaged,
  type EventStore,
  type NewEvent,
  ORIGIN,
  type Position,
  revisionBefore,
  type StoredEvent,
  sizeOf,
} from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { record } from '../../domain/values/codec.js'
import { sha256 } from '../../domain/values/digest.js'
import { parseJson } from '../../domain/values/json.js'
import type { Stoppable } from '../calling/arguments.js'
import { checkedIfGiven, checkedIfGivenNow, checkedNow } from '../calling/checked.js'
import { describeWriteError, eachFromStore, type ImportError, LedgerError, promised } from '../calling/errors.js'
import { Listener, Signal } from '../calling/input.js'
import { assertGoingOn, eachUntil } from '../calling/stopping.js'
import { whole } from './examined.js'
import { failed, headerOf, lineOf, type ReadExport, readExport, running, trailerOf } from './export-format.js'
import { Lines, type Pieces } from './lines.js'

/**
 * The lines of an export, each with its line feed. The last one says how many events there are, and their digest. An
 * event that could not be imported is an error, not a line.
 */
export async function* exportEvents(store: EventStore): AsyncIterable<string> {
  const header = headerOf(await promised(describeReadError)(ledgerIdOf(store)))
  yield `${header}\n`
  const lines = running(header)
  let events = 0
  for await (const page of eachFromStore(whole(store))) {
    for (const event of page) {
      const wrong = whyBroken(event)
      if (wrong !== undefined) throw new LedgerError(wrong, describeWriteError(wrong))
      const line = lineOf(event)
      lines.add(line)
      events += 1
      yield `${line}\n`
    }
  }
  yield `${trailerOf(lines.digest(), events)}\n`
}

/** Those of types from the future are passed on, for whom knows them, if they are JSON at all. */
const whyBroken = (event: StoredEvent): EventDamaged | undefined => {
  const decoded = decodeEvent(event)
  if (E.isRight(decoded)) return undefined
  if (decoded.left._tag === 'damaged-event') return decoded.left
  try {
    for (const text of [event.data, event.metadata]) parseJson(text)
    return undefined
  } catch (error) {
    return eventDamaged(event, `not JSON: ${String(error)}`)
  }
}

export interface Imported extends ReadExport {
  /** How many of its events the store did not hold yet. */
  readonly added: number
}

export interface ImportOptions extends Stoppable {
  /** The ledger keeps its own id. Unless told one without a history takes over that of the export. */
  readonly ownId?: boolean | undefined
}

/** So much goes to the store at a time: an append for each run of events of one stream, as streams alternate. */
const MOST_EVENTS = 1000
const MOST_BYTES = 512 * 1024

type Page = NonEmptyArray<Append & { readonly events: NonEmptyArray<NewEvent> }>

interface ImportPorts {
  readonly events: EventStore
  readonly files: FileStore
  readonly readOnly: boolean
  /** The same items, until the ledger is closed. */
  readonly untilClosed: (pieces: Pieces) => AsyncIterable<string | Uint8Array>
  readonly noteOwnWrite: (position: Position) => void
}

const Settings = record('the options of importEvents', {}, { ownId: t.boolean, signal: Signal })

/** Imports into a ledger that is open: its files go along with the id that it takes over. */
export const importInto =
  ({ events, files, readOnly, untilClosed, noteOwnWrite }: ImportPorts) =>
  async (pieces: Pieces, onProgress?: (events: number) => void, options?: ImportOptions): Promise<Imported> => {
    if (readOnly) throw new LedgerError({ _tag: 'read-only' }, describeWriteError({ _tag: 'read-only' }))
    checkedNow(Lines, pieces)
    checkedIfGivenNow(Listener, onProgress)
    const { signal } = (await checkedIfGiven(Settings, options)) ?? {}
    assertGoingOn(signal)
    const ledgerId = () => promised(describeReadError)(events.ledgerId())
    const of = promised(describeWriteError)
    const before = await ledgerId()
    let next = before
    const imported = await importEvents(
      events,
      eachUntil(untilClosed(pieces), signal),
      onProgress,
      options,
      async (own, id) => {
        await of(filesOfBoth(files, own, id))
        next = id
      },
    ).catch(async (error: unknown) => {
      // What is refused took over nothing: the files are of the ledger alone again.
      if ((await ledgerId()) === before) await of(filesGoAlong(files, next, before))
      throw error
    })
    await of(filesGoAlong(files, before, await ledgerId()))
    const head = await events.head()()
    if (head._tag === 'Right') noteOwnWrite(head.right)
    return imported
  }

/**
 * Writes an export, its text in pieces of whatever size, into a store that is empty, or holds the beginning of the same
 * export; anything else is refused. Every event is decoded in full, and held to what could have been. Where anything is
 * wrong with the export, nothing of it is written. Rejects with a `LedgerError`.
 */
export const importEvents = async (
  store: EventStore,
  pieces: Pieces,
  onProgress: (events: number) => void = () => undefined,
  { ownId = false }: ImportOptions = {},
  beforeTakingOver: (own: LedgerId | undefined, next: LedgerId) => Promise<void> = async () => undefined,
): Promise<Imported> => {
  const run = promised(describeReadError)
  const own = await run(store.ledgerId())
  let taken: LedgerId | undefined
  const takeOver = async (id: LedgerId): Promise<void> => {
    if (ownId || id === own) return
    await beforeTakingOver(own, id)
    await run(store.setLedgerId(id, own))
    taken = id
  }
  try {
    return await writeExport(store, pieces, onProgress, takeOver)
  } catch (error) {
    // What was begun goes on when the import is repeated; a ledger that is still empty is as it was.
    if (taken !== undefined && own !== undefined) {
      if (E.toUnion(await store.head()()) === ORIGIN) await store.setLedgerId(own, taken)()
    }
    throw error
  }
}

/** @param takeOver is told the ledger of the export before the first event is written, if the store holds none */
const writeExport = async (
  store: EventStore,
  pieces: Pieces,
  onProgress: (events: number) => void,
  takeOver: (ledger: LedgerId) => Promise<void>,
): Promise<Imported> => {
  let ledger: LedgerId | undefined
  const reading = readExport(pieces, (id) => {
    ledger = id
  })
  try {
    const held = heldIn(store)
    let next = await reading.next()
    let events = 0
    // What the store holds must be what the export begins with.
    for (; next.done !== true; next = await reading.next(), events++) {
      const there = await held.next()
      if (there === undefined) break
      if (lineOf(there) !== lineOf(next.value)) throw notEmpty(there)
      if (events % MOST_EVENTS === 0) onProgress(events)
    }
    if (next.done === true) {
      const more = await held.next()
      if (more !== undefined) throw notEmpty(more)
      return { ...next.value, added: 0 }
    }

    if (events === 0 && ledger !== undefined) await takeOver(ledger)
    const before = events
    const first = next.value
    let line = first.position
    let read: ReadExport | undefined
    const pages = async function* (): AsyncGenerator<ReadonlyNonEmptyArray<Append>, void, undefined> {
      let page: Page = [appendOf(first)]
      let bytes = sizeOf(first)
      let full = 1
      for (let next = await reading.next(); ; next = await reading.next()) {
        if (next.done === true) {
          read = next.value
          yield page
          return
        }
        const event = next.value
        const size = sizeOf(event)
        if (full === MOST_EVENTS || bytes + size > MOST_BYTES) {
          yield page
          events += full
          onProgress(events)
          line = event.position
          page = [appendOf(event)]
          bytes = 0
          full = 0
        } else add(event, page)
        bytes += size
        full += 1
      }
    }
    const outcome = await store.appendAll(held.last(), pages())()
    if (E.isLeft(outcome)) throw failed(appendProblem(outcome.left, line))
    // The store took all of them, so the last was read.
    if (read === undefined) throw new TypeError('an event store answered before it had taken what it was given')
    onProgress(read.events)
    return { ...read, added: read.events - before }
  } finally {
    // One that is stalled does not answer.
    void reading.return({ events: 0, digest: sha256(''), ledger: null }).catch(() => undefined)
  }
}

/** The events of a store, one after another; `undefined` after the last that it holds when it is first asked for it. */
const heldIn = (store: EventStore) => {
  const pages = eachFromStore(store.readAll(ORIGIN))
  let page: ReadonlyArray<StoredEvent> = []
  let at = 0
  let ended = false
  let last: Position = ORIGIN
  return {
    /** The position of the last that was given. */
    last: (): Position => last,
    next: async (): Promise<StoredEvent | undefined> => {
      while (at === page.length && !ended) {
        const next = await pages.next()
        ended = next.done === true
        page = next.done === true ? [] : next.value
        at = 0
      }
      const event = page[at++]
      last = event?.position ?? last
      return event
    },
  }
}

const notEmpty = ({ stream, revision }: StoredEvent) => failed({ _tag: 'store-not-empty', stream, revision })

const add = (event: StoredEvent, page: Page): void => {
  const append = appendOf(event)
  const last = page.at(-1)
  if (last?.stream === event.stream) last.events.push(...append.events)
  else page.push(append)
}

const appendOf = ({ stream, revision, id, type, data, metadata }: StoredEvent): Page[number] => ({
  stream,
  expected: revisionBefore(revision),
  events: [{ id, type, data, metadata }],
})

const appendProblem = (error: AppendAllError, line: number): ImportError => {
  switch (error._tag) {
    case 'conflict':
      return {
        _tag: 'store-not-empty',
        stream: error.stream,
        revision: error.expected === 'none' ? 0 : error.expected + 1,
      }
    case 'in-use':
    case 'closed':
    case 'history-lost':
    case 'head-of-another-ledger':
      return error
    case 'unavailable':
    case 'damaged-store':
    case 'damaged':
    case 'unknown-outcome':
      return { _tag: 'import-failed', line, reason: error.reason }
    case 'too-large':
      return { _tag: 'import-failed', line, reason: `${error.bytes} bytes are more than the ${error.limit} allowed` }
  }
}
