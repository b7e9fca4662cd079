/**
 * Everything that a ledger can be told: the argument is checked, paths are read, content is stored, and the
 * command that comes of it goes to the command handler.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import type { CommandHandler } from '../application/command-handling/command-handler.js'
import type { IdFrom } from '../application/command-handling/encode.js'
import { sourceOf as sourceFact } from '../application/command-handling/facts.js'
import type { Receipt } from '../application/command-handling/receipt.js'
import type { ManifestStore } from '../application/manifest-store.js'
import { completeCommits } from '../application/process-managers/complete-distributed-commit.js'
import type { LogArtifactVersion } from '../domain/artifact/commands.js'
import { liveVersion } from '../domain/artifact/decide.js'
import { type Command, decodeCommand } from '../domain/commands/catalogue.js'
import type { UpsertDistributedPart } from '../domain/distributed-draft/commands.js'
import type { DomainEvent } from '../domain/events/catalogue.js'
import type { Ids } from '../domain/ports/clock-and-ids.js'
import type { Position } from '../domain/ports/event-store.js'
import type { LinkToRegistry } from '../domain/registered-model/commands.js'
import { liveLink } from '../domain/registered-model/decide.js'
import type { StartRun } from '../domain/run/commands.js'
import { runFact } from '../domain/run/state.js'
import type { Answer } from '../domain/values/answer.js'
import type { Problem } from '../domain/values/codec.js'
import { nameBasedUuid } from '../domain/values/digest.js'
import { manifestBuilder } from '../domain/values/manifest/builder.js'
import type { Manifest, ManifestEntry, ManifestSummary } from '../domain/values/manifest/manifest.js'
import {
  type NameDefaults,
  parseArtifact,
  parseModel,
  parseRun,
  parseVersion,
  type VersionPath,
} from '../domain/values/name-paths.js'
import { omitUndefined } from '../domain/values/omit-undefined.js'
import {
  type ArtifactRef,
  type CollectionRef,
  collectionPath,
  isModel,
  type ModelRef,
  type RunRef,
  runPath,
  versionPath,
} from '../domain/values/references.js'
import type * as args from './calling/arguments.js'
import { promised, type WriteError } from './calling/errors.js'
import * as inputs from './calling/input.js'
import { guarded } from './calling/own.js'
import { holdingStreams } from './files/given-streams.js'
import { addContent, type ContentPorts, describeContentError, type Note } from './files/store-content.js'

/** What was said while content was stored; absent where there is nothing to say. */
export interface Noted {
  readonly notes?: ReadonlyArray<Note>
}

/** A version that was logged or linked, with the receipt of its command. */
export interface VersionReceipt extends Receipt, Noted {
  /** `entity/project/name:vN` */
  readonly path: string
  readonly version: number
  /** False where the content or the link was there before. */
  readonly isNew: boolean
}

/** The receipt of the version that a distributed commit led to, and the generation that it sealed. */
export interface CommitReceipt extends VersionReceipt {
  readonly generation: number
}

/** A version in the making: content to add to and to remove from, until it is logged. */
export interface Draft {
  /** `entity/project/name` */
  readonly artifact: string
  /** The version from which it was drafted, if any. */
  readonly base: number | null
  /** Stores content and adds it. A path that holds other content already needs `overwrite`. */
  readonly add: (content: args.Content, options?: args.AddToDraft) => Promise<void>
  /** Removes a file, or everything below a directory; a path that is not there is an error. */
  readonly remove: (path: string) => Promise<ReadonlyArray<ManifestEntry>>
  /** What it holds so far. */
  readonly entries: () => Manifest
  /** Logs what it holds as the next version. */
  readonly log: (options?: args.LogDraft) => Promise<VersionReceipt>
}

export interface WritePorts extends ContentPorts {
  /** Hears of everything that is recorded. */
  readonly noteOwnWrite: (position: Position) => void
  readonly shell: CommandHandler
  readonly manifests: ManifestStore
  readonly ids: Ids
  readonly defaults: NameDefaults & { readonly actor?: string | undefined }
  readonly readOnly: boolean
}

export type Writes = ReturnType<typeof writes>

/** What a caller says beside a command, and what is known of the call. */
interface Told extends args.EnvelopeFields {
  /** Whose the id is that it goes by; the caller's unless said. */
  readonly idFrom?: IdFrom | undefined
  /** The generation of a draft that a call means which names none: the one that was open, or next, when it began. */
  readonly begun?: number | undefined
}

const run = promised(describeContentError)
const now = <A>(result: E.Either<WriteError, A>): Promise<A> => run(TE.fromEither(result))

export const writes = ({ shell: silent, noteOwnWrite, manifests, ids, defaults, readOnly, ...ports }: WritePorts) => {
  const { facts } = silent
  const writable = async (): Promise<void> => {
    if (readOnly) await now(E.left({ _tag: 'read-only' }))
  }
  /** The argument of a method that records something. */
  const checked = async <A>(codec: t.Decoder<unknown, A>, given: unknown): Promise<A> => {
    await writable()
    return inputs.checked(codec, given)
  }

  const reported = TE.tapIO(
    ({ position }: Receipt) =>
      () =>
        noteOwnWrite(position),
  )
  const shell: CommandHandler = {
    facts,
    check: silent.check,
    meanLink: (...link) => reported(silent.meanLink(...link)),
    handle: (...call) => reported(silent.handle(...call)),
    finish: (...generation) => reported(silent.finish(...generation)),
  }
  const add = addContent(ports)

  /** With an id for the command: the caller's own, or one that is made here and given once. */
  const identified = <C extends Told>(told: C) =>
    told.commandId === undefined
      ? { ...told, commandId: ids.next(), idFrom: 'ledger' as const }
      : { ...told, commandId: told.commandId }

  /** Members that are `undefined` count as absent. */
  const envelopeOf = ({ actor = defaults.actor, ...told }: args.EnvelopeFields) => {
    const { commandId, reason, onBehalfOf, correlationId, causationId, occurredAt } = told
    return { commandId, actor, reason, onBehalfOf, correlationId, causationId, occurredAt }
  }

  /** Puts a command in its envelope. */
  const give = (command: Command, told: Told): Promise<Receipt> => {
    const { idFrom, begun, ...circumstances } = identified(told)
    return run(shell.handle({ ...envelopeOf(circumstances), command }, { idFrom, generation: begun }))
  }

  /** What a command was about, whether it changed anything or not. */
  const answered = ({ stream, answer }: Receipt, what: keyof Answer): Promise<number> => {
    const number = answer[what]
    return number === undefined
      ? now(E.left({ _tag: 'unavailable', reason: `${stream} does not show the ${what} of the command` }))
      : now(E.right(number))
  }

  const artifactNamed = (path: string) => now(named('name', parseArtifact(path, defaults)))
  const modelNamed = (path: string) => now(named('name', parseModel(path, defaults)))
  const runNamed = (path: string) => now(named('run', parseRun(path, defaults)))
  const maybeRun = async (path: string | undefined) => (path === undefined ? undefined : await runNamed(path))

  const exists = (collection: CollectionRef): Promise<boolean> =>
    run(
      isModel(collection)
        ? facts.model(collection, ({ artifactType }) => artifactType !== null)
        : facts.artifact(collection, ({ artifactType }) => artifactType !== null),
    )

  /** Reads the path of a version. A bare name may mean two things: it means the one that exists. */
  const versionNamed = async (path: string): Promise<VersionPath> => {
    const readings = await now(named('version', parseVersion(path, defaults)))
    if (readings.length === 1) return readings[0]
    const found: VersionPath[] = []
    for (const reading of readings) if (await exists(reading.collection)) found.push(reading)
    if (found.length > 1) {
      const full = found.map(({ collection }) => collectionPath(collection))
      return now(E.left({ _tag: 'ambiguous-name', name: path, readings: full }))
    }
    return found[0] ?? readings[0]
  }

  /** The same where something is taken away: there a version that is left out does not mean `latest`. */
  const versionNamedInFull = (path: string): Promise<VersionPath> =>
    path.includes(':')
      ? versionNamed(path)
      : now(E.left(wrong('version', `one version (name the version: ${path}:v3 or ${path}:alias)`, path)))

  /** The number that a version has now, by number or alias. */
  const numberOf = async ({ collection, version }: VersionPath): Promise<number> =>
    isModel(collection)
      ? (await linkOf(collection, version)).number
      : now(
          await run(
            facts.artifact(collection, (state) =>
              pipe(
                liveVersion(collection, version, state),
                E.map(({ number }) => number),
              ),
            ),
          ),
        )

  const linkOf = async (model: ModelRef, version: VersionPath['version']) =>
    now(
      await run(
        facts.model(model, (state) =>
          pipe(
            liveLink(model, version, state),
            E.map(({ number, link }) => ({ number, source: link.source })),
          ),
        ),
      ),
    )

  /** The version of an artifact that a path means: itself, or the source of a link. */
  const sourceOf = async ({ collection, version }: VersionPath): Promise<VersionPath<ArtifactRef>> => {
    if (!isModel(collection)) return { collection, version }
    const { version: number, ...artifact } = (await linkOf(collection, version)).source
    return { collection: artifact, version: number }
  }

  /** The same for a command, which may be repeated: then it means what it meant at first, wherever an alias points by now. */
  const sourceMeant = async (path: string, told: args.EnvelopeFields): Promise<VersionPath<ArtifactRef>> => {
    const { collection, version } = await versionNamed(path)
    if (!isModel(collection) || told.commandId === undefined) return sourceOf({ collection, version })
    const receipt = await run(shell.meanLink({ model: collection, version }, envelopeOf(told)))
    const number = await answered(receipt, 'version')
    const source = await run(facts.model(collection, ({ links }) => links[number]?.source))
    if (source === undefined) return sourceOf({ collection, version: number })
    const { version: ofSource, ...artifact } = source
    return { collection: artifact, version: ofSource }
  }

  /** A version that is there, with its summary; a link stands for its source. */
  const versionAt = async (path: string) => {
    const named = await versionNamed(await inputs.checked(inputs.VersionText, path))
    const { source, artifactType, manifest } = (await run(sourceFact(named, facts))).source
    const { version: number, ...collection } = source
    return { collection, number, manifest, type: artifactType }
  }

  const store = async (content: args.Content, onProgress?: args.OnProgress): Promise<Stored> => {
    const builder = manifestBuilder()
    const notes = await run(add(builder, content, { onProgress }))
    return { manifest: await run(manifests.put(builder.build())), notes }
  }

  /** Content may be large: what is refused whatever it holds is refused before it is stored. */
  const log = async (
    command: Omit<LogArtifactVersion, 'manifest'>,
    stored: () => Promise<Stored>,
    circumstances: Told,
  ): Promise<VersionReceipt> => {
    const told = identified(circumstances)
    await run(shell.check(command, told.commandId))
    const { manifest, notes } = await stored()
    const receipt = await give({ ...command, manifest }, told)
    return { ...(await versionReceipt(command.artifact, receipt)), ...noted(notes) }
  }

  const versionReceipt = async (collection: CollectionRef, receipt: Receipt): Promise<VersionReceipt> => {
    const version = await answered(receipt, 'version')
    const isNew = receipt.events.some(({ type }) => type === 'ArtifactVersionLogged' || type === 'VersionLinked')
    return { ...receipt, path: versionPath(collection, version), version, isNew }
  }

  const link = async (
    source: VersionPath,
    model: ModelRef,
    { aliases, expect, ...circumstances }: Told & Pick<LinkToRegistry, 'aliases' | 'expect'>,
  ): Promise<VersionReceipt> =>
    versionReceipt(
      model,
      await give({ type: 'LinkToRegistry', model, source, ...omitUndefined({ aliases, expect }) }, circumstances),
    )

  /** What is logged to be linked has the type that the registered model accepts; a new one accepts any. */
  const typeFor = async (model: ModelRef, told: string | undefined): Promise<string> => {
    const accepted = (await run(facts.model(model, ({ artifactType }) => artifactType))) ?? told ?? 'model'
    const offered = told ?? accepted
    return accepted === offered ? offered : now(E.left({ _tag: 'type-mismatch', collection: model, accepted, offered }))
  }

  const draftOf = (
    artifact: ArtifactRef,
    artifactType: string,
    base?: { readonly version: number; readonly manifest: Manifest },
  ): Draft => {
    const builder = manifestBuilder(base?.manifest)
    const notes: Note[] = []
    return guarded<Draft>({
      artifact: collectionPath(artifact),
      base: base?.version ?? null,
      add: holdingStreams(async (given, options = {}) => {
        const content = await checked(inputs.ContentInput, given)
        notes.push(...(await run(add(builder, content, await checked(inputs.AddToDraft, options)))))
      }),
      remove: async (path) => now(builder.remove(await checked(inputs.FilePath, path))),
      entries: () => builder.build(),
      log: async (given = {}) => {
        const options = await checked(inputs.LogDraft, given)
        const expectedBase = options.expectNewest === true ? base?.version : undefined
        const command = {
          type: 'LogArtifactVersion',
          artifact,
          artifactType,
          ...described(options),
          ...omitUndefined({
            run: await maybeRun(options.run),
            expect: options.expect,
            base: base?.version,
            expectedBase,
          }),
        } as const
        return log(command, async () => ({ manifest: await run(manifests.put(builder.build())), notes }), options)
      },
    })
  }

  /** Which draft is meant: the id that is given, or the group of the run. */
  const distributedIdOf = async (given: string | undefined, run_: RunRef | undefined): Promise<string> => {
    if (given !== undefined) return given
    if (run_ === undefined) return now(E.left({ _tag: 'no-distributed-id', run: null }))
    const fact = await run(facts.run(run_, runFact))
    if (fact === null) return now(E.left({ _tag: 'run-not-found', run: run_ }))
    return fact.group ?? now(E.left({ _tag: 'no-distributed-id', run: runPath(run_) }))
  }

  /**
   * Logs the versions that were left when a commit was interrupted after its seal. What cannot be finished now keeps
   * nobody from a command of their own.
   */
  const finishLeft = (artifact: ArtifactRef, distributedId: string) => completeCommits(shell, artifact, distributedId)()

  /** Begins a call to a draft: answers the generation that is open now, or that comes next. */
  const begin = async (artifact: ArtifactRef, distributedId: string): Promise<number> => {
    const begun = await run(facts.draft(artifact, distributedId, ({ generation }) => generation))
    await finishLeft(artifact, distributedId)
    return begun
  }

  /** What upsert and commit have in common: the draft that is meant, whose part it is, and the part itself. */
  const distributed = async (
    given: Omit<args.CommitDistributed, 'aliases'>,
  ): Promise<{
    told: Told
    draft: Omit<UpsertDistributedPart, 'type' | 'part'>
    part: ManifestSummary | undefined
    notes: ReadonlyArray<Note>
  }> => {
    const { content, generation, openNext } = given
    const maker = await maybeRun(given.run)
    const artifact = await artifactNamed(given.name)
    const distributedId = await distributedIdOf(given.distributedId, maker)
    const begun = await begin(artifact, distributedId)
    const told = identified<Told>({ ...given, begun })
    const writer = given.writer ?? maker?.run ?? told.commandId
    const draft = {
      artifact,
      artifactType: given.type,
      distributedId,
      writer,
      ...omitUndefined({ run: maker, generation, openNext }),
    }
    if (content === undefined) return { told, draft, part: undefined, notes: [] }
    // A commit that brings a part may be refused for the same reasons as the part alone.
    await run(shell.check({ type: 'UpsertDistributedPart', ...draft, generation: generation ?? begun }, told.commandId))
    const { manifest, notes } = await store(content, given.onProgress)
    return { told, draft, part: manifest, notes }
  }

  const changeTags = async (type: 'TagArtifactVersion' | 'UntagArtifactVersion', given: args.Tag): Promise<Receipt> => {
    const input = await checked(inputs.Tag, given)
    const { collection: artifact, version } = await sourceMeant(input.version, input)
    return give({ type, artifact, version, tags: input.tags }, input)
  }

  const changeModelTags = async (
    type: 'TagRegisteredModel' | 'UntagRegisteredModel',
    given: args.TagModel,
  ): Promise<Receipt> => {
    const input = await checked(inputs.TagModel, given)
    return give({ type, model: await modelNamed(input.name), tags: input.tags }, input)
  }

  return {
    /**
     * Gives a command in its envelope as it stands; from a queue, for instance. What a CommitDistributed seals is logged
     * as well; the receipt is that of the seal.
     */
    execute: async (given: unknown): Promise<Receipt> => {
      await writable()
      const decoded = decodeCommand(given)
      const draft = E.isRight(decoded) && 'distributedId' in decoded.right.command ? decoded.right.command : undefined
      const generation = draft === undefined ? undefined : await begin(draft.artifact, draft.distributedId)
      const receipt = await run(shell.handle(given, { generation }))
      const sealed = eventOf(receipt, 'DistributedCommitted')
      if (draft !== undefined && sealed !== undefined) {
        await run(shell.finish(draft.artifact, draft.distributedId, sealed.generation))
      }
      return receipt
    },

    /** Makes an artifact that has no version yet. */
    createArtifact: async (given: args.CreateArtifact): Promise<Receipt> => {
      const input = await checked(inputs.CreateArtifact, given)
      const { type: artifactType, description } = input
      const artifact = await artifactNamed(input.name)
      return give({ type: 'CreateArtifact', artifact, artifactType, ...omitUndefined({ description }) }, input)
    },

    /** Stores content and logs it as the next version; content that a live version has already makes no new one. */
    logArtifact: holdingStreams(async (given: args.LogArtifact): Promise<VersionReceipt> => {
      const input = await checked(inputs.LogArtifact, given)
      const command = {
        type: 'LogArtifactVersion',
        artifact: await artifactNamed(input.name),
        artifactType: input.type,
        ...described(input),
        ...omitUndefined({ run: await maybeRun(input.run), expect: input.expect }),
      } as const
      return log(command, () => store(input.content, input.onProgress), input)
    }),

    /** A draft from nothing: of a new artifact, or of an artifact's next version. */
    newArtifact: async (given: args.NewArtifact): Promise<Draft> => {
      const { name, type: artifactType } = await checked(inputs.NewArtifact, given)
      const artifact = await artifactNamed(name)
      await run(shell.check({ type: 'LogArtifactVersion', artifact, artifactType }, ids.next()))
      return draftOf(artifact, artifactType)
    },

    /**
     * The version that a path means now, by its number, and the source of a link. Asked of its own stream alone,
     * so it costs nothing that the rest of the ledger holds.
     */
    locate: async (
      version: string,
    ): Promise<{ readonly path: string; readonly version: number; readonly source: string | null }> => {
      const { collection, version: choice } = await versionNamed(await inputs.checked(inputs.VersionText, version))
      const number = await numberOf({ collection, version: choice })
      const link = isModel(collection) ? await linkOf(collection, number) : undefined
      const source = link === undefined ? null : versionPath(link.source, link.source.version)
      return { path: versionPath(collection, number), version: number, source }
    },

    /** What a version holds, by its path and number. A link stands for its source, and its content stays. */
    content: async (version: string): Promise<{ readonly path: string; readonly manifest: Manifest }> => {
      const { collection, number, manifest } = await versionAt(version)
      return { path: versionPath(collection, number), manifest: await run(manifests.get(manifest.digest)) }
    },

    /** A draft from a version: its content, to be changed and logged as the next one. A link stands for its source. */
    newDraft: async (version: string): Promise<Draft> => {
      await writable()
      const { collection, number, manifest, type } = await versionAt(version)
      return draftOf(collection, type, { version: number, manifest: await run(manifests.get(manifest.digest)) })
    },

    /** Adds one writer's part to a distributed version; the receipt names the generation that took it. */
    upsertDistributed: holdingStreams(
      async (given: args.UpsertDistributed): Promise<Receipt & Noted & { readonly generation: number }> => {
        const input = await checked(inputs.UpsertDistributed, given)
        const { told, draft, part, notes } = await distributed(input)
        if (part === undefined) return now(E.left(wrong('content', 'a list of content', 'nothing')))
        const receipt = await give({ type: 'UpsertDistributedPart', ...draft, part }, told)
        return { ...receipt, generation: await answered(receipt, 'generation'), ...noted(notes) }
      },
    ),

    /** Seals a distributed version, with a part of the committer's own or without, and logs it. */
    commitDistributed: holdingStreams(async (given: args.CommitDistributed): Promise<CommitReceipt> => {
      const input = await checked(inputs.CommitDistributed, given)
      const { told, draft, part, notes } = await distributed(input)
      const { lastWriterWins } = input
      const sealed = await give(
        { type: 'CommitDistributed', ...draft, ...described(input), ...omitUndefined({ part, lastWriterWins }) },
        told,
      )
      const generation = await answered(sealed, 'generation')
      const { artifact, distributedId } = draft
      const receipt = await run(shell.finish(artifact, distributedId, generation))
      return { ...(await versionReceipt(artifact, receipt)), generation, ...noted(notes) }
    }),

    /** Gives the open generation of a distributed version up. */
    abandonDistributed: async (given: args.AbandonDistributed): Promise<Receipt> => {
      const input = await checked(inputs.AbandonDistributed, given)
      const { distributedId, generation } = input
      const artifact = await artifactNamed(input.name)
      const begun = await begin(artifact, distributedId)
      return give(
        { type: 'AbandonDistributed', artifact, distributedId, ...omitUndefined({ generation }) },
        { ...input, begun },
      )
    },

    /** Replaces description or metadata of a version; through a link, of its source. */
    describe: async (given: args.Describe): Promise<Receipt> => {
      const input = await checked(inputs.Describe, given)
      const { description, metadata } = input
      const { collection: artifact, version } = await sourceMeant(input.version, input)
      return give(
        { type: 'DescribeArtifactVersion', artifact, version, ...omitUndefined({ description, metadata }) },
        input,
      )
    },

    /** Adds tags to a version; through a link, to its source. */
    tag: (given: args.Tag): Promise<Receipt> => changeTags('TagArtifactVersion', given),
    /** Takes tags of a version away; through a link, of its source. */
    untag: (given: args.Tag): Promise<Receipt> => changeTags('UntagArtifactVersion', given),

    /** Marks a version, named in full, as deleted; its number and its history stay. */
    deleteVersion: async (given: args.DeleteVersion): Promise<Receipt> => {
      const input = await checked(inputs.DeleteVersion, given)
      const { deleteAliases, expect } = input
      const { collection: artifact, version } = await versionNamedInFull(input.version)
      if (isModel(artifact)) {
        return now(E.left(wrong('version', 'a version of an artifact (unlink takes a link away)', input.version)))
      }
      return give(
        { type: 'DeleteArtifactVersion', artifact, version, ...omitUndefined({ deleteAliases, expect }) },
        input,
      )
    },

    /** Points an alias of an artifact or a registered model to a version. */
    moveAlias: async (given: args.MoveAlias): Promise<Receipt> => {
      const input = await checked(inputs.MoveAlias, given)
      const { alias, expect } = input
      const { collection, version } = await versionNamed(input.version)
      return give({ type: 'MoveAlias', collection, version, alias, ...omitUndefined({ expect }) }, input)
    },

    /** Takes an alias of an artifact or a registered model away. */
    removeAlias: async (given: args.RemoveAlias): Promise<Receipt> => {
      const input = await checked(inputs.RemoveAlias, given)
      const { alias, expect } = input
      if (input.name.includes(':')) return now(E.left(wrong('name', 'a name without a version or alias', input.name)))
      const { collection } = await versionNamed(input.name)
      return give({ type: 'RemoveAlias', collection, alias, ...omitUndefined({ expect }) }, input)
    },

    /** Makes a registered model that has no link yet. */
    createRegisteredModel: async (given: args.CreateModel): Promise<Receipt> => {
      const input = await checked(inputs.CreateModel, given)
      const { type: artifactType, description } = input
      const model = await modelNamed(input.name)
      return give({ type: 'CreateRegisteredModel', model, artifactType, ...omitUndefined({ description }) }, input)
    },

    /** Links a version to a registered model, which the first link makes; the same version keeps its number. */
    link: async (given: args.Link): Promise<VersionReceipt> => {
      const { version, to, ...rest } = await checked(inputs.Link, given)
      return link(await versionNamed(version), await modelNamed(to), rest)
    },

    /** Logs content and links it, in one go. The aliases go to the link. */
    linkModel: holdingStreams(
      async (given: args.LinkModel): Promise<VersionReceipt & { readonly source: VersionReceipt }> => {
        const { aliases, ...input } = await checked(inputs.LinkModel, given)
        const circumstances = identified(input)
        const run = await maybeRun(input.run)
        const model = await modelNamed(input.to)
        const command = {
          type: 'LogArtifactVersion',
          artifact: await artifactNamed(input.name ?? nameFor(run, model)),
          artifactType: await typeFor(model, input.type),
          ...described(input),
          ...omitUndefined({ run }),
        } as const
        const source = await log(command, () => store(input.content, input.onProgress), circumstances)
        const version = { collection: command.artifact, version: source.version }
        return { ...(await link(version, model, { ...circumstances, ...omitUndefined({ aliases }) })), source }
      },
    ),

    /** Takes a link, named in full, and its aliases away; the source stays. */
    unlink: async (given: args.Unlink): Promise<Receipt> => {
      const input = await checked(inputs.Unlink, given)
      const { expect } = input
      const { collection: model, version } = await versionNamedInFull(input.version)
      if (!isModel(model)) {
        return now(E.left(wrong('version', 'a registered version (deleteVersion deletes others)', input.version)))
      }
      return give({ type: 'UnlinkFromRegistry', model, version, ...omitUndefined({ expect }) }, input)
    },

    /** Replaces the description of a registered model. */
    describeRegisteredModel: async (given: args.DescribeModel): Promise<Receipt> => {
      const input = await checked(inputs.DescribeModel, given)
      const { description } = input
      return give({ type: 'DescribeRegisteredModel', model: await modelNamed(input.name), description }, input)
    },

    /** Adds tags to a registered model. */
    tagRegisteredModel: (given: args.TagModel): Promise<Receipt> => changeModelTags('TagRegisteredModel', given),
    /** Takes tags of a registered model away. */
    untagRegisteredModel: (given: args.TagModel): Promise<Receipt> => changeModelTags('UntagRegisteredModel', given),

    /** Starts a run, with a new id unless told; answers its path. */
    startRun: async (given: args.StartRun = {}): Promise<Receipt & { readonly run: string }> => {
      const input = await checked(inputs.StartRun, given)
      const { group, config, jobType } = input
      // A repetition means the same run.
      const told = identified(input)
      const started = await runNamed(input.run ?? nameBasedUuid('run', told.commandId))
      const command: StartRun = { type: 'StartRun', run: started, ...omitUndefined({ group, config, jobType }) }
      const receipt = await give(command, told)
      return { ...receipt, run: runPath(started) }
    },

    /** Sets metrics of a run's summary; those that are not named stay. */
    summariseRun: async (given: args.SummariseRun): Promise<Receipt> => {
      const input = await checked(inputs.SummariseRun, given)
      return give({ type: 'SummariseRun', run: await runNamed(input.run), metrics: input.metrics }, input)
    },

    /** Records that a run uses a version; answers the version that was meant, by its number. */
    useArtifact: async (given: args.UseArtifact): Promise<Receipt & { readonly version: string }> => {
      const input = await checked(inputs.UseArtifact, given)
      const used = await versionNamed(input.version)
      const receipt = await give({ type: 'UseArtifactVersion', run: await runNamed(input.run), used }, input)
      return { ...receipt, version: versionPath(used.collection, await answered(receipt, 'version')) }
    },

    /** Records how a run ended. */
    finishRun: async (given: args.FinishRun): Promise<Receipt> => {
      const input = await checked(inputs.FinishRun, given)
      const { outcome } = input
      return give({ type: 'FinishRun', run: await runNamed(input.run), ...omitUndefined({ outcome }) }, input)
    },
  }
}

const named = <A>(member: string, parsed: E.Either<ReadonlyArray<Problem>, A>): E.Either<WriteError, A> =>
  pipe(
    parsed,
    E.mapLeft((problems) => ({
      _tag: 'invalid-input',
      problems: problems.map((problem) => (problem.at === '' ? { ...problem, at: member } : problem)),
    })),
  )

const wrong = (at: string, expected: string, actual: string): WriteError => ({
  _tag: 'invalid-input',
  problems: [{ at, expected, actual }],
})

/** Content that is stored: what is recorded of it, and what is only said. */
interface Stored extends Required<Noted> {
  readonly manifest: ManifestSummary
}

const noted = (notes: ReadonlyArray<Note>): Noted => (notes.length === 0 ? {} : { notes })

/** What a caller says of a version. */
const described = ({
  description,
  metadata,
  aliases,
  tags,
}: Pick<Partial<LogArtifactVersion>, 'description' | 'metadata' | 'aliases' | 'tags'>) =>
  omitUndefined({ description, metadata, aliases, tags })

/** As W&B names what a run links without a name: after the run. Outside a run, after the model. */
const nameFor = (run: RunRef | undefined, { name }: ModelRef): string =>
  (run === undefined ? name : `run-${run.run}-${name}`).replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128)

type EventOf<T extends DomainEvent['type']> = Extract<DomainEvent, { readonly type: T }>

const eventOf = <T extends DomainEvent['type']>({ events }: Receipt, type: T): EventOf<T> | undefined =>
  events.find((event): event is EventOf<T> => event.type === type)
