/** Drafts: a version in the making, from nothing or from another version. */
import { saidNow } from '../../application/command-handling/facts.js'
import { NOTHING_SAID } from '../../domain/collections/descriptions.js'
import type { Said } from '../../domain/ports/facts.js'
import type { JsonObject } from '../../domain/values/json.js'
import { manifestBuilder } from '../../domain/values/manifest/builder.js'
import type { Manifest, ManifestEntry } from '../../domain/values/manifest/manifest.js'
import type { VersionNumber } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type ArtifactRef, collectionPath } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import { ContentInput, FilePath } from '../calling/content-input.js'
import * as inputs from '../calling/input.js'
import { guarded } from '../calling/own.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, run } from '../calling/send-command.js'
import type { Contents } from '../files/contents.js'
import type { Note } from '../files/store-content.js'
import { described, log, type VersionReceipt } from './log.js'

/** A version in the making: content to add to and to remove from, until it is logged. */
export interface Draft {
  /** `entity/project/name` */
  readonly artifact: string
  /** The version from which it was drafted, if any. */
  readonly base: number | null
  /** What that version said when the draft was begun, and what `log` says unless it is told otherwise. */
  readonly description: string | null
  readonly metadata: JsonObject | null
  /** Stores content and adds it. A path that holds other content already needs `overwrite`. */
  readonly add: (content: args.Content, options?: args.AddToDraft) => Promise<void>
  /** Removes a file, or everything below a directory; a path that is not there is an error. */
  readonly remove: (path: string) => Promise<ReadonlyArray<ManifestEntry>>
  /** What it holds so far. */
  readonly entries: () => Manifest
  /** Logs what it holds as the next version. */
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
  newDraft: (version: string) => Promise<Draft>
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

    newDraft: async (version) => {
      await sender.writable()
      const { collection: artifact, number, manifest, type: artifactType } = await names.versionAt(version)
      const said = await run(saidNow(names.facts, artifact, number))
      const base = { version: number, said, manifest: await contents.get(manifest) }
      return draftOf(calling, contents, { artifact, artifactType, base })
    },
  }
}

/** What a draft is of. */
interface Drafted {
  readonly artifact: ArtifactRef
  readonly artifactType: string
  readonly base?: { readonly version: VersionNumber; readonly said: Said; readonly manifest: Manifest }
}

const draftOf = (
  { sender, names }: Calling,
  { add, put }: Contents,
  { artifact, artifactType, base }: Drafted,
): Draft => {
  const builder = manifestBuilder(base?.manifest)
  const notes: Note[] = []
  return guarded<Draft>({
    artifact: collectionPath(artifact),
    base: base?.version ?? null,
    ...(base?.said ?? NOTHING_SAID),
    add: async (given, options = {}) => {
      const content = await sender.checked(ContentInput, given)
      notes.push(...(await add(builder, content, await sender.checked(inputs.AddToDraft, options))))
    },
    remove: async (path) => now(builder.remove(await sender.checked(FilePath, path))),
    entries: () => builder.build(),
    log: async (given = {}) => {
      const options = await sender.checked(inputs.LogDraft, given)
      const expectedBase = options.expectNewest === true ? base?.version : undefined
      const command = {
        type: 'LogArtifactVersion',
        artifact,
        artifactType,
        ...described(options),
        ...omitUndefined({
          run: await names.maybeRun(options.run),
          expect: options.expect,
          base: base?.version,
          expectedBase,
        }),
      } as const
      return log(sender, command, async () => ({ manifest: await put(builder), notes }), {
        ...options,
        saidOfBase: base?.said,
      })
    },
  })
}
