/** The registry as of a position, and what every question asks of it: what had happened by then, and what was so. */
import { ORIGIN } from '../../../domain/ports/event-store.js'
import type { NameDefaults } from '../../../domain/values/name-paths.js'
import type { VersionChoice } from '../../../domain/values/names.js'
import { type PositionTimes, timeOf } from '../../storage/position-times.js'
import { asOf, type Timeline } from '../../storage/timeline.js'
import type { CollectionEntry, Life, Registry } from '../state.js'
import type { Moment } from './errors.js'

export interface RegistryAsOf {
  readonly registry: Registry
  readonly positionTimes: PositionTimes
  /** The moment of the answers, inclusive. */
  readonly position: number
  readonly defaults: NameDefaults
  /** The time that was asked for, where it was one. */
  readonly asked?: string | undefined
}

export const valueAt = <A>({ position }: RegistryAsOf, timeline: Timeline<A>): A | undefined => asOf(timeline, position)

export const hasHappened = ({ position }: RegistryAsOf, where: number | undefined): boolean =>
  where !== undefined && where <= position

/** The life of then, or the last before; of what is not there yet, the first. */
export const lifeAt = (registryAsOf: RegistryAsOf, { lives }: CollectionEntry): Life =>
  lives.length === 1 ? lives[0] : (lives.findLast(({ created }) => hasHappened(registryAsOf, created)) ?? lives[0])

/** Whether it was created by then and not deleted since. */
export const isThere = (registryAsOf: RegistryAsOf, entry: CollectionEntry): boolean => {
  const { created, deleted } = lifeAt(registryAsOf, entry)
  return hasHappened(registryAsOf, created) && !hasHappened(registryAsOf, deleted)
}

export const momentAt = ({ positionTimes }: RegistryAsOf, where: number): Moment => {
  const time = timeOf(positionTimes, where)
  return { position: where, time: time === undefined ? null : new Date(time).toISOString() }
}

/** The moment of the answers. */
export const momentOfAnswers = (registryAsOf: RegistryAsOf): Moment => {
  const { position, asked } = registryAsOf
  return { ...momentAt(registryAsOf, position), ...(asked === undefined ? {} : { asked }) }
}

/** What a refusal says of its moment. */
export const past = (registryAsOf: RegistryAsOf): { readonly asOf?: Moment } =>
  registryAsOf.position < (registryAsOf.positionTimes.lasts.at(-1) ?? ORIGIN)
    ? { asOf: momentOfAnswers(registryAsOf) }
    : {}

/** The number that an alias points to, or a number itself, as of a position: the heart of every resolution. */
export const resolveNumber = (
  collection: CollectionEntry,
  choice: VersionChoice,
  position: number,
): number | undefined => {
  if (typeof choice !== 'string') return choice
  const holders = collection.aliases.get(choice)
  return holders === undefined ? undefined : (asOf(holders, position) ?? undefined)
}
