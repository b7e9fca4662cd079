/** What `openLedger` takes, checked before anything is opened. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { Clock, Ids } from '../domain/ports/clock-and-ids.js'
import type { EventStore } from '../domain/ports/event-store.js'
import type { FileStore } from '../domain/ports/file-store.js'
import { Logger } from '../domain/ports/logger.js'
import type { SnapshotStore } from '../domain/ports/snapshot-store.js'
import { record, text, wholeNumber } from '../domain/values/codec.js'
import { Actor } from '../domain/values/envelope.js'
import { EntityName, ProjectName } from '../domain/values/names.js'
import { objectWith } from '../domain/values/object-with.js'
import type { OwnProjection } from '../projections/own-projection.js'
import type { Checked } from './calling/arguments.js'
import type { OpeningError } from './calling/errors.js'
import { Signal } from './calling/input.js'
import { OwnProjections } from './own-projections.js'

/** A store, or what opens one: the ledger opens it, and closes it when it is closed itself. */
export type Opening<Store> = Store | Opener<Store>

const opening = <A>(
  expected: string,
  methods: ReadonlyArray<keyof A & string>,
  optional: ReadonlyArray<keyof A & string> = [],
): t.Type<Opening<A>> => {
  const store = objectWith<A>(expected, methods, optional)
  const is = (value: unknown): value is Opening<A> => typeof value === 'function' || store.is(value)
  return new t.Type(
    expected,
    is,
    (value, context) => (is(value) ? t.success(value) : store.validate(value, context)),
    (value) => value,
  )
}

/** The methods of a port: the type checker misses the one that is left out. */
const methodsOf = <Port>(methods: { readonly [Method in keyof Port]-?: true }): ReadonlyArray<keyof Port & string> =>
  Object.keys(methods).filter((name): name is keyof Port & string => Object.hasOwn(methods, name))

type OptionalMethod = 'turn' | 'lock' | 'damage' | 'edition' | 'examine'
const OPTIONAL_OF_EVENT_STORE = methodsOf<Pick<EventStore, OptionalMethod>>({
  turn: true,
  lock: true,
  damage: true,
  edition: true,
  examine: true,
})
const EVENT_STORE = methodsOf<Omit<EventStore, OptionalMethod | 'appendsAreConsecutive' | 'subscriptionsArePushed'>>({
  append: true,
  appendAll: true,
  readStream: true,
  readAll: true,
  subscribe: true,
  head: true,
  ledgerId: true,
  setLedgerId: true,
  close: true,
})
const FILE_STORE = methodsOf<FileStore>({
  put: true,
  has: true,
  open: true,
  verify: true,
  list: true,
  renew: true,
  unfinished: true,
  now: true,
  delete: true,
  ledgers: true,
  addLedger: true,
  removeLedger: true,
  close: true,
})

interface SharedOptions {
  /** Who gives the commands that name nobody else. */
  readonly actor?: string | undefined
  /** The entity of names that leave it out. */
  readonly entity?: string | undefined
  /** The project of names that leave it out; `uncategorized` unless told. */
  readonly project?: string | undefined
  /** How long a command tries against others who write to its stream, in milliseconds; 30,000 unless told. */
  readonly deadline?: number | undefined
  /**
   * How long `watch` and `watchPosition` wait for a store that cannot be asked before they end with an error, in
   * milliseconds; for ever unless told.
   */
  readonly patience?: number | undefined
  /**
   * Only answer: no method records anything, and nothing is finished for others. A folder that this process may not
   * write, or a read-only mount, can be opened so. Where SQLite cannot read its file in place, a copy in a temporary
   * folder is read; a warning of the process (`ModelLedgerWarning`) tells its size, and that what others record from
   * then on is not seen.
   */
  readonly readOnly?: boolean | undefined
  /**
   * The folder in which `useModel` keeps files for those who use them; of the user of this machine unless told
   * (`$XDG_CACHE_HOME/model-ledger` or `~/.cache/model-ledger`; on macOS `~/Library/Caches/model-ledger`, on Windows
   * `%LOCALAPPDATA%\model-ledger\cache`). Ledgers and processes may share one. Nothing is made there before `useModel`
   * is called, and it may be deleted whenever nobody uses what is in it.
   */
  readonly cache?: string | undefined
  /**
   * Read models of your own, as `projection` makes them: folded by the same projector as the ledger's, each by itself, and asked with
   * `read`. None unless told.
   */
  readonly projections?: ReadonlyArray<OwnProjection<unknown>> | undefined
  /**
   * Who is told, by level, what an operator must know: a logger of pino's shape, each of whose methods takes an object and a
   * message (docs/watch-a-ledger.md lists them all). Without one what is a warning is one of the process (`ModelLedgerWarning`),
   * and all else is told nobody.
   */
  readonly logger?: Logger | undefined
  /** Where the time comes from; the system's clock unless told. */
  readonly clock?: Clock | undefined
  /** Where new ids come from; random unless told. */
  readonly ids?: Ids | undefined
  /** When it aborts before the ledger is open, `openLedger` rejects with `aborted`, and what was opened by then is closed. */
  readonly signal?: AbortSignal | undefined
}

/** A ledger in a folder of its own. */
export interface EmbeddedOptions extends SharedOptions {
  /** A folder for everything: an SQLite file of events, the files, and snapshots. Made if it is not there. */
  readonly directory: string
}

/** A ledger on stores that are given. */
export interface ComposedOptions extends SharedOptions {
  /** Where the events are kept. */
  readonly events: Opening<EventStore>
  /** Where the files are kept. */
  readonly files: Opening<FileStore>
  /** Where what was read is kept between two openings, so that the next is quick; nowhere unless told. */
  readonly snapshots?: SnapshotStore | undefined
  /**
   * The file store may hold files of other ledgers, too; each of them says so. Then no garbage is collected: none of
   * them alone knows which files are needed. A file store belongs to the first ledger that uses it unless told.
   */
  readonly sharedFiles?: boolean | undefined
}

export type LedgerOptions = EmbeddedOptions | ComposedOptions

const shared = {
  actor: Actor,
  entity: EntityName,
  project: ProjectName,
  deadline: wholeNumber('a number of milliseconds, at least 1', 1),
  patience: wholeNumber('a number of milliseconds, at least 1', 1),
  readOnly: t.boolean,
  projections: OwnProjections,
  cache: text('the path of a folder', (value) => value.length > 0),
  logger: Logger,
  clock: objectWith<Clock>('a clock {now, monotonic, sleep}', ['now', 'monotonic', 'sleep']),
  ids: objectWith<Ids>('ids {next, fraction}', ['next', 'fraction']),
  signal: Signal,
}

const embedded: t.Type<Checked<EmbeddedOptions>> = record(
  'openLedger {directory}',
  { directory: text('the path of a folder', (value) => value.length > 0) },
  shared,
)

/** What may be said of a ledger on stores that are given. */
export const composing = {
  snapshots: objectWith<SnapshotStore>('a snapshot store {load, save}', ['load', 'save']),
  sharedFiles: t.boolean,
  ...shared,
}

const composed: t.Type<Checked<ComposedOptions>> = record(
  'openLedger {events, files}',
  {
    events: opening<EventStore>('an event store, or what opens one', EVENT_STORE, OPTIONAL_OF_EVENT_STORE),
    files: opening<FileStore>('a file store, or what opens one', FILE_STORE),
  },
  composing,
)

export type CheckedOptions = Checked<EmbeddedOptions> | Checked<ComposedOptions>

export const LedgerOptions = new t.Type<CheckedOptions>(
  'the options of openLedger: {directory} or {events, files}',
  (value): value is CheckedOptions => embedded.is(value) || composed.is(value),
  (value, context) =>
    typeof value === 'object' && value !== null && 'directory' in value
      ? embedded.validate(value, context)
      : composed.validate(value, context),
  (value) => value,
)

/** Opens a store, or says why that cannot be done: what is wrong, and what would be right. */
export type Opener<Store> = TE.TaskEither<OpeningError, Store>

const isOpener = <Store>(opening: Opening<Store>): opening is Opener<Store> => typeof opening === 'function'

/** Opens what still is to be opened. */
export const opened = <Store>(opening: Opening<Store>): Opener<Store> =>
  isOpener(opening) ? opening : async () => E.right(opening)
