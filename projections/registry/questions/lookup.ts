/**
 * What can be asked of the registry, now or as of any past position: every answer comes from timelines, so
 * the past costs a binary search more than the present.
 */

import * as E from 'fp-ts/lib/Either.js'
import { ORIGIN, type Position } from '../../../domain/ports/event-store.js'
import type { Metrics } from '../../../domain/run/commands.js'
import {
  type NameDefaults,
  parseArtifact,
  parseModel,
  parseRun,
  parseVersion,
} from '../../../domain/values/name-paths.js'
import type { VersionChoice } from '../../../domain/values/names.js'
import { collectionPath, versionPath } from '../../../domain/values/references.js'
import { type PositionTimes, timeOf } from '../../storage/position-times.js'
import { asOf, countUpTo, type Timeline } from '../../storage/timeline.js'
import {
  type ArtifactEntry,
  type CollectionEntry,
  type DraftEntry,
  type LinkEntry,
  type ModelEntry,
  pathOfRow,
  type Registry,
  type RunEntry,
  rowOf,
} from '../state.js'
import { actorOf, baseOf, manifestOf, positionOf, type Row, runOf, saidOf, tagsOf } from '../version-table.js'
import type { Artifact } from './artifact.js'
import type { Moment, QueryError } from './errors.js'
import type { OpenDraft } from './open-drafts.js'
import type { RegisteredModel } from './registered-model.js'
import type { RunDetails } from './run.js'
import type { Version } from './version.js'

export interface RegistryAsOf {
  readonly registry: Registry
  readonly moments: PositionTimes
  /** The moment of the answers, inclusive. */
  readonly position: Position
  readonly defaults: NameDefaults
}

export type RegistryQuestions = ReturnType<typeof registryQuestions>

/** The number that an alias points to, or a number itself, as of a position: the heart of every resolution. */
export const resolveNumber = (
  collection: CollectionEntry,
  choice: VersionChoice,
  position: Position,
): number | undefined => {
  if (typeof choice !== 'string') return choice
  const holders = collection.aliases.get(choice)
  return holders === undefined ? undefined : (asOf(holders, position) ?? undefined)
}

export const registryQuestions = ({ registry, moments, position, defaults }: RegistryAsOf) => {
  const { versions } = registry
  const at = <A>(timeline: Timeline<A>): A | undefined => asOf(timeline, position)
  const is = (since: Position | undefined): boolean => since !== undefined && since <= position
  const momentAt = (where: Position): Moment => {
    const time = timeOf(moments, where)
    return { position: where, time: time === undefined ? null : new Date(time).toISOString() }
  }

  /** What a refusal says of its moment. */
  const past = (): { readonly asOf?: Moment } =>
    position < (moments.lasts.at(-1) ?? ORIGIN) ? { asOf: momentAt(position) } : {}

  const existing = (path: string): CollectionEntry | undefined => {
    const entry = registry.collections.get(path)
    return entry !== undefined && is(entry.created) ? entry : undefined
  }

  const notFound = (
    what: Extract<QueryError, { _tag: 'not-found' }>['what'],
    name: string,
  ): E.Either<QueryError, never> =>
    E.left({
      _tag: 'not-found',
      what,
      name,
      similar: similarTo(name, namesNow((what === 'run' ? registry.runs : registry.collections).values())),
      ...past(),
    })

  function* namesNow(entries: Iterable<CollectionEntry | RunEntry>): Generator<string> {
    for (const entry of entries) if (is(entry.kind === 'run' ? entry.started : entry.created)) yield entry.path
  }

  /** The collection that a path names, and the version that it chooses. */
  const read = (name: string): E.Either<QueryError, readonly [CollectionEntry, VersionChoice]> => {
    const parsed = parseVersion(name, defaults)
    if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
    const readings = parsed.right.map(({ collection }) => collectionPath(collection))
    const [found, another] = readings.flatMap((path) => existing(path) ?? [])
    if (another !== undefined) return E.left({ _tag: 'ambiguous-name', name, readings })
    if (found !== undefined) return E.right([found, parsed.right[0].version])
    return notFound('name', readings.length === 1 ? (readings[0] ?? name) : name)
  }

  const aliasesOf = (collection: CollectionEntry, number: number): ReadonlyArray<string> => {
    const aliasesByVersion = collection.aliasesByVersion[number]
    const names =
      aliasesByVersion === undefined
        ? []
        : typeof aliasesByVersion === 'string'
          ? [aliasesByVersion]
          : [...aliasesByVersion].sort()
    return names.filter((name) => resolveNumber(collection, name, position) === number)
  }

  const linksOf = (row: Row): ReadonlyArray<string> =>
    (registry.links.get(row) ?? []).flatMap(({ model, number }) => {
      const link = model.versions[number]
      return link !== undefined && is(link.position) && !is(model.ended.get(number)) ? [`${model.path}:v${number}`] : []
    })

  const endOf = ({ ended }: CollectionEntry, number: number): Moment | null => {
    const end = ended.get(number)
    return end !== undefined && is(end) ? momentAt(end) : null
  }

  const said = (row: Row) => {
    const { described } = versions.seldom.get(row) ?? {}
    return (described && at(described)) ?? saidOf(versions, row)
  }

  const tags = (row: Row): ReadonlyArray<string> => {
    const { tagged } = versions.seldom.get(row) ?? {}
    return (tagged && at(tagged)) ?? tagsOf(versions, row)
  }

  const artifactVersion = (artifact: ArtifactEntry, number: number, row: Row): Version => {
    const { relogged = [], distributed = null } = versions.seldom.get(row) ?? {}
    const [run, base] = [runOf(versions, row), baseOf(versions, row)]
    const again = relogged.filter(({ position }) => is(position))
    const producers = [run, ...again.map(({ run }) => run)].flatMap((producer) => producer ?? [])
    return {
      kind: 'artifact',
      path: `${artifact.path}:v${number}`,
      collection: artifact.path,
      version: number,
      type: artifact.type,
      aliases: aliasesOf(artifact, number),
      tags: tags(row),
      ...said(row),
      manifest: manifestOf(versions, row),
      created: momentAt(positionOf(versions, row)),
      actor: actorOf(versions, row),
      run,
      producers: [...new Set(producers)],
      base: base === null ? null : `${artifact.path}:v${base}`,
      distributed,
      source: null,
      links: linksOf(row),
      deleted: endOf(artifact, number),
      unlinked: null,
    }
  }

  const registeredVersion = (model: ModelEntry, link: LinkEntry): Version => {
    const artifact = registry.collections.get(collectionPath(link.source.artifact))
    const row = rowOf(artifact, link.source.version)
    const source =
      artifact?.kind === 'artifact' && row !== undefined
        ? artifactVersion(artifact, link.source.version, row)
        : undefined
    return {
      kind: 'registered',
      path: `${model.path}:v${link.number}`,
      collection: model.path,
      version: link.number,
      type: model.type,
      aliases: aliasesOf(model, link.number),
      tags: source?.tags ?? [],
      description: source?.description ?? null,
      metadata: source?.metadata ?? null,
      manifest: link.manifest,
      created: momentAt(link.position),
      actor: link.actor,
      run: source?.run ?? null,
      producers: source?.producers ?? [],
      base: source?.base ?? null,
      distributed: source?.distributed ?? null,
      source: versionPath(link.source.artifact, link.source.version),
      links: source?.links ?? [],
      deleted: source?.deleted ?? null,
      unlinked: endOf(model, link.number),
    }
  }

  const versionOf = (collection: CollectionEntry, number: number): Version | undefined => {
    if (collection.kind === 'artifact') {
      const row = collection.versions[number]
      return row !== undefined && is(positionOf(versions, row)) ? artifactVersion(collection, number, row) : undefined
    }
    const link = collection.versions[number]
    return link !== undefined && is(link.position) ? registeredVersion(collection, link) : undefined
  }

  const choose = (collection: CollectionEntry, choice: VersionChoice): E.Either<QueryError, Version> => {
    const number = resolveNumber(collection, choice, position)
    const version = number === undefined ? undefined : versionOf(collection, number)
    return version === undefined
      ? E.left({
          _tag: 'version-missing',
          collection: collection.path,
          version: choice,
          newest: at(collection.newest) ?? null,
          ...past(),
        })
      : E.right(version)
  }

  const describe = (name: string): E.Either<QueryError, Version> => {
    const found = read(name)
    return E.isLeft(found) ? found : choose(...found.right)
  }

  const artifactOf = (entry: ArtifactEntry): Artifact => ({
    kind: 'artifact',
    path: entry.path,
    type: entry.type,
    description: entry.description,
    created: momentAt(entry.created),
    actor: entry.actor,
    versionCount: liveCount(entry),
    newest: at(entry.newest) ?? null,
    aliases: aliasTable(entry),
  })

  const modelOf = (entry: ModelEntry): RegisteredModel => ({
    kind: 'registered-model',
    path: entry.path,
    type: entry.type,
    description: at(entry.description) ?? null,
    tags: at(entry.tags) ?? [],
    created: momentAt(entry.created),
    actor: entry.actor,
    versionCount: liveCount(entry),
    newest: at(entry.newest) ?? null,
    aliases: aliasTable(entry),
  })

  const liveCount = ({ addedAt, endedAt }: CollectionEntry): number =>
    countUpTo(addedAt, position) - countUpTo(endedAt, position)

  const aliasTable = (entry: CollectionEntry): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [...entry.aliases].flatMap(([alias, holders]) => {
        const holder = at(holders)
        return typeof holder === 'number' ? [[alias, holder] as const] : []
      }),
    )

  const runDetails = (entry: RunEntry): RunDetails => ({
    path: entry.path,
    started: momentAt(entry.started),
    actor: entry.actor,
    group: entry.group,
    jobType: entry.jobType,
    config: entry.config,
    metrics: metricsOf(entry),
    outcome: (entry.outcome && at(entry.outcome)) ?? null,
    used: entry.used.slice(0, countPast(entry.used)).map(({ version, through }) => ({
      version: pathAt(version),
      through: through === null ? null : pathAt(through),
    })),
    logged: entry.logged.values
      .slice(0, countUpTo(entry.logged.positions, position))
      .map((row) => pathOfRow(registry, row)),
  })

  const metricsOf = ({ metrics = new Map() }: RunEntry): Metrics =>
    Object.fromEntries(
      [...metrics].flatMap(([name, values]) => {
        const value = at(values)
        return value === undefined ? [] : [[name, value] as const]
      }),
    )

  const pathAt = ({ collection, number }: RunEntry['used'][number]['version']): string =>
    versionPath(collection, number)

  /** How many entries of a list in the order of positions are not after the moment. */
  const countPast = (entries: ReadonlyArray<{ readonly position: Position }>): number => {
    let count = entries.length
    while (count > 0 && !is(entries[count - 1]?.position)) count -= 1
    return count
  }

  const draftsOf = ({ artifact, distributedId, generations }: DraftEntry): ReadonlyArray<OpenDraft> =>
    generations.flatMap(({ opened, parts, ended }, generation) => {
      if (!is(opened) || is(ended?.position)) return []
      const known = parts.filter((part) => is(part.position))
      const writers = [...new Set(known.map(({ writer }) => writer))]
      const name = collectionPath(artifact)
      return [{ artifact: name, distributedId, generation, opened: momentAt(opened), writers, parts: known.length }]
    })

  return {
    /** The moment of these answers. */
    moment: momentAt(position),

    /** A version by alias or number, that is there; a deleted or unlinked one is an error that says so. */
    resolve: (name: string): E.Either<QueryError, Version> => {
      const described = describe(name)
      if (E.isLeft(described)) return described
      const { path, deleted, unlinked, source } = described.right
      if (unlinked !== null) return E.left({ _tag: 'version-gone', path, how: 'unlinked', at: unlinked })
      if (deleted === null) return described
      return E.left({
        _tag: 'version-gone',
        path: source === null ? path : `${path} links to ${source}, which`,
        how: 'deleted',
        at: deleted,
      })
    },

    /** A version by alias or number, also a deleted or unlinked one, which is marked. */
    version: describe,

    artifact: (name: string): E.Either<QueryError, Artifact> => {
      const parsed = parseArtifact(name, defaults)
      if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
      const entry = existing(collectionPath(parsed.right))
      return entry?.kind === 'artifact'
        ? E.right(artifactOf(entry))
        : notFound('artifact', collectionPath(parsed.right))
    },

    registeredModel: (name: string): E.Either<QueryError, RegisteredModel> => {
      const parsed = parseModel(name, defaults)
      if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
      const entry = existing(collectionPath(parsed.right))
      return entry?.kind === 'model'
        ? E.right(modelOf(entry))
        : notFound('registered model', collectionPath(parsed.right))
    },

    run: (name: string): E.Either<QueryError, RunDetails> => {
      const parsed = parseRun(name, defaults)
      if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
      const { entity, project, run } = parsed.right
      const entry = registry.runs.get(`${entity}/${project}/${run}`)
      return entry !== undefined && is(entry.started) ? E.right(runDetails(entry)) : notFound('run', name)
    },

    /** What a path names, whatever version it chooses. */
    collection: (name: string): E.Either<QueryError, CollectionEntry> => {
      const found = read(name)
      return E.isLeft(found) ? found : E.right(found.right[0])
    },

    /** Of entries that are known to be there. */
    artifactOf,
    modelOf,
    runDetails,

    /** A version that is known to be there. */
    entry: (collection: CollectionEntry, number: number): Version => {
      const version = versionOf(collection, number)
      if (version === undefined) throw new RangeError(`no version ${number} of ${collection.path}`)
      return version
    },

    /** Of a version that is known by its row. */
    saidOf: said,
    tagsOf: tags,

    /** The metrics of a run by its whole path; `undefined` for a run that is not there. */
    metrics: (path: string): Metrics | undefined => {
      const run = registry.runs.get(path)
      return run !== undefined && is(run.started) ? metricsOf(run) : undefined
    },

    /** Distributed drafts that take parts, the oldest first. */
    openDrafts: (): ReadonlyArray<OpenDraft> =>
      [...registry.drafts.values()].flatMap(draftsOf).sort((one, other) => one.opened.position - other.opened.position),
  }
}

/** How many names are looked at for a hint: it must not cost more than the answer. */
const NAMES_FOR_HINTS = 10_000

/** At most three names that begin alike or differ by little. */
const similarTo = (name: string, names: Iterable<string>): ReadonlyArray<string> => {
  const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const wanted = last(name.split(':')[0] ?? name)
  const changes = wanted.length < 3 ? 0 : wanted.length < 6 ? 1 : 2
  const found: string[] = []
  let looked = 0
  for (const candidate of names) {
    const other = last(candidate)
    if (other.startsWith(wanted) || (other.length > 2 && wanted.startsWith(other)) || isNear(wanted, other, changes))
      found.push(candidate)
    if (found.length === 3 || ++looked === NAMES_FOR_HINTS) break
  }
  return found
}

/** Whether one text becomes the other with so many changes at most: a character more, less, another, or two swapped. */
const isNear = (one: string, other: string, changes: number): boolean => {
  if (Math.abs(one.length - other.length) > changes) return false
  let same = 0
  while (same < one.length && one[same] === other[same]) same++
  const [a, b] = [one.slice(same), other.slice(same)]
  if (a === b) return true
  if (changes === 0) return false
  return (
    isNear(a.slice(1), b.slice(1), changes - 1) ||
    isNear(a.slice(1), b, changes - 1) ||
    isNear(a, b.slice(1), changes - 1) ||
    (a[0] === b[1] && a[1] === b[0] && isNear(a.slice(2), b.slice(2), changes - 1))
  )
}
