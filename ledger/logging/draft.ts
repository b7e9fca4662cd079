/** Drafts: a version in the making, from nothing or from another version. */
import * as E from 'fp-ts/lib/Either.js'
import { saidNow } from '../../application/command-handling/said.js'
import { NOTHING_SAID } from '../../domain/collections/descriptions.js'
import type { Said } from '../../domain/ports/facts.js'
import type { JsonObject } from '../../domain/values/json.js'
import { manifestBuilder } from '../../domain/values/manifest/builder.js'
import type { Manifest, ManifestEntry } from '../../domain/values/manifest/manifest.js'
import type { VersionNumber } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type ArtifactRef, collectionPath } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import { checkedIfGivenNow } from '../calling/checked.js'
import { ContentInput, FilePath } from '../calling/content-input.js'
import { frozen } from '../calling/frozen.js'
import * as inputs from '../calling/input.js'
import { guarded } from '../calling/own.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, run } from '../calling/send-command.js'
import { untilAborted } from '../calling/stopping.js'
import type { Contents } from '../files/contents.js'
import type { Note } from '../files/store-content.js'
import { described, log, type VersionReceipt } from './log.js'
import { manifestNow, notHeldOf, outdatedBy } from './outdated-base.js'

/** A version in the making: content to add to and to remove from, until it is logged. */
export interface Draft {
  /** `entity/project/name` */
  readonly artifact: string
  /** The version from which it was drafted, if any; once it was logged, the one that it became. */
  readonly base: number | null
  /** What that version said when the draft went on from it, and what `log` says unless it is told otherwise. */
  readonly description: string | null
  /** Likewise. */
  readonly metadata: JsonObject | null
  /** Stores content and adds it, or, where it is aborted, nothing of it. A path that holds other content already needs `overwrite`. */
  readonly add: (content: args.Content, options?: args.AddToDraft) => Promise<void>
  /** Removes a file, or everything below a directory; a path that is not there is an error. */
  readonly remove: (path: string) => Promise<ReadonlyArray<ManifestEntry>>
  /** What it holds so far. */
  readonly entries: () => Manifest
  /** Logs what it holds as the next version, from which the draft goes on. */
  readonly log: (options?: args.LogDraft) => Promise<VersionReceipt>
}

export interface DraftMethods {
  /** A draft from nothing: of a new artifact, or of an artifact's next version. */
  newArtifact: (given: args.NewArtifact) => Promise<Draft>
  /**
   * A draft from a version: its content, to be changed and logged as the next one, and its description and metadata as
   * they are now; neither aliases nor tags. A link stands for its source. Name it by its number where the log may be
   * repeated: an alias means another version when it has moved.
   */
  newDraft: (version: string, options?: args.Stoppable) => Promise<Draft>
}

export const draftMethods = (calling: Calling, contents: Contents): DraftMethods => {
  const { sender, names } = calling
  return {
    newArtifact: async (given) => {
      const { name, type: artifactType } = await sender.checked(inputs.NewArtifact, given)
      const artifact = await names.artifactNamed(name)
      await run(sender.handler.check({ type: 'LogArtifactVersion', artifact, artifactType }, sender.nextId()))
      return draftOf(calling, contents, { artifact, artifactType })
    },

    newDraft: async (version, options) => {
      await sender.writable()
      checkedIfGivenNow(inputs.Stopping, options)
      const { collection: artifact, number, manifest, type: artifactType } = await names.versionAt(version)
      const said = frozen(await run(saidNow(names.facts, artifact, number)))
      const base = { version: number, said, manifest: await contents.get(manifest) }
      return draftOf(calling, contents, { artifact, artifactType }, base)
    },
  }
}

/** What a draft is of. */
interface Drafted {
  readonly artifact: ArtifactRef
  readonly artifactType: string
}

/** What it stands on: a version, as it was when the draft went on from it. */
interface Base {
  readonly version: VersionNumber
  readonly said: Said
  readonly manifest: Manifest
}

const draftOf = (calling: Calling, contents: Contents, drafted: Drafted, from?: Base): Draft => {
  const { sender, names } = calling
  const builder = manifestBuilder(from?.manifest)
  const notes: Note[] = []
  let base = from
  const draft: Draft = {
    artifact: collectionPath(drafted.artifact),
    get base() {
      return base?.version ?? null
    },
    get description() {
      return base?.said.description ?? null
    },
    get metadata() {
      return base?.said.metadata ?? null
    },
    add: async (given, options = {}) => {
      const content = await sender.checked(ContentInput, given)
      notes.push(...(await contents.add(builder, content, await sender.checked(inputs.AddToDraft, options))))
    },
    remove: async (path) => now(builder.remove(await sender.checked(FilePath, path))),
    entries: () => builder.build(),
    log: async (given = {}) => {
      const [on, manifest, told] = [base, builder.build(), [...notes]]
      const options = await sender.checked(inputs.LogDraft, given)
      const command = {
        type: 'LogArtifactVersion',
        ...drafted,
        ...described(options),
        ...omitUndefined({
          run: await names.maybeRun(options.run),
          expect: options.expect,
          base: on?.version,
          expectedBase: options.expectNewest === true ? on?.version : undefined,
        }),
      } as const
      const stored = async () => ({ manifest: await contents.put(manifest), notes: told })
      const receipt = await log(sender, command, stored, { ...options, saidOfOrigin: on?.said })
      notes.splice(0, told.length)
      // It is logged by now: what cannot be read any more keeps nobody from the receipt.
      const said = await saidNow(names.facts, drafted.artifact, receipt.version)()
      base = {
        version: receipt.version,
        said: E.isRight(said) ? frozen(said.right) : (on?.said ?? NOTHING_SAID),
        manifest,
      }
      const outdated = outdatedBy(receipt)
      if (outdated === undefined || on === undefined) return receipt
      const newest = await manifestNow(calling, contents, drafted.artifact, outdated.newest)
      const notHeld = newest === null ? null : notHeldOf(on.manifest, newest, manifest)
      return { ...receipt, outdated: { ...outdated, notHeld } }
    },
  }
  return guarded(untilAborted(draft))
}
