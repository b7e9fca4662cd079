/** Copying: a version is logged under another name, and says where it came from. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { sourceOf } from '../../application/command-handling/facts.js'
import { saidNow } from '../../application/command-handling/said.js'
import type { LogArtifactVersion } from '../../domain/artifact/commands.js'
import { findVersion } from '../../domain/artifact/versions.js'
import { findLink } from '../../domain/registered-model/links.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type ArtifactRef, collectionPath, isModel, type VersionRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling, NameResolver } from '../calling/resolve-names.js'
import { now, run, wrong } from '../calling/send-command.js'
import { described, type VersionReceipt, versionReceipt } from './log.js'

export interface CopyMethods {
  /**
   * Logs a version under another name: as the next version there, with its content, which is not stored again, and its
   * description and metadata as they are now; neither aliases nor tags. A link stands for its source. Name it by its number where the
   * call may be repeated: an alias means another version when it has moved.
   */
  copy: (given: args.Copy) => Promise<VersionReceipt>
}

export const copyMethods = ({ sender, names }: Calling): CopyMethods => ({
  copy: async (given) => {
    const input = await sender.checked(inputs.Copy, given)
    const artifact = await names.artifactNamed(input.to)
    const named = await names.versionNamed(input.version)
    // What was copied under this id is told again, whatever became of its source and of its own name since.
    const before =
      input.commandId === undefined ? undefined : await run(sender.handler.typeUnder(input.commandId, artifact))
    if (before === undefined) await run(sourceOf(named, names.facts))
    const { source, type, manifest } = await meantBy(named, names)
    const artifactType = input.type ?? before ?? type
    if (artifactType === null) return now(E.left({ _tag: 'artifact-not-found', artifact: source }))
    if (collectionPath(source) === collectionPath(artifact))
      return now(E.left(wrong('to', `another artifact than ${collectionPath(source)}, whose version it is`, input.to)))
    const command: LogArtifactVersion = {
      type: 'LogArtifactVersion',
      artifact,
      artifactType,
      manifest,
      copiedFrom: source,
      ...described(input),
      ...omitUndefined({ expect: input.expect }),
    }
    const saidOfOrigin = await run(saidNow(names.facts, source, source.version))
    return versionReceipt(artifact, await sender.give(command, { ...input, saidOfOrigin }))
  },
})

/** A version of an artifact, whether it is deleted or not; so is the link that leads to it. */
interface Source {
  readonly source: VersionRef
  /** Of its artifact; `null` where that is deleted. */
  readonly type: string | null
  readonly manifest: ManifestSummary
}

/** The version that is meant; through a link, its source. */
const meantBy = async (
  { collection, version }: VersionPath,
  { facts }: Pick<NameResolver, 'facts'>,
): Promise<Source> => {
  if (isModel(collection)) {
    const { link } = await now(await run(facts.model(collection, (state) => findLink(collection, version, state))))
    const { version: number, ...artifact } = link.source
    return versionOf(artifact, number, facts)
  }
  return versionOf(collection, version, facts)
}

const versionOf = async (
  artifact: ArtifactRef,
  version: VersionPath['version'],
  facts: NameResolver['facts'],
): Promise<Source> =>
  now(
    await run(
      facts.artifact(artifact, (state) =>
        pipe(
          findVersion(artifact, version, state),
          E.map(({ number, version: { manifest } }) => ({
            source: { ...artifact, version: number },
            type: state.artifactType,
            manifest,
          })),
        ),
      ),
    ),
  )
