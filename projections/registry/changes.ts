/** The few ways in which the state of the registry changes. */
import type { Position } from '../../domain/ports/event-store.js'
import { collectionPath } from '../../domain/values/references.js'
import { latest, setFrom, timeline } from '../storage/timeline.js'
import { type AliasEntry, type Collection, type LinkEntry, type ModelEntry, type Registry, rowOf } from './state.js'

/** A version comes. */
export const stand = <Version>(
  { versions, born, newest, standing }: Collection<Version>,
  number: number,
  position: Position,
  version: Version,
): void => {
  versions[number] = version
  born.push(position)
  standing.push(number)
  setFrom(newest, position, number)
}

/** A version is deleted or unlinked. Each number is taken from `standing` once, however many are deleted in whatever order. */
export const leave = (
  { versions, ended, gone, newest, standing }: Collection<unknown>,
  number: number,
  position: Position,
): void => {
  if (versions[number] === undefined || ended.has(number)) return
  ended.set(number, position)
  gone.push(position)
  for (let last = standing.at(-1); last !== undefined && ended.has(last); last = standing.at(-1)) standing.pop()
  const left = standing.at(-1) ?? null
  if (left !== latest(newest)) setFrom(newest, position, left)
}

export const setAlias = (
  { aliases, worn }: Collection<unknown>,
  name: string,
  position: Position,
  holder: number | null,
): void => {
  const known = aliases.get(name)
  const alias: AliasEntry = known ?? { name, ...timeline() }
  if (known === undefined) aliases.set(name, alias)
  setFrom(alias, position, holder)
  if (holder !== null) wear(worn, holder, alias.name)
}

export const wear = (worn: Collection<unknown>['worn'], number: number, alias: string): void => {
  const before = worn[number]
  if (before === undefined) worn[number] = alias
  else if (typeof before !== 'string') before.add(alias)
  else if (before !== alias) worn[number] = new Set([before, alias])
}

/** Tells the source of a link that it is linked. */
export const noteLink = ({ collections, links }: Registry, model: ModelEntry, link: LinkEntry): void => {
  const source = rowOf(collections.get(collectionPath(link.source.artifact)), link.source.version)
  if (source === undefined) return
  const known = links.get(source)
  if (known === undefined) links.set(source, [{ model, number: link.number }])
  else known.push({ model, number: link.number })
}
