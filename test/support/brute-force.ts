/**
 * The registry by brute force: every stored event up to a position, read and told one after another into
 * plain objects. It shares no code with the projections; what they answer is held against it.
 */
import type { StoredEvent } from '../../domain/ports/event-store.js'

/** What the members of events are believed to be; a wrong belief shows as a difference. */
interface Told {
  readonly artifactType: string
  readonly version: number
  readonly manifest: unknown
  readonly description?: unknown
  readonly metadata?: unknown
  readonly tags?: unknown
  readonly run?: { readonly ref: { readonly entity: string; readonly project: string; readonly run: string } }
  readonly base?: number
  readonly takenOver?: unknown
  readonly copiedFrom?: Ref
  readonly distributed?: unknown
  readonly alias: string
  readonly to: unknown
  readonly source: Ref
  readonly outcome: unknown
  readonly group?: unknown
  readonly jobType?: unknown
  readonly config?: unknown
  readonly generation: number
  readonly writer: string
}
interface Ref {
  readonly entity: string
  readonly project: string
  readonly name: string
  readonly version: number
}
interface Use {
  readonly version: Ref
  readonly through?: { readonly model: Ref; readonly version: number }
}

interface When {
  readonly position: number
  readonly time: string | null
}
interface Home {
  readonly kind: string
  readonly path: string
  type: string
  description: unknown
  metadata: unknown
  tags: unknown
  created: When
  actor: string
  archived: When | null
  deleted: When | null
  readonly aliases: Map<string, unknown>
  readonly versions: Map<number, Version>
}
/** From a creation to a deletion. */
interface Life {
  readonly path: string
  readonly kind: string
  readonly type: string
  readonly created: When
  /** What is there, while it is. */
  home: Home | null
}
interface Version {
  readonly facts: Readonly<Record<string, unknown>>
  readonly producers: string[]
  readonly links: Array<readonly [string, number]>
  readonly source: readonly [string, number] | null
  description: unknown
  metadata: unknown
  tags: unknown
  deleted: When | null
  unlinked: When | null
}
interface Run {
  readonly facts: Readonly<Record<string, unknown>>
  metrics: object
  outcome: unknown
  readonly used: unknown[]
  readonly logged: string[]
}
interface Draft {
  readonly artifact: string
  readonly distributedId: string
  readonly generation: number
  readonly opened: When
  readonly writers: string[]
  parts: number
  base: string | null
  open: boolean
}

/** Everything that can be asked, as plain data. */
export interface Picture {
  readonly moment: unknown
  readonly entities: ReadonlyArray<unknown>
  readonly projects: ReadonlyArray<unknown>
  /** Of everything, and by project. */
  readonly types: Readonly<Record<string, ReadonlyArray<unknown>>>
  /** The paths of what carries a tag and is not archived, by tag. */
  readonly tagged: Readonly<Record<string, ReadonlyArray<string>>>
  readonly artifacts: ReadonlyArray<unknown>
  readonly registeredModels: ReadonlyArray<unknown>
  readonly runs: ReadonlyArray<unknown>
  readonly versions: Readonly<Record<string, unknown>>
  readonly openDrafts: ReadonlyArray<unknown>
}

export const bruteForce = () => {
  const homes = new Map<string, Home>()
  const lives: Life[] = []
  const runs = new Map<string, Run>()
  const drafts: Draft[] = []
  let now: When = { position: 0, time: null }

  const tell = ({ stream, position, type, data, metadata }: StoredEvent): void => {
    const event = JSON.parse(data) as Told
    const { actor, recordedAt } = JSON.parse(metadata) as { readonly actor: string; readonly recordedAt: string }
    now = { position, time: now.time === null || recordedAt > now.time ? recordedAt : now.time }
    const [entity, project, name, distributedId = ''] = stream
      .slice(stream.indexOf('-') + 1)
      .split('/')
      .map(decodeURIComponent)
    const path = `${entity}/${project}/${name}`
    const home = homes.get(path)
    const version = home?.versions.get(event.version)
    const ref = event.run?.ref
    const run = ref === undefined ? null : `${ref.entity}/${ref.project}/${ref.run}`
    switch (type) {
      case 'ArtifactCreated':
      case 'RegisteredModelCreated': {
        const fresh: Home = {
          kind: type === 'ArtifactCreated' ? 'artifact' : 'registered-model',
          path,
          type: event.artifactType,
          description: event.description ?? null,
          metadata: null,
          tags: [],
          created: now,
          actor,
          archived: null,
          deleted: null,
          aliases: new Map(),
          // Numbers go on.
          versions: home?.versions ?? new Map(),
        }
        homes.set(path, fresh)
        lives.push({ path, kind: fresh.kind, type: fresh.type, created: now, home: fresh })
        return
      }
      case 'ArtifactDeleted':
      case 'RegisteredModelDeleted':
        if (home === undefined) return
        for (const version of home.versions.values()) {
          if (version.source === null) version.deleted ??= now
          else version.unlinked ??= now
        }
        Object.assign(home, { deleted: now, archived: null, description: null, metadata: null, tags: [] })
        home.aliases.clear()
        for (const life of lives) if (life.home === home) life.home = null
        return
      case 'ArtifactVersionLogged':
      case 'VersionLinked': {
        const { source, base, takenOver = [], copiedFrom, distributed = null, manifest } = event
        const from = source === undefined ? null : ([pathOf(source), source.version] as const)
        const facts = { version: event.version, type: home?.type, manifest, created: now, actor }
        const parted = distributed as Pick<Draft, 'distributedId' | 'generation'> | null
        const draft = drafts.find((each) => isOf(each, path, parted?.distributedId ?? '', parted?.generation ?? -1))
        const together = parted === null ? null : { ...parted, writers: [...(draft?.writers ?? [])] }
        const addedAt = {
          run,
          base: base === undefined ? null : `${path}:v${base}`,
          copiedFrom: copiedFrom === undefined ? null : `${pathOf(copiedFrom)}:v${copiedFrom.version}`,
          takenOver,
          distributed: together,
        }
        home?.versions.set(event.version, {
          facts: from === null ? { ...facts, ...addedAt } : facts,
          producers: run === null ? [] : [run],
          links: [],
          source: from,
          description: event.description ?? null,
          metadata: event.metadata ?? null,
          tags: event.tags ?? [],
          deleted: null,
          unlinked: null,
        })
        if (run !== null) runs.get(run)?.logged.push(`${path}:v${event.version}`)
        if (from !== null) homes.get(from[0])?.versions.get(from[1])?.links.push([path, event.version])
        return
      }
      case 'ArtifactVersionRelogged':
        if (run === null) return
        runs.get(run)?.logged.push(`${path}:v${event.version}`)
        if (version?.producers.includes(run) === false) version.producers.push(run)
        return
      case 'ArtifactVersionDescribed': {
        const { description, metadata: said } = event as { description?: { to: unknown }; metadata?: { to: unknown } }
        if (version !== undefined && description !== undefined) version.description = description.to
        if (version !== undefined && said !== undefined) version.metadata = said.to
        return
      }
      case 'ArtifactVersionTagged':
      case 'ArtifactVersionUntagged':
        if (version !== undefined) version.tags = event.to
        return
      case 'ArtifactVersionDeleted':
        if (version !== undefined) version.deleted = now
        return
      case 'VersionUnlinked':
        if (version !== undefined) version.unlinked = now
        return
      case 'AliasMoved':
        home?.aliases.set(event.alias, event.to)
        return
      case 'AliasRemoved':
        home?.aliases.delete(event.alias)
        return
      case 'ArtifactDescribed':
      case 'RegisteredModelDescribed': {
        const { description, metadata: said } = event as { description?: { to: unknown }; metadata?: { to: unknown } }
        if (home !== undefined && description !== undefined) home.description = description.to
        if (home !== undefined && said !== undefined) home.metadata = said.to
        return
      }
      case 'ArtifactTagged':
      case 'ArtifactUntagged':
      case 'RegisteredModelTagged':
      case 'RegisteredModelUntagged':
        if (home !== undefined) home.tags = event.to
        return
      case 'ArtifactArchived':
      case 'RegisteredModelArchived':
        if (home !== undefined) home.archived = now
        return
      case 'ArtifactUnarchived':
      case 'RegisteredModelUnarchived':
        if (home !== undefined) home.archived = null
        return
      case 'RunStarted': {
        const { group = null, jobType = null, config = null } = event
        const facts = { path, started: now, actor, group, jobType, config }
        runs.set(path, { facts, metrics: {}, outcome: null, used: [], logged: [] })
        return
      }
      case 'RunSummarised': {
        const known = runs.get(path)
        if (known !== undefined) known.metrics = { ...known.metrics, ...measured(event.to as object) }
        return
      }
      case 'ArtifactVersionUsed': {
        const { version: used, through } = JSON.parse(data) as Use
        runs.get(path)?.used.push({
          version: `${pathOf(used)}:v${used.version}`,
          through: through === undefined ? null : `${pathOf(through.model)}:v${through.version}`,
        })
        return
      }
      case 'RunFinished': {
        const known = runs.get(path)
        if (known !== undefined) known.outcome = event.outcome
        return
      }
      case 'DistributedPartUpserted': {
        const { generation, writer, base } = event
        const known = drafts.find((draft) => isOf(draft, path, distributedId, generation))
        const fresh = {
          artifact: path,
          distributedId,
          generation,
          opened: now,
          writers: [],
          parts: 0,
          base: null,
          open: true,
        }
        const draft: Draft = known ?? fresh
        if (known === undefined) drafts.push(draft)
        if (!draft.writers.includes(writer)) draft.writers.push(writer)
        draft.parts += 1
        if (base !== undefined) draft.base ??= `${path}:v${base}`
        return
      }
      case 'DistributedCommitted':
      case 'DistributedAbandoned':
        for (const draft of drafts) if (isOf(draft, path, distributedId, event.generation)) draft.open = false
        return
      case 'CommandAccepted':
      case 'LossAccepted':
        return
      default:
        throw new Error(`an event that the brute force does not know: ${type}`)
    }
  }

  /** Neither gone itself, nor a link whose source is. */
  const isThere = ({ deleted, unlinked, source }: Version): boolean =>
    unlinked === null &&
    deleted === null &&
    (source === null || homes.get(source[0])?.versions.get(source[1])?.deleted === null)

  const versionOf = (home: Home, number: number): object => {
    const version = home.versions.get(number)
    if (version === undefined) throw new Error(`no ${home.path}:v${number}`)
    const { facts, links, source, unlinked, ...said } = version
    const aliases = [...home.aliases].flatMap(([alias, holder]) => (holder === number ? [alias] : [])).sort()
    const own = { ...facts, path: `${home.path}:v${number}`, collection: home.path, aliases, unlinked }
    if (source === null) {
      const liveNumbers = links.filter(([path, link]) => homes.get(path)?.versions.get(link)?.unlinked === null)
      return { ...said, ...own, kind: 'artifact', links: liveNumbers.map(([path, link]) => `${path}:v${link}`), source }
    }
    const linked = homes.get(source[0])
    if (linked === undefined) throw new Error(`no ${source[0]}`)
    return { ...versionOf(linked, source[1]), ...own, kind: 'registered', source: source.join(':v') }
  }

  const summaryOf = ({ versions, aliases, metadata, ...home }: Home): object => {
    const there = [...versions].filter(([, version]) => isThere(version))
    const newest = there.length === 0 ? null : Math.max(...there.map(([number]) => number))
    const own = { ...home, aliases: Object.fromEntries(aliases), versionCount: there.length, newest }
    const sourceDeleted = [...aliases].flatMap(([alias, number]) => {
      const source = versions.get(Number(number))?.source ?? null
      const of = source === null ? undefined : homes.get(source[0])?.versions.get(source[1])
      return (of?.deleted ?? null) === null ? [] : [alias]
    })
    return home.kind === 'artifact' ? own : { ...own, sourceDeleted: sourceDeleted.sort(), metadata }
  }

  /** How much there is of some of it. */
  const countsOf = (all: ReadonlyArray<Life>) => {
    const some = all.flatMap(({ home }) => (home === null || home.archived !== null ? [] : [home]))
    const [artifacts, models] = [some.filter(({ kind }) => kind === 'artifact'), some.filter(isModel)]
    const thereIn = (homes: ReadonlyArray<Home>) =>
      homes.flatMap(({ versions }) => [...versions.values()]).filter(isThere).length
    return {
      artifacts: artifacts.length,
      versions: thereIn(artifacts),
      registeredModels: models.length,
      links: thereIn(models),
    }
  }

  /** What there is, by what stands in a place: collections and runs, by whatever is read from them. */
  const grouped = <A>(items: ReadonlyArray<A>, keyOf: (item: A) => string): ReadonlyArray<readonly [string, A[]]> => {
    const groups = new Map<string, A[]>()
    for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
    return [...groups]
  }
  const partOf = (count: number) => (item: { readonly path: string }) => item.path.split('/').slice(0, count).join('/')

  const chosen = (): Pick<Picture, 'entities' | 'projects' | 'types'> => {
    const runsThere = [...runs.entries()].map(([path, { facts }]) => ({ path, created: facts['started'] as When }))
    const everything: ReadonlyArray<Life | (typeof runsThere)[number]> = [...lives, ...runsThere].sort(
      (one, other) => one.created.position - other.created.position,
    )
    const isRun = (item: object) => !('kind' in item)
    const livesOf = (items: typeof everything) => items.flatMap((item) => ('kind' in item ? [item] : []))
    const projects = grouped(everything, partOf(2)).map(([path, items]) => {
      const [entity = '', project = ''] = path.split('/')
      const kind = livesOf(items).some(isModel) ? 'registry' : 'project'
      const runs = items.filter(isRun).length
      return { kind, path, entity, project, created: items[0]?.created, ...countsOf(livesOf(items)), runs }
    })
    const entities = grouped(everything, partOf(1)).map(([entity, items]) => {
      const its = projects.filter((project) => project.entity === entity)
      return {
        entity,
        created: items[0]?.created,
        projects: its.filter(({ kind }) => kind === 'project').length,
        registries: its.filter(({ kind }) => kind === 'registry').length,
        ...countsOf(livesOf(items)),
        runs: items.filter(isRun).length,
      }
    })
    const typesOf = (some: ReadonlyArray<Life>) =>
      grouped(some, ({ type }) => type).map(([type, homes]) => ({
        type,
        created: homes[0]?.created,
        ...countsOf(homes),
      }))
    const types = [
      ['', typesOf(lives)] as const,
      ...grouped(lives, partOf(2)).map(([at, some]) => [at, typesOf(some)] as const),
    ]
    return { entities, projects, types: Object.fromEntries(types) }
  }

  return {
    tell,
    picture: (): Picture => {
      const all = [...homes.values()]
      return structuredClone({
        moment: now,
        ...chosen(),
        tagged: Object.fromEntries(
          ['x', 'y', 'z'].map((tag) => [
            tag,
            all
              .filter(({ archived }) => archived === null)
              .flatMap(({ path, tags }) => (Array.isArray(tags) && tags.includes(tag) ? [path] : []))
              .sort(),
          ]),
        ),
        artifacts: all.filter(({ kind }) => kind === 'artifact').map(summaryOf),
        registeredModels: all.filter(({ kind }) => kind !== 'artifact').map(summaryOf),
        runs: [...runs.values()].map(({ facts, ...rest }) => ({ ...facts, ...rest })),
        versions: Object.fromEntries(
          all.map((home) => [home.path, [...home.versions.keys()].map((number) => versionOf(home, number))]),
        ),
        openDrafts: drafts.filter(({ open }) => open).map(({ open, ...draft }) => draft),
      })
    },
  }
}

const isModel = ({ kind }: { readonly kind: string }): boolean => kind !== 'artifact'

/** What JSON has no number for is written as a text. */
const measured = (metrics: object): object =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [
      name,
      typeof value === 'object' ? Number(value.$numberDouble) : value,
    ]),
  )

const pathOf = ({ entity, project, name }: Ref): string => `${entity}/${project}/${name}`
const isOf = (draft: Draft, artifact: string, id: string, generation: number): boolean =>
  draft.artifact === artifact && draft.distributedId === id && draft.generation === generation
