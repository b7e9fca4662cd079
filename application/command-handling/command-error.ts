/** What else can fail than the rules, and the words for all of it. */

import { describeMissingAlias } from '../../domain/collections/missing-alias.js'
import { describeEnd, describeNotFound, type TypeMismatch } from '../../domain/collections/version-rejections.js'
import type { Rejection } from '../../domain/commands/rejections.js'
import { describeDamaged } from '../../domain/events/damaged-event.js'
import type { EventProblem } from '../../domain/events/stored-events.js'
import type { ReadFailure } from '../../domain/ports/event-store.js'
import type { StandingLink } from '../../domain/ports/facts.js'
import { describeFileStoreError, type FileStoreError } from '../../domain/ports/file-store.js'
import { describeHistoryDamage, type HistoryDamage } from '../../domain/ports/history-damage.js'
import { describeProblem, type Problem } from '../../domain/values/codec.js'
import type { RecordedBy } from '../../domain/values/decider.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import {
  type CollectionRef,
  collectionPath,
  isModel,
  runPath,
  versionName,
  versionPath,
} from '../../domain/values/references.js'
import { didYouMean } from '../../domain/values/similar-names.js'
import { describeDraftRejection } from './draft-rejection-words.js'
import { recorded } from './words.js'

/** The signal of the call aborted it. A command of which that is told was not recorded. */
export interface Aborted {
  readonly _tag: 'aborted'
}
export const ABORTED = 'the signal of the call aborted it'

export type CommandError =
  | Rejection
  | { readonly _tag: 'invalid-command'; readonly problems: ReadonlyArray<Problem> }
  /** The id was used before for another command on the same stream. */
  | { readonly _tag: 'command-id-reused'; readonly commandId: string; readonly stream: string; readonly at: RecordedBy }
  | { readonly _tag: 'manifest-mismatch'; readonly claimed: ManifestSummary; readonly stored: ManifestSummary }
  /** No version comes of a generation that is open, or was abandoned. */
  | { readonly _tag: 'not-sealed'; readonly stream: string; readonly generation: number }
  | { readonly _tag: 'event-too-large'; readonly bytes: number; readonly limit: number }
  /** Others kept writing to the stream until the deadline. Nothing was recorded. */
  | { readonly _tag: 'contention'; readonly stream: string; readonly attempts: number }
  /** Events are missing: nothing is recorded until they are back, or their loss is accepted. */
  | HistoryDamage
  | ReadFailure
  | Aborted
  /** It may or may not be recorded: give the same command with the same id again. */
  | { readonly _tag: 'unknown-outcome'; readonly commandId: string; readonly reason: string }
  | EventProblem
  | FileStoreError

export const describeCommandError = (error: CommandError): string => {
  switch (error._tag) {
    case 'invalid-command':
    case 'invalid-input':
      return error.problems.map(describeProblem).join('; ')
    case 'type-mismatch':
      return `${collectionPath(error.collection)} accepts the type "${error.accepted}", not "${error.offered}"${waiting(error)}`
    case 'archived':
      return `${collectionPath(error.collection)} was archived ${recorded(error.archived)}; unarchive it first`
    case 'reserved-name':
      return `the name "${error.name}" with the type "${error.artifactType}" is reserved`
    case 'version-not-found':
      if (!error.exists) {
        return `there is no ${isModel(error.collection) ? 'registered model' : 'artifact'} ${collectionPath(error.collection)}${once(error)}`
      }
      return describeNotFound(error, recorded)
    case 'version-deleted':
      return describeEnd(error, recorded(error.deleted))
    case 'link-removed':
      return describeEnd(error, recorded(error.unlinked))
    case 'artifact-not-found':
      return `the artifact ${collectionPath(error.artifact)} does not exist${once(error)}; log a version of it or create it`
    case 'model-not-found':
      return `the registered model ${collectionPath(error.model)} does not exist${once(error)}; link a version to it or create it`
    case 'alias-expectation-failed':
      return `the alias "${error.alias}" was expected to ${
        error.expected === 'absent' ? 'be absent' : `point to ${versionName(error.expected)}`
      }, but ${
        error.holder === null
          ? 'it is absent'
          : `it points to v${error.holder.version}, put there ${recorded(error.holder)}`
      }`
    case 'alias-not-found':
      if (error.collection === undefined) return `there is no alias "${error.alias}"`
      return error.missingAlias === undefined
        ? `there is no alias "${error.alias}": ${collectionPath(error.collection)} does not exist`
        : `${describeMissingAlias({ ...error, collection: error.collection }, error.missingAlias, recorded)}${didYouMean(error.missingAlias.similar)}`
    case 'base-outdated':
      return `the newest live version was expected to be v${error.expectedBase}, but ${
        error.newest === null ? 'there is none' : `it is v${error.newest}; draft from that one`
      }`
    case 'version-has-aliases':
      return `v${error.version} holds ${list(error.aliases)}; move them first, or say deleteAliases${error.links.length === 0 ? '' : `. ${sourceOf(error.version, error.links)}`}`
    case 'version-has-links':
      return sourceOf(error.version, error.links)
    case 'collection-has-aliases':
      return `${collectionPath(error.collection)} has ${list(error.aliases)}; move or remove them first, or say deleteAliases${error.links.length === 0 ? '' : `. ${sourcesOf(error.collection, error.links)}`}`
    case 'artifact-has-links':
      return sourcesOf(error.artifact, error.links)
    case 'metadata-changed':
      return `the metadata of ${ofWhat(error)} are no longer those that were read${error.changed === undefined ? '' : `: they were said ${recorded(error.changed)}`}; read them again`
    case 'too-much-metadata':
      return `the metadata of ${ofWhat(error)} would have ${error.count} members; the most is ${error.most}`
    case 'too-many-tags':
      return `${error.version === null ? collectionPath(error.collection) : versionPath(error.collection, error.version)} would have ${error.count} tags; the most is ${error.most}`
    case 'draft-ended':
    case 'generation-not-open':
    case 'draft-empty':
    case 'path-conflict':
    case 'writers-not-as-expected':
    case 'base-of-another-artifact':
    case 'base-settled':
    case 'base-conflict':
    case 'no-base':
      return describeDraftRejection(error)
    case 'run-not-found':
      return `the run ${runPath(error.run)} was never started`
    case 'run-already-started':
      return `the run ${runPath(error.run)} was started ${recorded(error.started)}, with another configuration`
    case 'run-already-finished':
      return `the run ${runPath(error.run)} ended as "${error.finished.outcome}" ${recorded(error.finished)}`
    case 'nothing-lost':
      return `no event is missing that was noted${error.accepted === null ? '' : `; the last loss was accepted ${recorded(error.accepted)}`}: there is nothing to accept`
    case 'history-lost':
    case 'head-of-another-ledger':
      return `nothing is recorded: ${describeHistoryDamage(error)}`
    case 'command-id-reused':
      return `the command id "${error.commandId}" was used for another command on ${error.stream} ${recorded(error.at)}; every command needs an id of its own`
    case 'manifest-mismatch':
      return `the manifest ${error.claimed.digest} holds ${error.stored.entries} entries and ${error.stored.bytes} bytes, not ${error.claimed.entries} and ${error.claimed.bytes}`
    case 'not-sealed':
      return `generation ${error.generation} of ${error.stream} is not sealed; commit it first`
    case 'event-too-large':
      return `the event would take ${error.bytes} bytes; the most is ${error.limit}: shorten the metadata, the description or the list of what is removed`
    case 'contention':
      return `others kept writing to ${error.stream}; given up after ${error.attempts} attempts, nothing was recorded`
    case 'unavailable':
      return `the event store cannot be reached: ${error.reason}; nothing was recorded`
    case 'closed':
      return error.reason
    case 'aborted':
      return `${ABORTED}: nothing was recorded`
    case 'unknown-outcome':
      return `it is not known whether the command was recorded (${error.reason}); give it again with the same command id "${error.commandId}"`
    case 'unknown-event':
      return `${error.stream} holds at revision ${error.revision} an event "${error.type}" that this version does not know: upgrade model-ledger`
    case 'damaged-event':
      return describeDamaged(error)
    case 'damaged-store':
      return `the event store is damaged: ${error.reason}`
    case 'file-missing':
    case 'files-of-another-ledger':
    case 'file-damaged':
    case 'source-failed':
    case 'bad-clock':
    case 'file-store-failed':
      return describeFileStoreError(error)
  }
}

/** What became of one that was there. */
const once = ({ deleted }: { readonly deleted?: RecordedBy }): string =>
  deleted === undefined ? '' : `: it was deleted ${recorded(deleted)}`

/** Which links lead there, and what to say of them. */
const sourceOf = (version: number, links: ReadonlyArray<StandingLink>): string =>
  `v${version} is the source of ${leadingThere(links)}`

/** The same of a whole artifact. */
const sourcesOf = (artifact: CollectionRef, links: ReadonlyArray<StandingLink>): string =>
  `${collectionPath(artifact)} holds the ${links.length === 1 ? 'source' : 'sources'} of ${leadingThere(links)}`

const leadingThere = (links: ReadonlyArray<StandingLink>): string => {
  const named = links.slice(0, MOST_NAMED).map(({ model, version, aliases }) => {
    const path = versionPath(model, version)
    return aliases.length === 0 ? path : `${path} (${list(aliases)})`
  })
  const more = links.length > MOST_NAMED ? ` and ${links.length - MOST_NAMED} more` : ''
  const them = links.length === 1 ? 'it' : 'them'
  return `${named.join(', ')}${more}; unlink ${them} first, or say leaveLinks`
}

const MOST_NAMED = 5

const ofWhat = ({ collection, version }: { collection: CollectionRef; version: number | null }): string =>
  version === null ? collectionPath(collection) : versionPath(collection, version)

const list = (words: ReadonlyArray<string>): string =>
  `the ${words.length === 1 ? 'alias' : 'aliases'} ${words.map((word) => `"${word}"`).join(', ')}`

/** What to do where a version cannot be logged of what was sealed already. */
const waiting = ({ collection, sealed }: TypeMismatch): string =>
  sealed === undefined
    ? ''
    : `; generation ${sealed.generation} of the draft "${sealed.distributedId}" was sealed with that: its version is logged once ${collectionPath(collection)} is deleted; or abandon this generation by its number`
