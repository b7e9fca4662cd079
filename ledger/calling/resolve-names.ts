/** From the paths that a caller names to references: what they mean now, by the streams themselves. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { CommandHandler } from '../../application/command-handling/command-handler.js'
import { type FactReader, sourceOf as sourceFact } from '../../application/command-handling/facts.js'
import type { RecordedUnder } from '../../application/command-handling/receipt.js'
import { liveVersion } from '../../domain/artifact/versions.js'
import type { Command } from '../../domain/commands/catalogue.js'
import type { MeanLink } from '../../domain/registered-model/commands.js'
import { linkAt } from '../../domain/registered-model/link-columns.js'
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
  collectionPath,
  isModel,
  type ModelRef,
  type RunRef,
  type VersionRef,
} from '../../domain/values/references.js'
import type { EnvelopeFields } from './arguments.js'
import { checked } from './checked.js'
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
  /** Reads the path of a version. A bare name may mean two things: it means the one that exists. */
  readonly versionNamed: (path: string) => Promise<VersionPath>
  /** The command that names a version by a path; one that is repeated means what it meant at first. */
  readonly commandNaming: <C extends NamingCommand>(path: string, naming: Naming<C>) => Promise<C>
  /** The same where something is taken away: there a version that is left out does not mean `latest`. */
  readonly commandNamingInFull: <C extends NamingCommand>(path: string, naming: Naming<C>) => Promise<C>
  /** Whether the very command that a reading of the path makes was given under this id before. */
  readonly wasGiven: (path: string, naming: Naming) => Promise<boolean>
  /**
   * Reads the path of a version that an artifact builds on: `v3` is its own, and a bare name means the artifact itself where it is its name, else
   * a link where there is or was a registered model of that name, since no other artifact is built on.
   */
  readonly baseNamed: (path: string, artifact: ArtifactRef) => Promise<VersionPath>
  /** A version that is there, with its summary; a link stands for its source. */
  readonly versionAt: (path: string) => Promise<VersionAt>
}

/** None, where the path names what the command is not for. */
type NamingCommand = Command | MeanLink | undefined

/** A command that names a version by a path. */
export interface Naming<C extends NamingCommand = NamingCommand> {
  /** As the caller told it: one that is made for the call was never given before. */
  readonly commandId: string | undefined
  /** The command that a reading of the path makes. */
  readonly commandOf: (reading: VersionPath) => C
  /** A bare name is refused where neither reading is there. */
  readonly ofWhatIsThere?: true
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
  ): Promise<{ readonly reading: VersionPath; readonly recorded: RecordedUnder } | undefined> => {
    if (commandId === undefined) return undefined
    let another: VersionPath | undefined
    for (const reading of readings) {
      const command = commandOf(reading)
      const recorded = command === undefined ? 'none' : await run(recordedUnder(commandId, command))
      if (recorded === 'this') return { reading, recorded }
      if (recorded === 'another') another ??= reading
    }
    return another === undefined ? undefined : { reading: another, recorded: 'another' }
  }

  const readingsOf = (path: string) => now(named('version', parseVersion(path, defaults)))

  const meant = async (path: string, naming?: Naming): Promise<VersionPath> => {
    const readings = await readingsOf(path)
    if (readings.length === 1) return readings[0]
    const found: VersionPath[] = []
    for (const reading of readings) if (await exists(facts, reading.collection)) found.push(reading)
    // Where nothing is there any more, what was deleted last is meant: it is told so.
    if (found.length === 0)
      for (const reading of readings) if (await wasThere(facts, reading.collection)) found.push(reading)
    // What the first reading names may have come since; or it was what was meant while nothing was there.
    const isAsEver = found.length === 0 || (found.length === 1 && found[0] === readings[0])
    const before = isAsEver || naming === undefined ? undefined : await meantBefore(readings, naming)
    if (before !== undefined) return before.reading
    const present = await now(meantOf(path, found))
    if (present === undefined && naming?.ofWhatIsThere === true)
      await now(E.left({ _tag: 'not-found', what: 'name', name: path, similar: [] }))
    return present ?? readings[0]
  }

  const commandNaming: NameResolver['commandNaming'] = async (path, naming) =>
    naming.commandOf(await meant(path, naming))

  return {
    facts,
    artifactNamed: (path) => now(named('name', parseArtifact(path, defaults))),
    modelNamed: (path) => now(named('name', parseModel(path, defaults))),
    runNamed,
    maybeRun: async (path) => (path === undefined ? undefined : await runNamed(path)),
    versionNamed: (path) => meant(path),
    baseNamed: async (path, artifact) => {
      const readings = await now(named('base', parseVersion(path, defaults)))
      const own = readings.find(({ collection }) => collectionPath(collection) === collectionPath(artifact))
      if (own !== undefined || readings.length === 1) return own ?? readings[0]
      const link = readings.find(({ collection }) => isModel(collection))
      // A repeated command means the link that it meant, also when its registered model was deleted since.
      const isLink =
        link !== undefined && ((await exists(facts, link.collection)) || (await wasThere(facts, link.collection)))
      if (isLink) return link
      // A number alone is one of the artifact, the only one that is built on.
      if (/^v\d+$/.test(path)) return (await readingsOf(`${collectionPath(artifact)}:${path}`))[0]
      return readings[0]
    },
    commandNaming,
    commandNamingInFull: (path, naming) =>
      path.includes(':')
        ? commandNaming(path, naming)
        : now(E.left(wrong('version', `one version (name the version: ${path}:v3 or ${path}:alias)`, path))),
    wasGiven: async (path, naming) => (await meantBefore(await readingsOf(path), naming))?.recorded === 'this',
    versionAt: async (path) => {
      const named = await meant(await checked(inputs.VersionText, path))
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

/** Whether it was there once and is deleted. */
const wasThere = (facts: FactReader, collection: CollectionRef): Promise<boolean> =>
  run(
    isModel(collection)
      ? facts.model(collection, ({ deleted }) => deleted !== null)
      : facts.artifact(collection, ({ deleted }) => deleted !== null),
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

/** The version for which a link stands, by number or alias. */
const sourceOf = async (facts: FactReader, model: ModelRef, version: VersionPath['version']) =>
  pathOf((await linkOf(facts, model, version)).source)

const pathOf = ({ version, ...artifact }: VersionRef): VersionPath<ArtifactRef> => ({ collection: artifact, version })

/** Makes a command on the version of an artifact. */
type OnSource<C extends Command> = (source: VersionPath<ArtifactRef>) => C

/** Of a link, the command that remembers which is meant. */
const namingSource = <C extends Command>(
  commandId: string | undefined,
  commandOf: OnSource<C>,
): Naming<C | MeanLink> => ({
  commandId,
  commandOf: ({ collection, version }) =>
    isModel(collection) ? { type: 'MeanLink', model: collection, version } : commandOf({ collection, version }),
})

/** Whether such a command was given under this id before, as one on the version that the path means. */
export const wasGivenOnSource = (
  { names }: Calling,
  path: string,
  { commandId }: EnvelopeFields,
  commandOf: OnSource<Command>,
): Promise<boolean> => names.wasGiven(path, namingSource(commandId, commandOf))

/**
 * The command on the version of an artifact that a path means: itself, or the source of a link. One that is repeated means
 * what it meant at first, wherever an alias points by now.
 */
export const commandOnSource = async <C extends Command>(
  { sender, names }: Calling,
  path: string,
  fields: EnvelopeFields,
  commandOf: OnSource<C>,
): Promise<C> => {
  const { facts } = names
  const command = await names.commandNaming(path, namingSource(fields.commandId, commandOf))
  if (command.type !== 'MeanLink') return command
  const { model, version } = command
  if (fields.commandId === undefined) return commandOf(await sourceOf(facts, model, version))
  const receipt = await run(sender.handler.meanLink({ model, version }, sender.envelopeOf(fields)))
  const number = await answered(receipt, 'version')
  const source = await run(facts.model(model, ({ links }) => linkAt(links, number)?.source))
  return commandOf(source === undefined ? await sourceOf(facts, model, number) : pathOf(source))
}

const named = <A>(member: string, parsed: E.Either<ReadonlyArray<Problem>, A>): E.Either<WriteError, A> =>
  pipe(
    parsed,
    E.mapLeft((problems) => ({
      _tag: 'invalid-input',
      problems: problems.map((problem) => (problem.at === '' ? { ...problem, at: member } : problem)),
    })),
  )
