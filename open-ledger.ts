/** How the parts of a ledger are put together: stores, clock, and what the operating system has. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { cached, defaultCache } from './adapters/directory/cache.js'
import {
  describeDownloadError,
  directoryFileStore,
  directorySnapshotStore,
  download,
  findLocalFiles,
  outsideLedgers,
} from './adapters/directory/index.js'
import { partOfLedgerAround, whoseEventsAreGone } from './adapters/directory/ledger-folder.js'
import { nameOfLocal } from './adapters/directory/local-files.js'
import { isOrWasThere, whyUnseen } from './adapters/shared/event-file.js'
import { makeDirectory } from './adapters/shared/make-directory.js'
import { telling } from './adapters/shared/telling.js'
import { sqliteEventStore } from './adapters/sqlite/index.js'
import { systemClock, systemIds } from './adapters/system/index.js'
import { filesOfLedger, settleLedgerId, tellingIdWhenClosed } from './application/ledger-identity.js'
import { describeReadError } from './application/projecting/read-error.js'
import { heedingSignals, timeOf } from './domain/ports/clock-and-ids.js'
import type { EventStore } from './domain/ports/event-store.js'
import type { FileStore } from './domain/ports/file-store.js'
import type { Logger } from './domain/ports/logger.js'
import type { SnapshotStore } from './domain/ports/snapshot-store.js'
import { messageOf } from './domain/values/built-ins.js'
import { omitUndefined } from './domain/values/omit-undefined.js'
import { checked } from './ledger/calling/checked.js'
import { describeWriteError, LedgerError, type OpeningError, orThrow, promised } from './ledger/calling/errors.js'
import { answeredUntil, assertGoingOn } from './ledger/calling/stopping.js'
import { diagnostics } from './ledger/diagnostics/diagnostics.js'
import type { Downloader } from './ledger/files/download.js'
import type { ModelCache } from './ledger/files/use-model.js'
import { type Ledger, ledgerOn } from './ledger/ledger.js'
import { type CheckedOptions, LedgerOptions, type Opener, opened } from './ledger/options.js'

/** As `openLedger` of index.ts, which says what it does. */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  const given = await checked(LedgerOptions, options)
  const { signal } = given
  if (signal === undefined) return assembled(given)
  assertGoingOn(signal)
  const ledger = assembled(given)
  return answeredUntil(signal, ledger).catch((error: unknown) => {
    // Where it is opened all the same, nobody has it.
    void ledger.then(({ close }) => close()).catch(() => undefined)
    throw error
  })
}

const assembled = async (given: CheckedOptions): Promise<Ledger> => {
  const {
    actor,
    entity,
    project,
    deadline,
    patience,
    readOnly = false,
    ids = systemIds,
    projections = [],
    logger,
  } = given
  const clock = heedingSignals(given.clock ?? systemClock)
  orThrow(describeWriteError)(timeOf(clock))
  const {
    events,
    files,
    snapshots,
    sharedFiles = false,
  } = 'directory' in given ? await embedded(given.directory, readOnly, logger) : given
  const watched = diagnostics(telling(logger), logger !== undefined)
  const store = tellingIdWhenClosed(watched.events(await open(opened(events))))
  const openFiles = async (): Promise<FileStore> => {
    // Nothing is recorded then, and whose the files are is not known.
    if (readOnly || store.damage?.()?._tag === 'head-of-another-ledger') return watched.files(await open(opened(files)))
    await promised(describeReadError)(settleLedgerId(store, ids))
    const unclaimed = watched.files(await open(opened(files)))
    return promised(describeWriteError)(filesOfLedger(store, unclaimed, sharedFiles)).catch(async (error: unknown) => {
      await unclaimed.close()
      throw error
    })
  }
  const fileStore = await openFiles().catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  return ledgerOn({
    events: store,
    files: fileStore,
    snapshots: snapshots && watched.snapshots(snapshots),
    diagnostics: watched,
    local: {
      find: findLocalFiles,
      nameOf: nameOfLocal,
      outsideLedgers,
      download: downloader,
      cached: cacheIn(given.cache),
    },
    readOnly,
    clock,
    ids,
    defaults: { actor, entity, project },
    deadline,
    patience,
    projections,
  })
}

/** The embedded default. SQLite itself is loaded when its store is opened, so that nobody else needs its binary. */
const embedded = async (
  directory: string,
  readOnly: boolean,
  logger: Logger | undefined,
): Promise<{
  events: Opener<EventStore>
  files: Opener<FileStore>
  snapshots: SnapshotStore
  sharedFiles: boolean
}> => {
  const path = join(directory, 'events.db')
  const filesPath = join(directory, 'files')
  const refuse = (reason: string) => new LedgerError({ _tag: 'cannot-open', path: directory }, reason)
  const gone = whoseEventsAreGone(directory)
  if (gone !== undefined) {
    const reason = `the events of the ledger ${gone} are gone, whose files lie in ${directory}: there is neither events.db nor events.db-head. Put events.db back from a copy; or, to begin anew with these files, remove ${join(filesPath, 'ledgers', gone)}`
    throw new LedgerError({ _tag: 'damaged-store', path, reason }, reason)
  }
  const unseen = whyUnseen(path)
  if (unseen !== undefined)
    throw refuse(`this process may not look into ${directory}: change its permissions (${unseen})`)
  if (readOnly && !isOrWasThere(path)) {
    throw new LedgerError(
      { _tag: 'no-ledger', path: directory },
      `there is no ledger in ${directory} to be read; name another folder, or open it without readOnly`,
    )
  }
  if (!readOnly && !isOrWasThere(path)) {
    // What is in the way is told before anything is made.
    const part = await partOfLedgerAround(directory)
    if (part !== undefined) {
      throw refuse(`${part} keeps the files or the snapshots of a ledger: name the folder above it, or another`)
    }
    if (existsSync(filesPath)) await (await open(directoryFileStore({ path: filesPath, readOnly: true }))).close()
    await makeDirectory(directory).catch((cause: unknown) => {
      throw refuse(`the folder ${directory} cannot be made: ${messageOf(cause)}`)
    })
  }
  return {
    events: sqliteEventStore({ path, readOnly, ...omitUndefined({ logger }) }),
    files: directoryFileStore({ path: filesPath, readOnly }),
    snapshots: directorySnapshotStore({ path: join(directory, 'snapshots') }),
    sharedFiles: false,
  }
}

const open = promised(({ reason }: OpeningError) => reason)

const downloader: Downloader = ({ onProgress, ...options }) =>
  pipe(
    download({ ...options, ...(onProgress === undefined ? {} : { progress: onProgress }) }),
    TE.mapLeft((error) => ({ ...error, reason: describeDownloadError(error) })),
  )

const cacheIn =
  (own: string | undefined): ModelCache =>
  ({ onProgress, ...options }) =>
    pipe(
      TE.fromEither(own === undefined ? defaultCache() : E.right(own)),
      TE.flatMap((cache) =>
        cached({ ...options, cache, ...(onProgress === undefined ? {} : { progress: onProgress }) }),
      ),
      TE.mapLeft((error) => ({ ...error, reason: describeDownloadError(error) })),
    )
