/**
 * The registry as one would explain it on a blackboard: collections of numbered things, each thing known by
 * its content and either live or not, and aliases that point to live ones. Artifacts number contents,
 * registered models number source versions; for the rest they are alike.
 */
import { isDeepStrictEqual } from 'node:util'

export interface Collection {
  /** `null` before its first life, and after each. */
  type: string | null
  lives: number
  archived: boolean
  metadata: Metadata | null
  readonly things: Array<{ readonly content: string; live: boolean; metadata: Metadata | null }>
  readonly aliases: Map<string, number>
}

/** Members are numbers, or objects of numbers. */
export type Metadata = Readonly<Record<string, number | Readonly<Record<string, number>>>>
export type Patch = Readonly<Record<string, number | null | Readonly<Record<string, number | null>>>>

/** A generation that was sealed; `null` is one that was given up. */
type Ended = { readonly content: string; readonly type: string; isLogged: boolean } | null

export interface Model {
  readonly collections: Map<string, Collection>
  /** The parts of the open draft of each artifact, and how each generation before it ended. */
  readonly drafts: Map<string, { parts: Part[]; base: number | undefined; readonly ended: Ended[] }>
  run: 'unknown' | 'started' | 'finished'
}

/** A file, `path=content`, that is brought; before that a path may be taken out of the base. */
export interface Part {
  readonly writer: string
  readonly file?: string | undefined
  readonly remove?: string | undefined
  readonly overwrite?: boolean | undefined
}

/**
 * The version to build on; `wasThere` if it was looked at earlier, and is known by its number: so was the artifact, which
 * may be archived, deleted or of another type since.
 */
interface OnBase {
  readonly base?: number | string | undefined
  readonly wasThere?: true
}

export type Step =
  | {
      readonly do: 'log'
      readonly on: string
      readonly type: string
      readonly files: string
      readonly aliases: ReadonlyArray<string>
      readonly inRun: boolean
    }
  | {
      readonly do: 'move'
      readonly on: string
      readonly alias: string
      readonly to: number | string
      readonly expect: Expected
    }
  | { readonly do: 'unmove'; readonly on: string; readonly alias: string; readonly expect: Expected }
  | {
      readonly do: 'delete'
      readonly on: string
      readonly number: number
      readonly aliasesToo: boolean
      readonly linksToo: boolean
    }
  | {
      readonly do: 'link'
      readonly on: string
      readonly from: string
      readonly version: number | string
      readonly aliases: ReadonlyArray<string>
    }
  | { readonly do: 'unlink'; readonly on: string; readonly number: number }
  | ({ readonly do: 'upsert'; readonly on: string; readonly type: string } & Part & OnBase)
  | ({
      readonly do: 'commit'
      readonly on: string
      readonly type: string
      readonly lastWriterWins: boolean
      readonly writers?: number | undefined
    } & OnBase)
  | { readonly do: 'version of the draft'; readonly on: string; readonly generation: number }
  | { readonly do: 'abandon'; readonly on: string; readonly generation?: number | undefined; readonly wasThere?: true }
  | { readonly do: 'archive'; readonly on: string; readonly isArchived: boolean }
  | {
      readonly do: 'delete whole'
      readonly on: string
      readonly aliasesToo: boolean
      readonly linksToo: boolean
    }
  | { readonly do: 'copy'; readonly on: string; readonly from: string; readonly version: number; readonly type: string }
  | {
      readonly do: 'say'
      readonly on: string
      readonly version: number
      readonly merge: Patch
      /** Which metadata they are merged over, if that is told. */
      readonly read: Metadata | null | 'anything'
    }
  | { readonly do: 'start' }
  | { readonly do: 'finish' }

export type Expected = number | 'absent' | 'anybody'

export const newModel = (): Model => ({ collections: new Map(), drafts: new Map(), run: 'unknown' })

/** Does what a step says; answers false if it is refused, and then nothing has changed. */
export const apply = (model: Model, step: Step): boolean => {
  switch (step.do) {
    case 'log':
      if (step.inRun && model.run === 'unknown') return false
      return putNew(collection(model, step.on), step.type, step.files, step.aliases)
    case 'link': {
      const source = collection(model, step.from)
      const number = find(source, step.version)
      return (
        number !== undefined &&
        !source.archived &&
        putNew(collection(model, step.on), source.type, `${step.from}:${number}`, step.aliases)
      )
    }
    case 'copy': {
      const source = collection(model, step.from)
      const number = find(source, step.version)
      const content = number === undefined ? undefined : source.things[number]?.content
      return content !== undefined && putNew(collection(model, step.on), step.type, content, [])
    }
    case 'say': {
      const to = collection(model, step.on)
      const thing = isModelName(step.on) ? to : to.things[step.version]
      if (thing === undefined || (thing === to ? to.type === null : find(to, step.version) === undefined)) return false
      if (step.read !== 'anything' && !isDeepStrictEqual(step.read, thing.metadata)) return false
      const merged = mergedWith(thing.metadata ?? {}, step.merge)
      if (thing.metadata !== null || Object.keys(merged).length > 0) thing.metadata = merged
      return true
    }
    case 'archive': {
      const to = collection(model, step.on)
      if (to.type !== null) to.archived = step.isArchived
      return to.type !== null
    }
    case 'delete whole': {
      const to = collection(model, step.on)
      if (to.type === null) return to.lives > 0
      const isNamed = step.aliasesToo || [...to.aliases.keys()].every((alias) => alias === 'latest')
      const isFree = step.linksToo || to.things.every((_, number) => !isLinked(model, { on: step.on, number }))
      if (!isNamed || !isFree) return false
      for (const thing of to.things) thing.live = false
      to.aliases.clear()
      Object.assign(to, { type: null, archived: false, metadata: null })
      return true
    }
    case 'move': {
      const to = collection(model, step.on)
      const number = find(to, step.to)
      if (to.archived || number === undefined || !holds(to.aliases, step.alias, step.expect)) return false
      // An alias of a registered model leads to files: the source of the link is there.
      const [from = '', version] = to.things[number]?.content.split(':') ?? []
      if (isModelName(step.on) && collection(model, from).things[Number(version)]?.live !== true) return false
      to.aliases.set(step.alias, number)
      return true
    }
    case 'unmove': {
      const { aliases } = collection(model, step.on)
      if (!holds(aliases, step.alias, step.expect)) return false
      return aliases.delete(step.alias) || step.expect === 'absent'
    }
    case 'delete':
      return (step.linksToo || !isLinked(model, step)) && drop(collection(model, step.on), step.number, step.aliasesToo)
    case 'unlink':
      return drop(collection(model, step.on), step.number, true)
    case 'upsert': {
      const to = collection(model, step.on)
      const open = draft(model, step.on)
      const base = baseOf(to, open.base, step)
      if (base === 'refused') return false
      const own = [...open.parts, step].filter(({ writer }) => writer === step.writer)
      if (base !== undefined && merge(own, true, to.things[base]?.content) === undefined) return false
      if (step.wasThere !== true && (to.archived || !accepts(to, step.type))) return false
      open.parts.push(step)
      if (step.base !== undefined) open.base = base
      return true
    }
    case 'commit': {
      const to = collection(model, step.on)
      const open = draft(model, step.on)
      const base = baseOf(to, open.base, step)
      if (base === 'refused' || open.parts.length === 0) return false
      if (step.writers !== undefined && new Set(open.parts.map(({ writer }) => writer)).size !== step.writers)
        return false
      const merged = merge(open.parts, step.lastWriterWins, base === undefined ? undefined : to.things[base]?.content)
      if (merged === undefined) return false
      if (step.wasThere !== true && (to.archived || !accepts(to, step.type))) return false
      open.ended.push({ content: merged, type: step.type, isLogged: false })
      open.parts.length = 0
      open.base = undefined
      return true
    }
    case 'version of the draft': {
      const ended = draft(model, step.on).ended[step.generation] ?? null
      if (ended === null || ended.isLogged) return false
      // Whatever became of the artifact since, but that it is of another type.
      ended.isLogged = put(collection(model, step.on), ended.type, ended.content, [])
      return ended.isLogged
    }
    case 'abandon': {
      const open = draft(model, step.on)
      const { generation = open.ended.length } = step
      const sealed = open.ended[generation] ?? null
      if (sealed !== null) {
        const { type } = collection(model, step.on)
        if (step.wasThere !== true && (sealed.isLogged || type === null || type === sealed.type)) return false
        open.ended[generation] = null
        return true
      }
      if (generation !== open.ended.length || open.parts.length === 0) return false
      open.base = undefined
      open.parts.length = 0
      open.ended.push(null)
      return true
    }
    case 'start':
      if (model.run === 'unknown') model.run = 'started'
      return true
    case 'finish':
      if (model.run !== 'unknown') model.run = 'finished'
      return model.run === 'finished'
  }
}

/** Numbers a content, or finds its live number, and points the aliases and `latest` to it. */
export const put = (to: Collection, type: string | null, content: string, aliases: ReadonlyArray<string>): boolean => {
  if (!accepts(to, type)) return false
  const twin = to.things.findIndex((thing) => thing.live && thing.content === content)
  const number = twin >= 0 ? twin : to.things.push({ content, live: true, metadata: null }) - 1
  for (const alias of [...aliases, 'latest']) to.aliases.set(alias, number)
  return true
}

/** The same of what is new: nothing comes to what is archived. */
export const putNew = (to: Collection, type: string | null, content: string, aliases: ReadonlyArray<string>): boolean =>
  !to.archived && put(to, type, content, aliases)

/** Whether a type fits; where there is no life, another begins with it. */
export const accepts = (to: Collection, type: string | null): boolean => {
  if (to.type === null && type !== null) {
    to.type = type
    to.lives += 1
  }
  return to.type === type
}

/** Whether a name is that of a registered model: they are in capitals. */
export const isModelName = (name: string): boolean => name === name.toUpperCase()

const mergedWith = (before: Metadata, patch: Patch): Metadata => {
  const merged = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else if (typeof value === 'number') merged.set(key, value)
    else {
      const inner = merged.get(key)
      const members = new Map(Object.entries(typeof inner === 'object' ? inner : {}))
      for (const [name, number] of Object.entries(value))
        if (number === null) members.delete(name)
        else members.set(name, number)
      merged.set(key, Object.fromEntries(members))
    }
  }
  return Object.fromEntries(merged)
}

/** Whether a version that is there is the content of a link. */
const isLinked = ({ collections }: Model, { on, number }: { readonly on: string; readonly number: number }): boolean =>
  collections.get(on)?.things[number]?.live === true &&
  [...collections.values()].some(({ things }) =>
    things.some(({ live, content }) => live && content === `${on}:${number}`),
  )

const drop = ({ things, aliases }: Collection, number: number, aliasesToo: boolean): boolean => {
  const thing = things[number]
  if (thing === undefined) return false
  const pointing = [...aliases].filter(([, holder]) => holder === number)
  if (pointing.length > 0 && !aliasesToo) return false
  for (const [alias] of pointing) aliases.delete(alias)
  thing.live = false
  return true
}

const find = ({ things, aliases }: Collection, choice: number | string): number | undefined => {
  const number = typeof choice === 'string' ? aliases.get(choice) : choice
  return number !== undefined && things[number]?.live ? number : undefined
}

const holds = (aliases: ReadonlyMap<string, number>, alias: string, expect: Expected): boolean =>
  expect === 'anybody' || (aliases.get(alias) ?? 'absent') === expect

/** The number of the version that a step would build on, if any. */
const baseOf = (
  to: Collection,
  settled: number | undefined,
  { base, wasThere }: OnBase,
): number | 'refused' | undefined => {
  const meant = base ?? settled
  if (meant === undefined) return undefined
  const found = wasThere && typeof meant === 'number' ? meant : find(to, meant)
  return found === undefined || (settled !== undefined && settled !== found) ? 'refused' : found
}

/** The files of a content, by their path. */
const filesOf = (content = ''): Map<string, string> =>
  new Map(content.split(' ').flatMap((file) => (file === '' ? [] : [[file.slice(0, 1), file] as const])))

/** What a writer said of a path at last, and what may be said of that. */
interface Word {
  readonly file: string | null
  readonly brought: boolean
  readonly replaces: boolean
}

/** The content that comes of parts on a base; undefined where two writers disagree on a path, or one does not fit. */
const merge = (parts: ReadonlyArray<Part>, lastWins: boolean, base: string | undefined): string | undefined => {
  const before = filesOf(base)
  const files = new Map(before)
  for (const path of ['f', 'g']) {
    const words = new Map<string, Word>()
    const say = (writer: string, { file, brought, replaces }: Word) => {
      const word = words.get(writer)
      words.delete(writer)
      words.set(writer, {
        file,
        brought: brought || word?.brought === true,
        replaces: replaces || word?.replaces === true || word?.file === null,
      })
    }
    for (const { writer, file, remove, overwrite } of parts) {
      if (remove === path) {
        if (!before.has(path) && words.get(writer)?.brought !== true) return undefined
        say(writer, { file: null, brought: false, replaces: false })
      }
      if (file?.slice(0, 1) === path) say(writer, { file, brought: true, replaces: overwrite === true })
    }
    const said = [...words.values()]
    const taken = before.get(path)
    if (taken !== undefined && said.some(({ file, replaces }) => file !== null && file !== taken && !replaces)) {
      return undefined
    }
    const last = said.at(-1)
    if (last === undefined) continue
    if (!lastWins && said.some(({ file }) => file !== last.file)) return undefined
    if (last.file === null) files.delete(path)
    else files.set(path, last.file)
  }
  return [...files.values()].sort().join(' ')
}

const ensure = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
export const collection = ({ collections }: Model, name: string): Collection =>
  ensure(collections, name, () => ({
    type: null,
    lives: 0,
    archived: false,
    metadata: null,
    things: [],
    aliases: new Map(),
  }))
export const draft = ({ drafts }: Model, name: string) =>
  ensure(drafts, name, () => ({ parts: [], base: undefined, ended: [] }))
