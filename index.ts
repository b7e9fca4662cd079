/** The face of model-ledger: `openLedger`, and the types that an embedder needs. What it takes to open one is loaded then. */

import { isPlainObject } from './domain/values/built-ins.js'
import { lettingGo, listenedTo } from './ledger/calling/given-streams.js'
import type { Ledger } from './ledger/ledger.js'
import type { verifyExport as VerifyExport } from './ledger/maintenance/export-format.js'
import type { LedgerOptions } from './ledger/options.js'

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
export type { ReadExport } from './ledger/maintenance/export-format.js'
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
  const given = asGiven(options)
  const { openLedger } = await import('./open-ledger.js')
  return openLedger(given)
}

/** As they are at the call: what the caller changes after it is not looked at. What cannot be read is refused when it is opened. */
const asGiven = (options: LedgerOptions): LedgerOptions => {
  try {
    return isPlainObject(options) ? { ...options } : options
  } catch {
    return options
  }
}

/** Reads an export to its end, and holds it to everything that an import would. Rejects with a `LedgerError`. */
export const verifyExport: typeof VerifyExport = (...given) =>
  lettingGo(
    listenedTo(given),
    import('./ledger/maintenance/export-format.js').then(({ verifyExport }) => verifyExport(...given)),
  )
