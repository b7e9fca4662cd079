/**
 * What the methods of a ledger take, as a caller writes it: a member that is `undefined` counts as absent, and a
 * moment may be a `Date`. `input.ts` has the codec of each.
 */

import type { Metrics } from '../../domain/run/metrics.js'
import type { JsonObject } from '../../domain/values/json.js'
import type { RunOutcome } from '../../domain/values/names.js'
import type { Content, Storing } from './content.js'
import type { Stoppable } from './stoppable.js'

export type { Content, ContentItem, OnProgress, Storing } from './content.js'
export type { Stoppable } from './stoppable.js'

/** An argument after its check: what was `undefined` is absent, and a moment is a text. */
export type Checked<A> = {
  readonly [K in keyof A]: A[K] extends string | Date | undefined
    ? Exclude<A[K], Date | undefined>
    : Exclude<A[K], undefined>
}

/** Who does it and why; may stand in the argument of every method that records something. */
export interface EnvelopeFields extends Stoppable {
  /**
   * The caller's idempotency key: the same command with the same id acts once and has the same receipt for ever, also
   * where it changed nothing. New for each call unless told.
   */
  readonly commandId?: string | undefined
  /** Who gives the command; the ledger's own actor unless told. */
  readonly actor?: string | undefined
  /** Why; at most 4,096 code points. */
  readonly reason?: string | undefined
  /** For whom the actor acts, where that is somebody else. */
  readonly onBehalfOf?: string | undefined
  /** What this belongs to: a request, a pipeline. */
  readonly correlationId?: string | undefined
  /** What caused this: the id of a command or an event. */
  readonly causationId?: string | undefined
  /** When it is claimed to have happened: an ISO 8601 text with a time zone, or a `Date`. Shown, never used to select. */
  readonly occurredAt?: string | Date | undefined
}

interface OfArtifact {
  /** The artifact: `[[entity/]project/]name`. */
  readonly name: string
}
interface OfModel {
  /** The registered model: `[[entity/]registry/]name`. */
  readonly name: string
}
interface OfVersion {
  /** The version: `[[entity/]project/]name[:alias|:vN]`, `latest` unless told. */
  readonly version: string
}
interface OfVersionInFull {
  /** The version: `[[entity/]project/]name:alias` or `name:vN`. */
  readonly version: string
}
interface OfRun {
  /** The run: `[[entity/]project/]run`. */
  readonly run: string
}
interface Typed {
  /** The type, such as `model` or `dataset`; settled when the name is used first. */
  readonly type: string
}
interface Tagged {
  /** At most 20 at a time. */
  readonly tags: ReadonlyArray<string>
}

interface ByRun {
  /** The run that does it: `[[entity/]project/]run`; none unless told. */
  readonly run?: string | undefined
}
interface Expecting {
  /** Who is expected to hold each alias that moves: a version number, or `absent`. Else it is refused. */
  readonly expect?: Readonly<Record<string, number | 'absent'>> | undefined
}
interface ExpectingOne {
  /** Who is expected to hold the alias: a version number, or `absent`. Else it is refused. */
  readonly expect?: number | 'absent' | undefined
}
interface Worded {
  /** In words; at most 65,536 code points. */
  readonly description?: string | undefined
}
interface Described extends Worded {
  /** A JSON object of at most 100 members. */
  readonly metadata?: JsonObject | undefined
  /** Aliases to point to it, besides `latest`. */
  readonly aliases?: ReadonlyArray<string> | undefined
  /** At most 20. */
  readonly tags?: ReadonlyArray<string> | undefined
}
interface OfGeneration {
  /** The generation that is meant: the one that is open when the call begins, or else the next, unless told. */
  readonly generation?: number | undefined
}
interface OpeningNext {
  /** Where the generation that is meant has ended by then, open the next one; refused unless told. */
  readonly openNext?: boolean | undefined
}
interface Distributed extends OfArtifact, Typed, OfGeneration, OpeningNext, Storing, EnvelopeFields {
  /** Which distributed version: the group of the run unless told. */
  readonly distributedId?: string | undefined
  /** The run that does it: `[[entity/]project/]run`; its group may stand for `distributedId`. */
  readonly run?: string | undefined
  /** Whose part it is: the run unless told, and outside a run each call is a writer of its own. */
  readonly writer?: string | undefined
  /**
   * The version that is built on: `[[entity/]project/]name[:alias|:vN]`, of the same artifact, or a link to it. The first that
   * names one settles it for the generation; one who names another is refused. What nobody touches stays as it is there.
   */
  readonly base?: string | undefined
  /** Paths to take out of what the base holds, and directories with everything below, before the part is added. */
  readonly remove?: ReadonlyArray<string> | undefined
  /** The part replaces paths for which the base holds other content; refused unless told. */
  readonly overwrite?: boolean | undefined
}

/** Why events are given up for lost must be said. */
export interface AcceptLoss extends EnvelopeFields {
  readonly reason: string
}

export interface CreateArtifact extends OfArtifact, Typed, Worded, EnvelopeFields {}

export interface LogArtifact extends OfArtifact, Typed, Described, ByRun, Expecting, Storing, EnvelopeFields {
  /** What the version holds. */
  readonly content: Content
}

export interface NewArtifact extends OfArtifact, Typed, Stoppable {}

export interface AddToDraft extends Omit<Storing, 'onProgress'>, Stoppable {
  /** Replaces paths that hold other content already; refused unless told. */
  readonly overwrite?: boolean | undefined
}

interface Describing {
  /** In words; what the version said from which this was drafted or copied unless told, and `null` for nothing. */
  readonly description?: string | null | undefined
  /** A JSON object of at most 100 members, in place of all that the version said unless told; `null` for nothing. */
  readonly metadata?: JsonObject | null | undefined
}

export interface LogDraft extends Omit<Described, keyof Describing>, Describing, ByRun, Expecting, EnvelopeFields {
  /** Refuse if the version from which this was drafted is no longer the newest. */
  readonly expectNewest?: boolean | undefined
}

export interface Copy extends OfVersion, Omit<Described, keyof Describing>, Describing, Expecting, EnvelopeFields {
  /** The artifact that gets it: `[[entity/]project/]name`, another than that of the version; made if there is none. */
  readonly to: string
  /** The type of that artifact; that of the version's own unless told. */
  readonly type?: string | undefined
}

export interface UpsertDistributed extends Distributed {
  /** The part; needed unless it only removes. */
  readonly content?: Content | undefined
}

export interface CommitDistributed extends Distributed, Described {
  /** A part of the committer's own; none unless told. */
  readonly content?: Content | undefined
  /** Where writers disagree about a path, take the later; refused unless told. */
  readonly lastWriterWins?: boolean | undefined
  /**
   * Whom the commit expects: how many writers, or their names. It is refused where others brought parts than these, the
   * committer with its own part included.
   */
  readonly writers?: number | ReadonlyArray<string> | undefined
  /** Refuse if the version that is built on is no longer the newest. */
  readonly expectNewest?: boolean | undefined
}

export interface AbandonDistributed extends OfArtifact, OfGeneration, EnvelopeFields {
  /** Which distributed version. */
  readonly distributedId: string
}

interface Redescribed {
  /** In words; `null` takes it away, and what is left out stays. */
  readonly description?: string | null | undefined
  /** Replaces all of it, by a JSON object of at most 100 members; `null` takes it away, and what is left out stays. */
  readonly metadata?: JsonObject | null | undefined
  /** Over the metadata that are there: members to set, and with `null` to take away, also in objects within (RFC 7396). */
  readonly mergeMetadata?: JsonObject | undefined
  /** The metadata that the caller read, `null` for none: refused if they are no longer these, with who changed them and when. */
  readonly expectMetadata?: JsonObject | null | undefined
}

export interface DescribeArtifact extends OfArtifact, EnvelopeFields {
  /** In words, at most 65,536 code points; `null` takes it away. */
  readonly description: string | null
}

export interface TagArtifact extends OfArtifact, Tagged, EnvelopeFields {}

export interface ArchiveArtifact extends OfArtifact, EnvelopeFields {}

export interface Describe extends OfVersionInFull, Redescribed, EnvelopeFields {}

export interface Tag extends OfVersionInFull, Tagged, EnvelopeFields {}

export interface DeleteVersion extends OfVersionInFull, Expecting, EnvelopeFields {
  /** Removes the aliases that point to it, too; refused unless told, while there are any. */
  readonly deleteAliases?: boolean | undefined
  /** Leaves links to it, which say then that their source is deleted; refused unless told, while there are any. */
  readonly leaveLinks?: boolean | undefined
}

interface Deleting {
  /** Takes its aliases away, too; refused unless told, while there are any besides `latest`. */
  readonly deleteAliases?: boolean | undefined
}

export interface DeleteArtifact extends OfArtifact, Deleting, EnvelopeFields {
  /** Leaves the links to its versions, which say that their source is deleted; refused unless told, while there are any. */
  readonly leaveLinks?: boolean | undefined
}

export interface DeleteModel extends OfModel, Deleting, EnvelopeFields {}

export interface MoveAlias extends OfVersion, EnvelopeFields {
  /** The alias that is to point to it; or a list of them, which move in one step, or none of them. */
  readonly alias: string | ReadonlyArray<string>
  /** Who is expected to hold it, or each of them: a version number, or `absent`; or these by alias. Else it is refused. */
  readonly expect?: number | 'absent' | Readonly<Record<string, number | 'absent'>> | undefined
}

export interface RemoveAlias extends ExpectingOne, EnvelopeFields {
  /** The artifact or the registered model: `[[entity/]project/]name`. */
  readonly name: string
  /** The alias that is to be removed. */
  readonly alias: string
}

export interface CreateModel extends OfModel, Typed, Worded, EnvelopeFields {}

export interface Link extends OfVersion, Expecting, EnvelopeFields {
  /** The registered model: `[[entity/]registry/]name`; made if there is none. */
  readonly to: string
  /** Aliases to point to the link, besides `latest`. */
  readonly aliases?: ReadonlyArray<string> | undefined
}

export interface Unlink extends OfVersionInFull, Expecting, EnvelopeFields {}

export interface DescribeModel extends OfModel, Redescribed, EnvelopeFields {}

export interface TagModel extends OfModel, Tagged, EnvelopeFields {}

export interface ArchiveModel extends OfModel, EnvelopeFields {}

export interface StartRun extends EnvelopeFields {
  /** `[[entity/]project/]run`; new unless told. */
  readonly run?: string | undefined
  /** What runs that belong together have in common, such as the writers of a distributed version. */
  readonly group?: string | undefined
  /** What the run was given: a JSON object of at most 1,000 members. */
  readonly config?: JsonObject | undefined
  /** What the run is for: `train`, `evaluate`. */
  readonly jobType?: string | undefined
}

export interface SummariseRun extends OfRun, EnvelopeFields {
  /** Numbers, texts and booleans by name. A number is any double: NaN, infinities and -0 come back as they were. */
  readonly metrics: Metrics
}

export interface UseArtifact extends OfRun, OfVersion, EnvelopeFields {}

export interface FinishRun extends OfRun, EnvelopeFields {
  /** How it ended; `finished` unless told. */
  readonly outcome?: RunOutcome | undefined
}

export interface LinkModel extends Described, ByRun, Storing, EnvelopeFields {
  /** What the version holds. */
  readonly content: Content
  /** The registered model: `[[entity/]registry/]name`; made if there is none. */
  readonly to: string
  /** The artifact's name; unless told that of the first file or directory, behind that of the run if there is one. */
  readonly name?: string | undefined
  /** That of the artifact unless told; of a new one what the registered model accepts, and `model` if that is new, too. */
  readonly type?: string | undefined
}

export interface OpenFile extends OfVersion, Stoppable {
  /** Its path inside the version. */
  readonly path: string
  /**
   * Only the bytes from `start` (0 unless told) up to `end` and without it (the end of the file unless told), as `slice` has it: what
   * lies beyond the file is none. Bytes of a range cannot be compared with the digest, which is that of the whole file.
   */
  readonly range?: { readonly start?: number | undefined; readonly end?: number | undefined } | undefined
}
