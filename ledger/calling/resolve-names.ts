/** From the paths that a caller names to references: what they mean now, by the streams themselves. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { CommandHandler } from '../../application/command-handling/command-handler.js'
import { type FactReader, sourceOf as sourceFact } from '../../application/command-handling/facts.js'
import { liveVersion } from '../../domain/artifact/decide.js'
import type { Command } from '../../domain/commands/catalogue.js'
import type { MeanLink } from '../../domain/registered-model/commands.js'
import { liveLink } from '../../domain/registered-model/links.js'
import type { Problem } from '../../domain/values/codec.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import {
  meantOf,
  type NameDefaults,
  parseArtifact,
  parseModel,
  parseRun,
  parseVersion,
  type VersionPath,
} from '../../domain/values/name-paths.js'
import type { VersionNumber } from '../../domain/values/names.js'
import {
  type ArtifactRef,
  type CollectionRef,
  isModel,
  type ModelRef,
  type RunRef,
} from '../../domain/values/references.js'
import type { EnvelopeFields } from './arguments.js'
import type { WriteError } from './errors.js'
import * as inputs from './input.js'
import { answered, type CommandSender, now, run, wrong } from './send-command.js'

export interface NameResolver {
  readonly facts: FactReader
  readonly artifactNamed: (path: string) => Promise<ArtifactRef>
  readonly modelNamed: (path: string) => Promise<ModelRef>
  readonly runNamed: (path: string) => Promise<RunRef>
  /** The same of a run that may be left out. */
  readonly maybeRun: (path: string | undefined) => Promise<RunRef | undefined>
  /**
   * Reads the path of a version. A bare name may mean two things: it means the one that exists; in a command that is
   * repeated, the one that it meant at first.
   */
  readonly versionNamed: (path: string, naming?: Naming) => Promise<VersionPath>
  /** The same where something is taken away: there a version that is left out does not mean `latest`. */
  readonly versionNamedInFull: (path: string, naming: Naming) => Promise<VersionPath>
  /** A version that is there, with its summary; a link stands for its source. */
  readonly versionAt: (path: string) => Promise<VersionAt>
}

/** A command that names a version by a path. */
export interface Naming {
  /** As the caller told it: one that is made for the call was never given before. */
  readonly commandId: string | undefined
  /** The command that a reading of the path makes; none, where it names what the command is not for. */
  readonly commandOf: (reading: VersionPath) => Command | MeanLink | undefined
}

export interface VersionAt {
  readonly collection: ArtifactRef
  readonly number: VersionNumber
  readonly manifest: ManifestSummary
  readonly type: string
}

/** What the methods of every task are given: who gives their commands, and who reads the paths. */
export interface Calling {
  readonly sender: CommandSender
  readonly names: NameResolver
}

export const nameResolver = (
  { facts, recordedUnder }: Pick<CommandHandler, 'facts' | 'recordedUnder'>,
  defaults: NameDefaults,
): NameResolver => {
  const runNamed = (path: string) => now(named('run', parseRun(path, defaults)))

  /** Which reading made the command that was given under this id before: the same command, else another. */
  const meantBefore = async (
    readings: ReadonlyArray<VersionPath>,
    { commandId, commandOf }: Naming,
  ): Promise<VersionPath | undefined> => {
    if (commandId === undefined) return undefined
    let another: VersionPath | undefined
    for (const reading of readings) {
      const command = commandOf(reading)
      const recorded = command === undefined ? 'none' : await run(recordedUnder(commandId, command))
      if (recorded === 'this') return reading
      if (recorded === 'another') another ??= reading
    }
    return another
  }

  const versionNamed = async (path: string, naming?: Naming): Promise<VersionPath> => {
    const readings = await now(named('version', parseVersion(path, defaults)))
    if (readings.length === 1) return readings[0]
    const found: VersionPath[] = []
    for (const reading of readings) if (await exists(facts, reading.collection)) found.push(reading)
    // What the first reading names may have come since; or it was what was meant while nothing was there.
    const isAsEver = found.length === 0 || (found.length === 1 && found[0] === readings[0])
    const before = isAsEver || naming === undefined ? undefined : await meantBefore(readings, naming)
    if (before !== undefined) return before
    return (await now(meantOf(path, found))) ?? readings[0]
  }

  return {
    facts,
    artifactNamed: (path) => now(named('name', parseArtifact(path, defaults))),
    modelNamed: (path) => now(named('name', parseModel(path, defaults))),
    runNamed,
    maybeRun: async (path) => (path === undefined ? undefined : await runNamed(path)),
    versionNamed,
    versionNamedInFull: (path, naming) =>
      path.includes(':')
        ? versionNamed(path, naming)
        : now(E.left(wrong('version', `one version (name the version: ${path}:v3 or ${path}:alias)`, path))),
    versionAt: async (path) => {
      const named = await versionNamed(await inputs.checked(inputs.VersionText, path))
      const { source, artifactType, manifest } = await run(sourceFact(named, facts))
      const { version: number, ...collection } = source
      return { collection, number, manifest, type: artifactType }
    },
  }
}

const exists = (facts: FactReader, collection: CollectionRef): Promise<boolean> =>
  run(
    isModel(collection)
      ? facts.model(collection, ({ artifactType }) => artifactType !== null)
      : facts.artifact(collection, ({ artifactType }) => artifactType !== null),
  )

/** The number that a version has now, by number or alias. */
export const numberOf = async (facts: FactReader, { collection, version }: VersionPath): Promise<VersionNumber> =>
  isModel(collection)
    ? (await linkOf(facts, collection, version)).number
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

/** The link that is meant, by number or alias: its number, and its source. */
export const linkOf = async (facts: FactReader, model: ModelRef, version: VersionPath['version']) =>
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
const sourceOf = async (facts: FactReader, { collection, version }: VersionPath): Promise<VersionPath<ArtifactRef>> => {
  if (!isModel(collection)) return { collection, version }
  const { version: number, ...artifact } = (await linkOf(facts, collection, version)).source
  return { collection: artifact, version: number }
}

/** The same for a command, which may be repeated: then it means what it meant at first, wherever an alias points by now. */
export const sourceMeant = async (
  { sender, names }: Calling,
  path: string,
  fields: EnvelopeFields,
  commandOf: (source: VersionPath<ArtifactRef>) => Command,
): Promise<VersionPath<ArtifactRef>> => {
  const { facts } = names
  const { collection, version } = await names.versionNamed(path, {
    commandId: fields.commandId,
    commandOf: ({ collection, version }) =>
      isModel(collection) ? { type: 'MeanLink', model: collection, version } : commandOf({ collection, version }),
  })
  if (!isModel(collection) || fields.commandId === undefined) return sourceOf(facts, { collection, version })
  const receipt = await run(sender.handler.meanLink({ model: collection, version }, sender.envelopeOf(fields)))
  const number = await answered(receipt, 'version')
  const source = await run(facts.model(collection, ({ links }) => links[number]?.source))
  if (source === undefined) return sourceOf(facts, { collection, version: number })
  const { version: ofSource, ...artifact } = source
  return { collection: artifact, version: ofSource }
}

const named = <A>(member: string, parsed: E.Either<ReadonlyArray<Problem>, A>): E.Either<WriteError, A> =>
  pipe(
    parsed,
    E.mapLeft((problems) => ({
      _tag: 'invalid-input',
      problems: problems.map((problem) => (problem.at === '' ? { ...problem, at: member } : problem)),
    })),
  )
