/** Logging: content is stored and becomes the next version of an artifact. */
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { LogArtifactVersion } from '../../domain/artifact/commands.js'
import type { NotApplied, TakenOver } from '../../domain/artifact/events.js'
import type { VersionNumber } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type CollectionRef, collectionPath, versionPath } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { answered, type CommandFields, type CommandSender, run } from '../calling/send-command.js'
import { type Contents, type Noted, noted, type Stored } from '../files/contents.js'
import type { OutdatedBase } from './outdated-base.js'
import { notedSharing } from './shared-name.js'

/** A version that was logged or linked, with the receipt of its command. */
export interface VersionReceipt extends Receipt, Noted {
  /** `entity/project/name:vN` */
  readonly path: string
  readonly version: VersionNumber
  /** False where the content or the link was there before. */
  readonly isNew: boolean
  /** Of a draft or a copy, what the version says as the one that it came from did; absent where that is nothing. */
  readonly takenOver?: TakenOver
  /**
   * What was said of content that was there already, and is not what its version says: that stays as it is (`describe` and
   * `tag` change it). Absent where all that was said is so.
   */
  readonly notApplied?: NotApplied
  /** Of a draft, or a distributed version, whose base was no longer the newest when it was logged. `expectNewest` refuses that instead. */
  readonly outdated?: OutdatedBase
}

/** The receipt of what made an artifact or a registered model. */
export interface CollectionReceipt extends Receipt, Noted {
  /** `entity/project/name` */
  readonly path: string
}

export const versionReceipt = async (collection: CollectionRef, receipt: Receipt): Promise<VersionReceipt> => {
  const version = await answered(receipt, 'version')
  const isNew = receipt.events.some(({ type }) => type === 'ArtifactVersionLogged' || type === 'VersionLinked')
  const takenOver = receipt.events.flatMap((event) =>
    event.type === 'ArtifactVersionLogged' ? (event.takenOver ?? []) : [],
  )
  const notApplied = receipt.events.flatMap((event) =>
    event.type === 'ArtifactVersionRelogged' ? (event.notApplied ?? []) : [],
  )
  return {
    ...receipt,
    path: versionPath(collection, version),
    version,
    isNew,
    ...(takenOver.length === 0 ? {} : { takenOver }),
    ...(notApplied.length === 0 ? {} : { notApplied }),
  }
}

/** What a caller says of a version. */
export const described = <Description, Metadata, Words>({
  description,
  metadata,
  aliases,
  tags,
}: {
  readonly description?: Description
  readonly metadata?: Metadata
  readonly aliases?: Words
  readonly tags?: Words
}) => omitUndefined({ description, metadata, aliases, tags })

/** Content may be large: what is refused whatever it holds is refused before it is stored. */
export const log = async (
  { handler, identified, give }: CommandSender,
  command: Omit<LogArtifactVersion, 'manifest'>,
  stored: () => Promise<Stored>,
  envelopeFields: CommandFields,
): Promise<VersionReceipt> => {
  const fields = identified(envelopeFields)
  await run(handler.check(command, fields.commandId))
  const { manifest, notes } = await stored()
  const receipt = await give({ ...command, manifest }, fields)
  return { ...(await versionReceipt(command.artifact, receipt)), ...noted(notes) }
}

export interface LogMethods {
  /**
   * Makes an artifact that has no version yet; one that is there gets the description, if one is given. The receipt's `notes` tell where a
   * registered model has its name: alone it means neither.
   */
  createArtifact: (given: args.CreateArtifact) => Promise<CollectionReceipt>
  /** Stores content and logs it as the next version; content that a live version has already makes no new one. */
  logArtifact: (given: args.LogArtifact) => Promise<VersionReceipt>
}

export const logMethods = ({ sender, names }: Calling, { store }: Contents): LogMethods => ({
  createArtifact: async (given) => {
    const input = await sender.checked(inputs.CreateArtifact, given)
    const { type: artifactType, description } = input
    const artifact = await names.artifactNamed(input.name)
    const command = { type: 'CreateArtifact', artifact, artifactType, ...omitUndefined({ description }) } as const
    const receipt = await sender.give(command, input)
    return { ...receipt, path: collectionPath(artifact), ...(await notedSharing(names, artifact, receipt)) }
  },

  logArtifact: async (given) => {
    const input = await sender.checked(inputs.LogArtifact, given)
    const command = {
      type: 'LogArtifactVersion',
      artifact: await names.artifactNamed(input.name),
      artifactType: input.type,
      ...described(input),
      ...omitUndefined({ run: await names.maybeRun(input.run), expect: input.expect }),
    } as const
    const receipt = await log(sender, command, () => store(input.content, input), input)
    const { notes = [] } = await notedSharing(names, command.artifact, receipt)
    return { ...receipt, ...noted([...notes, ...(receipt.notes ?? [])]) }
  },
})
