/** Values that stand in many places of the registry's snapshot, written and read. */
import { parseJson } from '../../domain/values/json.js'
import type { CollectionRef } from '../../domain/values/references.js'
import type { SnapshotDecoder, SnapshotEncoder } from '../storage/snapshot-encoding.js'
import type { Timeline } from '../storage/timeline.js'

/** No such thing; positions and numbers are not negative. */
export const NONE = -1

export const saveRef = (encoder: SnapshotEncoder, { entity, project, name }: CollectionRef): void => {
  for (const part of [entity, project, name]) encoder.word(part)
}

export const readRef = <P extends string>(decoder: SnapshotDecoder, isOf: (project: string) => project is P) => ({
  entity: decoder.word(),
  project: readProject(decoder, isOf),
  name: decoder.word(),
})

export const readProject = <P extends string>(decoder: SnapshotDecoder, isOf: (project: string) => project is P): P => {
  const project = decoder.word()
  if (isOf(project)) return project
  throw new RangeError('no such project')
}

export const saveHolders = (encoder: SnapshotEncoder, { positions, values }: Timeline<number | null>): void => {
  encoder.numbers(positions)
  for (const value of values) encoder.number(value ?? NONE)
}

export const readHolders = (decoder: SnapshotDecoder): Timeline<number | null> => {
  const positions = decoder.numbers()
  const values: Array<number | null> = []
  for (let index = 0; index < positions.length; index++) {
    const value = decoder.number()
    values.push(value === NONE ? null : value)
  }
  return { positions, values }
}

export const saveJson = (encoder: SnapshotEncoder, value: unknown): void => encoder.text(JSON.stringify(value))

/** What `saveJson` wrote: a snapshot is whole, and of this version of the projection, or it is not loaded. */
export const readJson = <A>(decoder: SnapshotDecoder): A => parseJson(decoder.text()) as A
