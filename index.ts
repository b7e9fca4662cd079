/** The face of model-ledger: `openLedger`, and the types that an embedder needs. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  describeDownloadError,
  directoryFileStore,
  directorySnapshotStore,
  download,
  findLocalFiles,
  outsideLedgers,
} from './adapters/directory/index.js'
import { systemClock, systemIds } from './adapters/system/index.js'
import type { EventStore } from './domain/event-store.js'
import type { FileStore } from './domain/file-store.js'
import { describeWriteError, LedgerError, type OpeningError, promised } from './face/error.js'
import { checked } from './face/input.js'
import { type Downloader, type Ledger, ledgerOn } from './face/ledger.js'
import { filesOfLedger, settleLedgerId } from './face/ledger-identity.js'
import { LedgerOptions, type Opener, opened } from './face/options.js'
import { describeReadError } from './projections/read-shell.js'
import type { SnapshotStore } from './projections/snapshot-store.js'

export type { DownloadError } from './domain/download-error.js'
export type { Receipt } from './domain/receipt.js'
export type { Alone } from './face/alone.js'
export type * from './face/arguments.js'
export type { Note } from './face/content.js'
export {
  type BadMoment,
  describeWriteError,
  type Fault,
  type ImportError,
  LedgerError,
  type LedgerErrorCode,
  type LedgerFailure,
  type NotComparable,
  type OpeningError,
  type WriteError,
} from './face/error.js'
export { type ReadExport, verifyExport } from './face/export-text.js'
export type {
  AliasHistoryInput,
  ExportInput,
  HistoryInput,
  LineageInput,
  PathsInput,
  ReplayInput,
  Thing,
  When,
} from './face/history.js'
export type { Downloaded, DownloadVersion, Ledger } from './face/ledger.js'
export type { Collectable, Collected, Damage, OnMaintenance, Verified } from './face/maintenance.js'
export type { OpenedFile } from './face/open-file.js'
export type { ComposedOptions, EmbeddedOptions, LedgerOptions } from './face/options.js'
export type { Asked } from './face/reads.js'
export type { Run } from './face/run-handle.js'
export type { Condition, ListInput, PageInput, SearchInput } from './face/search.js'
export { operations, taskEither } from './face/task-either.js'
export type { Imported, ImportOptions } from './face/transfer.js'
export type { CommitReceipt, Draft, Noted, VersionReceipt } from './face/writes.js'
export type { LineageRejection } from './projections/lineage.js'
export type { Behind } from './projections/outlast.js'
export type { Page } from './projections/page.js'
export type {
  Artifact,
  Moment,
  OpenDraft,
  QueryError,
  RegisteredModel,
  RunDetails,
  Version,
} from './projections/queries.js'
export type { ReadError } from './projections/read-shell.js'

/**
 * Opens a ledger: in a directory of its own (SQLite and a folder of files), or on stores that are given.
 * The ledger owns its stores and closes them. Rejects with a `LedgerError` if an option is wrong or a store
 * cannot be opened.
 */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  const given = await checked(LedgerOptions, options)
  const { actor, entity, project, deadline, patience, readOnly = false, clock = systemClock, ids = systemIds } = given
  const {
    events,
    files,
    snapshots,
    sharedFiles = false,
  } = 'directory' in given ? await embedded(given.directory, readOnly) : given
  const store: EventStore = await open(opened(events))
  const openFiles = async (): Promise<FileStore> => {
    if (readOnly) return open(opened(files))
    await promised(describeReadError)(settleLedgerId(store, ids))
    const unclaimed = await open(opened(files))
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
    snapshots,
    warn,
    local: { find: findLocalFiles, outsideLedgers, download: downloader },
    readOnly,
    clock,
    ids,
    defaults: { actor, entity, project },
    deadline,
    patience,
  })
}

/** The embedded default. SQLite is loaded here only, so that nobody else needs its binary. */
const embedded = async (
  directory: string,
  readOnly: boolean,
): Promise<{
  events: Opener<EventStore>
  files: Opener<FileStore>
  snapshots: SnapshotStore
  sharedFiles: boolean
}> => {
  const { sqliteEventStore } = await import('./adapters/sqlite/index.js')
  const path = join(directory, 'events.db')
  const refuse = (reason: string) => new LedgerError({ _tag: 'cannot-open', path: directory }, reason)
  if (readOnly && !existsSync(path)) {
    throw refuse(`there is no ledger in ${directory} to be read; name another folder, or open it without readOnly`)
  }
  if (!readOnly) {
    await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
      throw refuse(`the folder ${directory} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`)
    })
  }
  return {
    events: sqliteEventStore({ path, readOnly, warn }),
    files: directoryFileStore({ path: join(directory, 'files'), readOnly }),
    snapshots: directorySnapshotStore({ path: join(directory, 'snapshots') }),
    sharedFiles: false,
  }
}

const open = promised(({ reason }: OpeningError) => reason)

const warn = (message: string): void => process.emitWarning(message, 'ModelLedgerWarning')

const downloader: Downloader = ({ onProgress, ...options }) =>
  pipe(
    download({ ...options, ...(onProgress === undefined ? {} : { progress: onProgress }) }),
    TE.mapLeft((error) => ({ ...error, reason: describeDownloadError(error) })),
  )
