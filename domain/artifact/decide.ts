/** What an artifact allows, and what follows from it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { aliasesOf, moveAlias, pointAliases, removeAlias, removeAliasesOf } from '../collections/aliases.js'
import { notArchived } from '../collections/archiving.js'
import { saySomething } from '../collections/descriptions.js'
import { aliasesMayGo, wasDeleted } from '../collections/lives.js'
import { changeTags } from '../collections/tags.js'
import type { StandingLink } from '../ports/facts.js'
import { about, type Decision, type ReadonlyState } from '../values/decider.js'
import { numberOfKey } from '../values/key-table.js'
import { versionNumberAt } from '../values/names.js'
import type { ArtifactRef } from '../values/references.js'
import type {
  ArchiveArtifact,
  ArtifactCommandWithFacts,
  CreateArtifact,
  DescribeArtifact,
  TagArtifact,
  TagArtifactVersion,
  UnarchiveArtifact,
  UntagArtifact,
  UntagArtifactVersion,
} from './commands.js'
import { type ArtifactEvent, type ArtifactVersionDeleted, MOST_LINKS_LEFT } from './events.js'
import type { ArtifactRejection } from './rejections.js'
import type { SealedDraft } from './sealed-draft.js'
import { type ArtifactState, draftKey, newerThan, producer } from './state.js'
import { isLiveVersion, isProducer, liveCount, numberOfContent, versionAt } from './version-columns.js'
import { findVersion, liveVersion } from './versions.js'
import { notAppliedTo, saidByCaller, saidByOrigin } from './what-is-said.js'

type State = ReadonlyState<ArtifactState>
type Given<Type> = Extract<ArtifactCommandWithFacts, { readonly type: Type }>

type EncodedEvents = E.Either<ArtifactRejection, Decision<ArtifactEvent>>
type Events = E.Either<ArtifactRejection, ReadonlyArray<ArtifactEvent>>

export const decide =
  (command: ArtifactCommandWithFacts) =>
  (state: State): EncodedEvents => {
    switch (command.type) {
      case 'CreateArtifact':
        return pipe(
          notArchived(command.artifact, state),
          E.flatMap(() => create(command, state)),
          about({}),
        )
      case 'DescribeArtifact':
        return pipe(describeArtifact(command, state), about({}))
      case 'TagArtifact':
      case 'UntagArtifact':
        return pipe(tagArtifact(command, state), about({}))
      case 'ArchiveArtifact':
      case 'UnarchiveArtifact':
        return pipe(archive(command, state), about({}))
      case 'LogArtifactVersion':
        return log(command, state)
      case 'DescribeArtifactVersion':
        return describe(command, state)
      case 'TagArtifactVersion':
      case 'UntagArtifactVersion':
        return tag(command, state)
      case 'MoveAlias':
        return pipe(
          notArchived(command.collection, state),
          E.flatMap(() => liveVersion(command.collection, command.version, state)),
          E.flatMap(({ number }) => pipe(moveAlias(command, number)(state.aliases), about({ version: number }))),
        )
      case 'RemoveAlias':
        return removeAlias(command)(state)
      case 'DeleteArtifactVersion':
        return deleteVersion(command, state)
      case 'DeleteArtifact':
        return pipe(deleteArtifact(command, state), about({}))
    }
  }

const create = (
  { artifact, artifactType, description }: Pick<CreateArtifact, 'artifact' | 'artifactType' | 'description'>,
  state: State,
  sealed?: SealedDraft,
): Events => {
  if (state.artifactType === artifactType)
    return description === undefined ? E.right([]) : describeArtifact({ artifact, description }, state)
  if (state.artifactType !== null) {
    const types = { accepted: state.artifactType, offered: artifactType }
    return E.left({
      _tag: 'type-mismatch',
      collection: artifact,
      ...types,
      ...(sealed === undefined ? {} : { sealed }),
    })
  }
  // W&B keeps these names for artifacts that it makes itself.
  if (
    (artifactType === 'run_table' && artifact.name.startsWith('run-')) ||
    (artifactType === 'code' && artifact.name.startsWith('source-'))
  ) {
    return E.left({ _tag: 'reserved-name', name: artifact.name, artifactType })
  }
  return E.right([{ type: 'ArtifactCreated', artifactType, ...(description === undefined ? {} : { description }) }])
}

const mustExist = (artifact: ArtifactRef, state: State): E.Either<ArtifactRejection, State> =>
  state.artifactType === null ? E.left({ _tag: 'artifact-not-found', artifact, ...wasDeleted(state) }) : E.right(state)

const describeArtifact = (
  { artifact, description: to }: Pick<DescribeArtifact, 'artifact' | 'description'>,
  state: State,
): Events =>
  pipe(
    mustExist(artifact, state),
    E.map(({ description: from }) =>
      from === to ? [] : [{ type: 'ArtifactDescribed' as const, description: { from, to } }],
    ),
  )

const tagArtifact = ({ type, artifact, tags }: TagArtifact | UntagArtifact, state: State): Events => {
  const adds = type === 'TagArtifact'
  return pipe(
    mustExist(artifact, state),
    E.flatMap((known) =>
      changeTags(adds ? 'add' : 'remove', tags, { collection: artifact, version: null })(known.tags),
    ),
    E.map((changes) =>
      changes.map((change) => ({
        type: adds ? ('ArtifactTagged' as const) : ('ArtifactUntagged' as const),
        ...change,
      })),
    ),
  )
}

const archive = ({ type, artifact }: ArchiveArtifact | UnarchiveArtifact, state: State): Events =>
  pipe(
    mustExist(artifact, state),
    E.map(({ archived }) => {
      const archives = type === 'ArchiveArtifact'
      return archives === (archived !== null)
        ? []
        : [{ type: archives ? ('ArtifactArchived' as const) : ('ArtifactUnarchived' as const) }]
    }),
  )

const log = (command: Given<'LogArtifactVersion'>, state: State): EncodedEvents => {
  const {
    artifact,
    artifactType,
    manifest,
    aliases = [],
    base,
    expectedBase,
    distributed,
    run,
    runFact,
    copiedFrom,
  } = command
  const before = distributed === undefined ? undefined : numberOfKey(state.distributed, draftKey(distributed))
  if (before !== undefined) return E.right({ events: [], answer: { version: versionNumberAt(before) } })
  // What was sealed is logged, whatever became of its artifact since.
  const open = distributed === undefined ? notArchived(artifact, state) : E.right(state)
  if (E.isLeft(open)) return open
  // What a sealed draft builds on was live when it was sealed: its version is logged whatever became of that.
  if (base !== undefined && distributed === undefined) {
    const checked = liveVersion(artifact, base, state)
    if (E.isLeft(checked)) return checked
  }
  if (expectedBase !== undefined && expectedBase !== state.newestLive) {
    return E.left({ _tag: 'base-outdated', expectedBase, newest: state.newestLive })
  }
  const created = create({ artifact, artifactType }, state, distributed)
  if (E.isLeft(created)) return created

  const twin = numberOfContent(state.versions, manifest.digest)
  const version = twin ?? versionNumberAt(state.versions.length)
  const moved = pointAliases([...aliases, 'latest'], version, command.expect)(state.aliases)
  if (E.isLeft(moved)) return moved

  const facts = {
    version,
    manifest,
    ...saidByCaller(command),
    ...(run === undefined ? {} : { run: { ref: run, ...(runFact?.finished ? { finished: true as const } : {}) } }),
    ...(base === undefined ? {} : { base, ...newerThan(base, state) }),
    ...(copiedFrom === undefined ? {} : { copiedFrom }),
    ...(distributed === undefined ? {} : { distributed }),
  }
  const answer = { version }
  if (twin === undefined) {
    const logged: ArtifactEvent = { type: 'ArtifactVersionLogged', ...facts, ...saidByOrigin(command) }
    return E.right({ events: [...created.right, logged, ...moved.right], answer })
  }
  const notApplied = notAppliedTo({ ...command.said, tags: versionAt(state.versions, twin)?.tags ?? [] }, facts)
  // It adds no producer, no sealed draft and no word of its own.
  const isKnown =
    moved.right.length === 0 &&
    distributed === undefined &&
    isProducer(state.versions, twin, producer(run)) &&
    notApplied.length === 0
  const relogged: ArtifactEvent = {
    type: 'ArtifactVersionRelogged',
    ...facts,
    ...(notApplied.length === 0 ? {} : { notApplied }),
  }
  return E.right({ events: isKnown ? [] : [relogged, ...moved.right], answer })
}

const describe = (command: Given<'DescribeArtifactVersion'>, state: State): EncodedEvents =>
  pipe(
    liveVersion(command.artifact, command.version, state),
    E.flatMap(({ number }) =>
      pipe(
        saySomething(command, command.said, { collection: command.artifact, version: number }),
        E.map(
          (changes): ReadonlyArray<ArtifactEvent> =>
            changes.map((change) => ({ type: 'ArtifactVersionDescribed', version: number, ...change })),
        ),
        about({ version: number }),
      ),
    ),
  )

const tag = (command: TagArtifactVersion | UntagArtifactVersion, state: State): EncodedEvents => {
  const found = liveVersion(command.artifact, command.version, state)
  if (E.isLeft(found)) return found
  const { number, version } = found.right
  const adds = command.type === 'TagArtifactVersion'
  const type = adds ? 'ArtifactVersionTagged' : 'ArtifactVersionUntagged'
  return pipe(
    changeTags(adds ? 'add' : 'remove', command.tags, { collection: command.artifact, version: number })(version.tags),
    E.map((changes): ReadonlyArray<ArtifactEvent> => changes.map((change) => ({ type, version: number, ...change }))),
    about({ version: number }),
  )
}

/** What is deleted already stays so; what never was there cannot be deleted. */
const deleteArtifact = (command: Given<'DeleteArtifact'>, state: State): Events => {
  const { artifact, deleteAliases, leaveLinks } = command
  const { artifactType } = state
  if (artifactType === null && state.deleted !== null) return E.right([])
  // Those to versions that were deleted before were left then.
  const links = command.links.filter(({ source }) => isLiveVersion(state.versions, source))
  return pipe(
    mustExist(artifact, state),
    E.flatMap(() => aliasesMayGo(artifact, state.aliases, deleteAliases, leaveLinks === true ? [] : links)),
    E.flatMap(
      (): Events =>
        leaveLinks === true || links.length === 0
          ? E.right([])
          : E.left({ _tag: 'artifact-has-links', artifact, links }),
    ),
    E.map(() => [
      {
        type: 'ArtifactDeleted' as const,
        artifactType: artifactType ?? '',
        versions: liveCount(state.versions),
        aliases: state.aliases.size,
        ...leftBy(links),
      },
    ]),
  )
}

const deleteVersion = (command: Given<'DeleteArtifactVersion'>, state: State): EncodedEvents => {
  const found = findVersion(command.artifact, command.version, state)
  if (E.isLeft(found)) return found
  const { number, version } = found.right
  if (version.deleted !== undefined) return E.right({ events: [], answer: { version: number } })
  const aliases = aliasesOf(number)(state.aliases)
  const links = command.leaveLinks === true ? [] : command.links
  if (aliases.length > 0 && command.deleteAliases !== true) {
    return E.left({ _tag: 'version-has-aliases', version: number, aliases, links })
  }
  if (links.length > 0) return E.left({ _tag: 'version-has-links', version: number, links })
  return pipe(
    removeAliasesOf(number, command.expect)(state.aliases),
    E.map(
      (removed): ReadonlyArray<ArtifactEvent> => [
        { type: 'ArtifactVersionDeleted', version: number, manifest: version.manifest, ...leftBy(command.links) },
        ...removed,
      ],
    ),
    about({ version: number }),
  )
}

/** What an event says of links that stay: not more than it has room for. */
const leftBy = (links: ReadonlyArray<StandingLink>): Pick<ArtifactVersionDeleted, 'linksLeft'> =>
  links.length === 0
    ? {}
    : { linksLeft: links.slice(0, MOST_LINKS_LEFT).map(({ model, version }) => ({ model, version })) }
