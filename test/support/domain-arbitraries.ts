/** Random legal names and values of the domain. */
import * as fc from 'fast-check'
import type { Json, JsonObject } from '../../domain/values/json.js'
import { Alias, DistributedId, EntityName, ModelName, ProjectName, RunId } from '../../domain/values/names.js'
import {
  ArtifactProject,
  type ArtifactRef,
  type ModelRef,
  RegistryProject,
  type RunRef,
} from '../../domain/values/references.js'

/** Characters that a careless escape would confuse, beside any others. */
const character = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'a',
      'B',
      '7',
      '-',
      '_',
      '.',
      ' ',
      '/',
      '%',
      '2',
      'F',
      ':',
      '~',
      "'",
      '+',
      'é',
      '日',
      '😀',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
)

const legal = (codec: { readonly is: (value: unknown) => value is string }): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit: character, minLength: 1, maxLength: 12 }).filter(codec.is) },
    { weight: 1, arbitrary: fc.constantFrom('constructor', '__proto__', 'toString', '..', 'x'.repeat(128)) },
  )

const project = legal(ProjectName).filter(ArtifactProject.is)

export const artifactRef: fc.Arbitrary<ArtifactRef> = fc.record({
  entity: legal(EntityName),
  project,
  name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
})

export const modelRef: fc.Arbitrary<ModelRef> = fc.record({
  entity: legal(EntityName),
  project: fc
    .oneof(
      fc.constant('model-registry'),
      legal(ProjectName).map((name) => `wandb-registry-${name}`),
    )
    .filter(RegistryProject.is),
  name: legal(ModelName),
})

export const runRef: fc.Arbitrary<RunRef> = fc.record({ entity: legal(EntityName), project, run: legal(RunId) })
export const distributedId = legal(DistributedId)
export const alias = legal(Alias)

const key = fc.string({ unit: 'binary', maxLength: 8 }).filter((name) => name !== '__proto__')
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
  fc.maxSafeInteger(),
)

/** Values of the closed JSON type. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), number, fc.string({ unit: 'binary' })),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
})).value

export const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(key, json, { maxKeys: 4 })
