/**
 * The names of things, and the paths that people write: `entity/project/name:alias`. The rules follow
 * Weights & Biases; where its server is silent they are the stricter reading. These are the names that may have been
 * recorded, and may be looked for; a new one is held to more (`new-names.ts`).
 */

import * as t from 'io-ts'
import { branded, dictionary, distinct, jsonObject, oneOf, rule, text, wholeNumber } from './codec.js'
import { hasLength } from './length.js'
import { firstOf, PATH_OR_CONTROL, told } from './new-names.js'

const within = (value: string, most: number): boolean => hasLength(value, 1, most)

/** A text with a rule, of which some characters are no part: what is wrong says which one, and where. */
const name = (expected: string, illegal: RegExp, holds: (value: string) => boolean): t.Type<string> =>
  told(
    text(expected, (value) => within(value, 128) && !illegal.test(value) && holds(value)),
    (value) => firstOf(value, illegal),
  )

const SLASH_COLON_OR_CONTROL = /[/:]|\p{Cc}/u

const scopeName = (what: string) =>
  name(`${what}: 1 to 128 code points, none of / \\ # ? % : and no control characters`, PATH_OR_CONTROL, () => true)

export const EntityName = scopeName('the name of an entity')
export const ProjectName = scopeName('the name of a project')

export const ArtifactName = name(
  'the name of an artifact: 1 to 128 of the characters A-Z a-z 0-9 _ - .',
  /[^A-Za-z0-9_.-]/u,
  () => true,
)

export const ModelName = name(
  'the name of a registered model: 1 to 128 code points, no / or : or control characters, no space at either end',
  /[/:]|\p{Cc}|^\s|\s$/u,
  () => true,
)

export const ArtifactType = name(
  'an artifact type: 1 to 128 code points, no / or : or control characters, not "job" and not beginning with "wandb-"',
  SLASH_COLON_OR_CONTROL,
  (value) => value !== 'job' && !value.startsWith('wandb-'),
)

export const Alias = name(
  'an alias: 1 to 128 code points, no / or : or control characters, and not of the form v<digits>, which reads a version number',
  SLASH_COLON_OR_CONTROL,
  (value) => !isVersionName(value),
)
export const Aliases = distinct(Alias, 'a list of at most 100 aliases', 100)
/**
 * A plain value, or an object or a list in its place: of which of the two the words say what is wrong follows from what
 * was given. A text is a plain value that is wrong.
 */
const plainOr = <A extends OA, B extends OB, OA = A, OB = B>(
  name: string,
  plain: t.Type<A, OA>,
  compound: t.Type<B, OB>,
): t.Type<A | B, OA | OB> =>
  new t.Type<A | B, OA | OB>(
    name,
    (value): value is A | B => plain.is(value) || compound.is(value),
    (value, context) => {
      if (typeof value === 'object' && value !== null) return compound.validate(value, context)
      if (plain.is(value)) return t.success(value)
      return t.failure(value, context, typeof value === 'string' ? plain.name : undefined)
    },
    (value) => value,
  )

/** One, or several that move in one step. */
export const AliasOrAliases = plainOr(
  'an alias, or a list of 1 to 100 aliases',
  Alias,
  distinct(Alias, 'a list of 1 to 100 aliases', 100, 1),
)

export const Tag = name(
  'a tag: 1 to 128 code points, groups of letters, digits, _ and - with single spaces between them',
  /[^\p{L}\p{N}_ -]|^ | (?= )| $/u,
  (value) => /^[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+)*$/u.test(value),
)
export const Tags = distinct(Tag, 'a list of at most 20 tags', 20)

export const RunId = name('the id of a run: 1 to 128 code points, no / or control characters', /\/|\p{Cc}/u, () => true)

const label = (what: string) => name(`${what}: 1 to 128 code points, no control characters`, /\p{Cc}/u, () => true)
export const DistributedId = label('a distributed id')
export const GroupName = label('the name of a run group')
export const WriterName = label('the name of a writer')

/** Whom a commit expects to have brought parts: how many writers, or which. */
export const ExpectedWriters = new t.Type<number | ReadonlyArray<string>>(
  'how many writers are expected (1, 2, ...), or a list of their names, at least one and at most 10,000',
  (value): value is number | ReadonlyArray<string> => WriterCount.is(value) || WriterNames.is(value),
  (value, context) => {
    if (WriterCount.is(value)) return t.success(value)
    const names = WriterNames.validate(value, context)
    return Array.isArray(value) && value.length > 0 ? names : t.failure(value, context)
  },
  (value) => value,
)
const WriterCount = wholeNumber('a number of writers', 1)
export const WriterNames = distinct(WriterName, 'a list of at most 10,000 names of writers', 10_000)

export const Description = text('a description: at most 65,536 code points', (value) => hasLength(value, 0, 65_536))

interface VersionNumberBrand {
  readonly VersionNumber: unique symbol
}
/** A version number: `v0` is 0. */
export type VersionNumber = t.Branded<number, VersionNumberBrand>
export const VersionNumber = branded<VersionNumber, number>(wholeNumber('a version number: 0, 1, 2, ...'))

/** The number of the version that stands at a place among all that were given out, from 0: numbers have no gap. */
export const versionNumberAt = (place: number): VersionNumber => place as VersionNumber

/** A generation of a distributed draft. */
export const Generation = wholeNumber('a generation of the draft: 0, 1, 2, ...')

/** Which version: its number, or the alias that it holds. */
export const VersionChoice = rule<VersionNumber | string, number | string>(
  'a version number (0, 1, 2, ...) or an alias',
  (value): value is VersionNumber | string => VersionNumber.is(value) || Alias.is(value),
)
export type VersionChoice = t.TypeOf<typeof VersionChoice>

/** Who is expected to hold an alias: a version number, or nobody. */
export const ExpectedHolder = rule<VersionNumber | 'absent', number | 'absent'>(
  'the version number that is expected to hold the alias, or "absent"',
  (value): value is VersionNumber | 'absent' => VersionNumber.is(value) || value === 'absent',
)
export type ExpectedHolder = t.TypeOf<typeof ExpectedHolder>

/** Expected holders by alias, for commands that may move several. All of them must hold. */
export const ExpectedHolders = dictionary<ExpectedHolder, number | 'absent'>(
  'expected holders by alias, at most 100',
  Alias,
  ExpectedHolder,
  100,
)
export type ExpectedHolders = t.TypeOf<typeof ExpectedHolders>

/** Of each alias that is named, or by alias. */
export const ExpectedHolderOrHolders = plainOr(
  'the version number that is expected to hold the alias, or "absent"; or these by alias',
  ExpectedHolder,
  ExpectedHolders,
)

export const RunOutcome = oneOf('finished', 'failed', 'crashed', 'killed')
export type RunOutcome = t.TypeOf<typeof RunOutcome>

export const isVersionName = (value: string): boolean => /^v\d+$/.test(value)

/** The most members that metadata have. */
export const MOST_METADATA = 100
export const Metadata = jsonObject('metadata: a JSON object of at most 100 members, finite numbers', MOST_METADATA)
