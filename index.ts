/** The face of model-ledger: `openLedger`, and the types that an embedder needs. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
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
import { systemClock, systemIds } from './adapters/system/index.js'
import { filesOfLedger, settleLedgerId } from './application/ledger-identity.js'
import { describeReadError } from './application/projecting/read-error.js'
import { heedingSignals, timeOf } from './domain/ports/clock-and-ids.js'
import type { EventStore } from './domain/ports/event-store.js'
import type { FileStore } from './domain/ports/file-store.js'
import type { Logger } from './domain/ports/logger.js'
import type { SnapshotStore } from './domain/ports/snapshot-store.js'
import { messageOf } from './domain/values/built-ins.js'
import { omitUndefined } from './domain/values/omit-undefined.js'
import { describeWriteError, LedgerError, type OpeningError, orThrow, promised } from './ledger/calling/errors.js'
import { checked } from './ledger/calling/input.js'
import { diagnostics } from './ledger/diagnostics/diagnostics.js'
import type { Downloader } from './ledger/files/download.js'
import type { ModelCache } from './ledger/files/use-model.js'
import { type Ledger, ledgerOn } from './ledger/ledger.js'
import { LedgerOptions, type Opener, opened } from './ledger/options.js'

export { systemClock, systemIds } from './adapters/system/index.js'
export type { Receipt } from './application/command-handling/receipt.js'
export type { BadMoment } from './application/projecting/as-of.js'
export type { Progress } from './application/projecting/model.js'
export type { Behind } from './application/projecting/outlast.js'
export type { ProjectionFailed, ReadError } from './application/projecting/read-error.js'
export type { FeedEvent } from './application/reading-history/feed.js'
export type { DomainEvent, EventOf, EventType } from './domain/events/catalogue.js'
export type { RecordedEvent } from './domain/events/stored-events.js'
export type { UnknownEvent } from './domain/events/unknown-event.js'
export type { Checkpoint, CheckpointStore } from './domain/ports/checkpoint-store.js'
export type { DownloadError, OnMaintenance } from './domain/ports/download.js'
export type { HistoryDamage } from './domain/ports/history-damage.js'
export type { LogEvent, Logger, LogLine } from './domain/ports/logger.js'
export { doubleAsJson, type EncodedDouble } from './domain/values/double.js'
export type { Cell, Table } from './domain/values/table/table.js'
export type * from './ledger/calling/arguments.js'
export type { When } from './ledger/calling/as-of.js'
export type { ErrorCategory } from './ledger/calling/error-category.js'
export {
  type CheckpointMismatch,
  type ConsumerFailed,
  categoryOf,
  describeWriteError,
  type Fault,
  type ImportError,
  LedgerError,
  type LedgerErrorCode,
  type LedgerFailure,
  type NoLedger,
  type NotComparable,
  type OpeningError,
  type WriteError,
} from './ledger/calling/errors.js'
export type { MethodFailures } from './ledger/calling/failures.js'
export type { LedgerProgress } from './ledger/catching-up.js'
export type { ConsumeOptions, Consumer, ConsumerStatus, Delivery, Handler } from './ledger/consuming.js'
export {
  type AppendMessage,
  type CallMessage,
  type CatchUpMessage,
  type ChannelMessages,
  type CommandMessage,
  channels,
  type FileMessage,
  type ReadMessage,
  type SnapshotMessage,
  type Watched,
} from './ledger/diagnostics/channels.js'
export type { CommitReceipt } from './ledger/distributing/distributed.js'
export type { EventsArgument, EventsInput } from './ledger/feed.js'
export type { Noted } from './ledger/files/contents.js'
export type { Downloaded, DownloadVersion, UseModel } from './ledger/files/download.js'
export type { OpenedFile } from './ledger/files/open-file.js'
export type { Note } from './ledger/files/store-content.js'
export type { UsedModel } from './ledger/files/use-model.js'
export type { DiffInput } from './ledger/finding/diff.js'
export type {
  ArtifactsInput,
  ArtifactTypesInput,
  ProjectsInput,
  RegisteredModelsInput,
  RunsInput,
  VersionsInput,
} from './ledger/finding/lists.js'
export type { ListInput, PageInput } from './ledger/finding/paging.js'
export type { Condition, SearchInput } from './ledger/finding/search.js'
export type { Ledger } from './ledger/ledger.js'
export type { LedgerAsOf } from './ledger/ledger-as-of.js'
export type { AliasReceipt } from './ledger/linking/aliases.js'
export type { Draft } from './ledger/logging/draft.js'
export type { CollectionReceipt, VersionReceipt } from './ledger/logging/log.js'
export type { OutdatedBase } from './ledger/logging/outdated-base.js'
export type {
  AliasHistoryInput,
  ExportInput,
  HistoryInput,
  LineageInput,
  PathsInput,
  ReplayInput,
  SubjectInput,
} from './ledger/looking-back/input.js'
export { type ReadExport, verifyExport } from './ledger/maintenance/export-format.js'
export type { Collectable, Collected, CollectionPlan, Leftover } from './ledger/maintenance/garbage-collection.js'
export type { Imported, ImportOptions } from './ledger/maintenance/import.js'
export type { Damage, DamagedStore, OnVerify, Verified, VerifyOptions } from './ledger/maintenance/verify.js'
export type { DamagedEvent } from './ledger/maintenance/verify-events.js'
export { newest } from './ledger/newest.js'
export type { ComposedOptions, EmbeddedOptions, LedgerOptions } from './ledger/options.js'
export type { Run } from './ledger/runs/run-handle.js'
export { operations, taskEither } from './ledger/task-either.js'
export type { LineageRejection } from './projections/lineage/ref.js'
export { type OwnProjection, type ProjectionDefinition, projection } from './projections/own-projection.js'
export type { Page } from './projections/paging/page.js'
export type { Artifact } from './projections/registry/questions/artifact.js'
export type { TagGroup } from './projections/registry/questions/by-tag.js'
export type { EntitySummary, ProjectSummary, TypeSummary } from './projections/registry/questions/choosing.js'
export type { TableDiff, VersionDiff } from './projections/registry/questions/diff-versions.js'
export type { Moment, QueryError } from './projections/registry/questions/errors.js'
export type { OpenDraft } from './projections/registry/questions/open-drafts.js'
export type { RegisteredModel } from './projections/registry/questions/registered-model.js'
export type { RunDetails } from './projections/registry/questions/run.js'
export type { Version } from './projections/registry/questions/version.js'

/**
 * Opens a ledger: in a directory of its own (SQLite and a folder of files), or on stores that are given.
 * The ledger owns its stores and closes them. Rejects with a `LedgerError` if an option is wrong or a store
 * cannot be opened.
 */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  const given = await checked(LedgerOptions, options)
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
  const store = watched.events(await open(opened(events)))
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
      cached: cacheIn(given.cache ?? defaultCache()),
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

/** The embedded default. SQLite is loaded here only, so that nobody else needs its binary. */
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
  const { sqliteEventStore } = await import('./adapters/sqlite/index.js')
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
  (cache: string): ModelCache =>
  ({ onProgress, ...options }) =>
    pipe(
      cached({ ...options, cache, ...(onProgress === undefined ? {} : { progress: onProgress }) }),
      TE.mapLeft((error) => ({ ...error, reason: describeDownloadError(error) })),
    )
