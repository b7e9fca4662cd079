/** Care for what is stored: reading every byte again, and deleting the files that nothing names any more. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { FactReader } from '../../application/command-handling/facts.js'
import { assertFilesOfOne } from '../../application/file-ownership.js'
import { ledgerIdOf } from '../../application/ledger-identity.js'
import type { ManifestStore } from '../../application/manifest-store.js'
import { describeReadError } from '../../application/projecting/read-error.js'
import { openAdmission } from '../../domain/admission.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import type { OnMaintenance } from '../../domain/ports/download.js'
import { type EventStore, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import {
  COLLECTED_AFTER_MS,
  describeFileStoreError,
  type FileKind,
  type FileStore,
  type FileStoreError,
  FileStoreFailure,
  type StoredFile,
} from '../../domain/ports/file-store.js'
import { rule } from '../../domain/values/codec.js'
import { type Digest, isDigest } from '../../domain/values/digest.js'
import { describeImpossible } from '../../domain/values/impossible.js'
import type { Manifest } from '../../domain/values/manifest/manifest.js'
import type { Registry } from '../../projections/registry/state.js'
import { describeWriteError, eachFromStore, promised } from '../calling/errors.js'
import { checked, checkedIfGiven, Listener } from '../calling/input.js'
import { liveVersions, storedIn } from './needed-files.js'
import { bytesOf, eachOf, reporter } from './progress.js'

/** Something that a live version needs, and that is missing or not what it was. */
export interface Damage {
  readonly kind: FileKind
  readonly digest: Digest
  readonly error: FileStoreError
  /** What was wrong, in words. */
  readonly reason: string
  /** Where it is named: `entity/project/name:vN`, and for a file its path in there. */
  readonly namedBy: ReadonlyArray<{ readonly version: string; readonly path?: string }>
}

/** An event that is not what a codec of this ledger let pass, or that cannot have followed on those before it. */
export interface DamagedEvent {
  readonly stream: string
  readonly revision: number
  readonly position: Position
  readonly reason: string
}

export interface Verified {
  readonly events: number
  readonly damagedEvents: ReadonlyArray<DamagedEvent>
  /** Types of events from the future, which cannot be verified here, and how many there are of each. */
  readonly unknownEvents: Readonly<Record<string, number>>
  readonly versions: number
  /** Each counted once, however many versions name it; references are not fetched. */
  readonly files: number
  readonly bytes: number
  readonly damaged: ReadonlyArray<Damage>
}

/** Files that garbage collection would delete. */
export interface Collectable {
  /** Each with its size and the time of its last `put`. */
  readonly files: ReadonlyArray<StoredFile & { readonly lastPut: Date }>
  /** Of all of them together. */
  readonly bytes: number
}

const Plan = rule(
  'a plan: what collectable answered',
  (value): value is Collectable =>
    typeof value === 'object' &&
    value !== null &&
    'files' in value &&
    Array.isArray(value.files) &&
    'bytes' in value &&
    Number.isSafeInteger(value.bytes) &&
    Number(value.bytes) >= 0 &&
    value.files.every((file) =>
      isDigest(typeof file === 'object' && file !== null ? Reflect.get(file, 'digest') : file),
    ),
)

export interface Collected {
  readonly deleted: number
  readonly bytes: number
  /** Files of the plan that stayed: put again since, or named again. */
  readonly kept: number
}

export interface MaintenancePorts {
  readonly events: EventStore
  /** The registry now. */
  readonly registry: () => Promise<Registry>
  /** Types of events that are not known here, and how many of each there are. */
  readonly unknownEvents: () => Promise<ReadonlyMap<string, number>>
  readonly facts: FactReader
  readonly manifests: ManifestStore
  readonly files: FileStore
  readonly readOnly: boolean
}

export type Maintenance = ReturnType<typeof maintenance>

const run = promised(describeWriteError)

export const maintenance = ({
  events,
  registry,
  unknownEvents,
  facts,
  manifests,
  files,
  readOnly,
}: MaintenancePorts) => {
  const manifestOf = (digest: Digest): Promise<Manifest> => run(manifests.get(digest))

  /** Every manifest that is needed: those of live versions, and those of parts whose version is still to come. */
  const neededManifests = async (): Promise<ReadonlySet<Digest>> => {
    const known = await registry()
    const { drafts } = known
    const needed = new Set<Digest>(liveVersions(known).map(({ digest }) => digest))
    for (const { artifact, distributedId, generations } of drafts.values()) {
      if (generations.every(({ ended, logged }) => ended?.how === 'abandoned' || logged !== undefined)) continue
      const unlogged = await run(
        facts.draft(artifact, distributedId, ({ parts, ended }) => [
          ...parts.map(({ part }) => part.digest),
          ...ended.flatMap(({ committed }) =>
            committed === undefined || generations[committed.generation]?.logged !== undefined
              ? []
              : committed.manifest.digest,
          ),
        ]),
      )
      for (const digest of unlogged) needed.add(digest)
    }
    return needed
  }

  /** Rejects if one of the manifests cannot be read: nothing may be deleted then. */
  const neededFiles = async (): Promise<ReadonlySet<Digest>> => {
    const needed = new Set<Digest>()
    for (const manifest of await neededManifests()) {
      for (const { digest } of storedIn(await manifestOf(manifest))) needed.add(digest)
    }
    return needed
  }

  /** By the clock that dates the files, whatever this process takes the time to be. */
  const aDayAgo = async (): Promise<Date> => new Date((await run(files.now())).getTime() - COLLECTED_AFTER_MS)

  const collectable = async (): Promise<Collectable> => {
    await promised(describeReadError)(ledgerIdOf(events)).then((own) => run(assertFilesOfOne(files, own)))
    if ((await promised(describeReadError)(events.head())) === ORIGIN) return run(TE.left({ _tag: 'empty-history' }))
    const before = (await aDayAgo()).getTime()
    const old: Array<Collectable['files'][number]> = []
    try {
      for await (const page of files.list('file')) old.push(...page.filter(({ lastPut }) => lastPut.getTime() < before))
    } catch (cause) {
      if (cause instanceof FileStoreFailure) return run(TE.left(cause.error))
      throw cause
    }
    const needed = old.length === 0 ? new Set<Digest>() : await neededFiles()
    // An event that is not understood could name a file.
    const [unknown] = (await unknownEvents()).keys()
    if (unknown !== undefined) return run(TE.left({ _tag: 'not-understood', type: unknown }))
    const unneeded = old.filter(({ digest }) => !needed.has(digest))
    return { files: unneeded, bytes: bytesOf(unneeded) }
  }

  /**
   * Every event decoded in full, as at its writing, and held to what could have been. Of a stream that holds what could
   * not, the first such event is told.
   */
  const verifyEvents = async (): Promise<Pick<Verified, 'events' | 'damagedEvents' | 'unknownEvents'>> => {
    const damagedEvents: DamagedEvent[] = []
    const unknown = new Map<string, number>()
    let count = 0
    const admission = openAdmission()
    for await (const page of eachFromStore(events.readAll(ORIGIN))) {
      count += page.length
      for (const stored of page) {
        const { stream, revision, position, type } = stored
        const decoded = decodeEvent(stored)
        if (E.isRight(decoded)) {
          const outcome = admission.admit(stored, decoded.right)
          if (E.isLeft(outcome)) {
            damagedEvents.push({ stream, revision, position, reason: describeImpossible(outcome.left) })
          }
          continue
        }
        admission.pass(stream)
        if (decoded.left._tag === 'unknown-event') unknown.set(type, (unknown.get(type) ?? 0) + 1)
        else damagedEvents.push({ stream, revision, position, reason: decoded.left.reason })
      }
    }
    const ended = admission.end()
    if (E.isLeft(ended)) {
      const { reason, ...where } = ended.left
      damagedEvents.push({ ...where, reason: describeImpossible(reason) })
    }
    return { events: count, damagedEvents, unknownEvents: Object.fromEntries(unknown) }
  }

  return {
    /**
     * The files that `collectGarbage` would delete: those that no live version and no open draft names and
     * that were not put for a day. Manifests are never deleted. Refused where the files are also another ledger's, and
     * where there is no history that could name any.
     */
    collectable,

    /** Deletes what a plan names and what is still collectable; what was put or named again meanwhile stays. */
    collectGarbage: async (plan: Collectable, onProgress?: OnMaintenance): Promise<Collected> => {
      if (readOnly) return run(TE.left({ _tag: 'read-only' }))
      await checked(Plan, plan)
      await checkedIfGiven(Listener, onProgress)
      const before = await aDayAgo()
      const planned = new Set(plan.files.map(({ digest }) => digest))
      const still = (await collectable()).files.filter(({ digest }) => planned.has(digest))
      const report = reporter(still.length, bytesOf(still), onProgress)
      let deleted = 0
      let bytes = 0
      await eachOf(still, async ({ digest, size }) => {
        if (await run(files.delete(digest, before))) {
          deleted += 1
          bytes += size
        }
        report(size)
      })
      return { deleted, bytes, kept: plan.files.length - deleted }
    },

    /**
     * Decodes every event in full, and reads the manifest and every file of every live version again; answers what
     * is missing or damaged.
     */
    verify: async (onProgress?: OnMaintenance): Promise<Verified> => {
      await checkedIfGiven(Listener, onProgress)
      const verifiedEvents = await verifyEvents()
      const live = liveVersions(await registry())
      const damaged: Damage[] = []
      const found = (kind: FileKind, digest: Digest, error: FileStoreError, namedBy: Damage['namedBy']): void => {
        damaged.push({ kind, digest, error, reason: describeFileStoreError(error), namedBy })
      }

      const sizes = new Map<Digest, number>()
      const intact: typeof live = []
      for (const { version, digest } of live) {
        const manifest = await pipe(
          files.verify('manifest', digest),
          TE.flatMap(() => manifests.get(digest)),
        )()
        if (E.isLeft(manifest)) {
          found('manifest', digest, manifest.left, [{ version }])
          continue
        }
        intact.push({ version, digest })
        for (const { digest: file, size } of storedIn(manifest.right)) sizes.set(file, size)
      }

      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
      const report = reporter(sizes.size, bytes, onProgress)
      const failed = new Map<Digest, FileStoreError>()
      await eachOf([...sizes], async ([digest, size]) => {
        const verified = await files.verify('file', digest)()
        if (E.isLeft(verified)) failed.set(digest, verified.left)
        report(size)
      })
      if (failed.size > 0) {
        const namedBy = new Map<Digest, Array<Damage['namedBy'][number]>>([...failed.keys()].map((key) => [key, []]))
        for (const { version, digest } of intact) {
          for (const { path, digest: file } of storedIn(await manifestOf(digest))) {
            namedBy.get(file)?.push({ version, path })
          }
        }
        for (const digest of sizes.keys()) {
          const error = failed.get(digest)
          if (error !== undefined) found('file', digest, error, namedBy.get(digest) ?? [])
        }
      }
      return { ...verifiedEvents, versions: live.length, files: sizes.size, bytes, damaged }
    },
  }
}
