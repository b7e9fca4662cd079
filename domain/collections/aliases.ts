/**
 * The rules of aliases, the same for artifacts and registered models: an alias has one holder in its
 * collection, moving it takes it from the holder before, and a caller may say whom it expects to find.
 */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Decision, ReadonlyState, RecordedBy } from '../values/decider.js'
import { type Admitted, admitted, impossible } from '../values/impossible.js'
import type { ExpectedHolder, ExpectedHolders, VersionNumber } from '../values/names.js'
import type { CollectionRef } from '../values/references.js'
import type { MoveAlias, RemoveAlias } from './alias-commands.js'
import type { AliasMoved, AliasRemoved } from './alias-events.js'
import { type MissingAlias, missingAlias, type RemovedAlias } from './missing-alias.js'

/** Who holds an alias, who put it there, and when. */
export interface AliasHolder {
  readonly version: VersionNumber
  readonly by: string
  readonly at: string
}

export type AliasTable = ReadonlyMap<string, AliasHolder>

/** The aliases of a collection. */
export interface AliasState {
  readonly aliases: Map<string, AliasHolder>
  /** Those that were taken away and are not there again: a refusal says so. */
  readonly removedAliases: Map<string, RemovedAlias>
}

/** What is said of an alias that is not there. */
export const missingIn = ({ aliases, removedAliases }: ReadonlyState<AliasState>, alias: string): MissingAlias =>
  missingAlias(alias, removedAliases.get(alias) ?? null, aliases.keys())

export type AliasRejection =
  | {
      readonly _tag: 'alias-expectation-failed'
      readonly alias: string
      readonly expected: ExpectedHolder
      readonly holder: AliasHolder | null
    }
  /** On this collection, where that is there; without one, on none. */
  | {
      readonly _tag: 'alias-not-found'
      readonly collection?: CollectionRef
      readonly alias: string
      readonly missingAlias?: MissingAlias
    }

/** Points aliases to a version. Those that already point there give no event. */
export const pointAliases =
  (aliases: ReadonlyArray<string>, to: VersionNumber, expected: ExpectedHolders = {}) =>
  (table: AliasTable): E.Either<AliasRejection, ReadonlyArray<AliasMoved>> =>
    pipe(
      checkHolders(expected)(table),
      E.map(() =>
        [...new Set(aliases)]
          .map((alias): AliasMoved => ({ type: 'AliasMoved', alias, from: table.get(alias)?.version ?? null, to }))
          .filter(({ from }) => from !== to),
      ),
    )

/** Points an alias to a version, or several in one step, as the command MoveAlias does. */
export const moveAlias = ({ alias, expect = {} }: Pick<MoveAlias, 'alias' | 'expect'>, to: VersionNumber) => {
  const aliases = typeof alias === 'string' ? [alias] : alias
  const expected = typeof expect === 'object' ? expect : Object.fromEntries(aliases.map((each) => [each, expect]))
  return pointAliases(aliases, to, expected)
}

/** Removes an alias from whoever holds it. */
export const removeAlias =
  ({ collection, alias, expect }: RemoveAlias) =>
  (
    state: ReadonlyState<AliasState> & { readonly artifactType: string | null },
  ): E.Either<AliasRejection, Decision<AliasRemoved>> => {
    const checked = checkHolder(alias, expect)(state.aliases)
    if (E.isLeft(checked)) return checked
    const holder = state.aliases.get(alias)
    if (holder === undefined) {
      return expect === 'absent'
        ? E.right({ events: [], answer: {} })
        : E.left({
            _tag: 'alias-not-found',
            collection,
            alias,
            ...(state.artifactType === null ? {} : { missingAlias: missingIn(state, alias) }),
          })
    }
    const { version } = holder
    return E.right({ events: [{ type: 'AliasRemoved', alias, from: version }], answer: { version } })
  }

/** Removes every alias of a version, as its deletion or unlinking does. */
export const removeAliasesOf =
  (version: VersionNumber, expected: ExpectedHolders = {}) =>
  (table: AliasTable): E.Either<AliasRejection, ReadonlyArray<AliasRemoved>> =>
    pipe(
      checkHolders(expected)(table),
      E.map(() => aliasesOf(version)(table).map((alias) => ({ type: 'AliasRemoved', alias, from: version }))),
    )

export const aliasesOf =
  (version: number) =>
  (table: AliasTable): ReadonlyArray<string> =>
    [...table].filter(([, holder]) => holder.version === version).map(([alias]) => alias)

/** Every expectation, also of an alias that the command would leave alone: it was stated, so it must hold. */
const checkHolders =
  (expected: ExpectedHolders) =>
  (table: AliasTable): E.Either<AliasRejection, void> => {
    for (const [alias, holder] of Object.entries(expected)) {
      const checked = checkHolder(alias, holder)(table)
      if (E.isLeft(checked)) return checked
    }
    return E.right(undefined)
  }

const checkHolder =
  (alias: string, expected: ExpectedHolder | undefined) =>
  (table: AliasTable): E.Either<AliasRejection, void> => {
    if (expected === undefined) return E.right(undefined)
    const holder = table.get(alias) ?? null
    return (holder === null ? 'absent' : holder.version) === expected
      ? E.right(undefined)
      : E.left({ _tag: 'alias-expectation-failed', alias, expected, holder })
  }

export const evolveAliases = (
  { aliases, removedAliases }: AliasState,
  event: AliasMoved | AliasRemoved,
  { by, at }: RecordedBy,
): void => {
  switch (event.type) {
    case 'AliasMoved':
      aliases.set(event.alias, { version: event.to, by, at })
      removedAliases.delete(event.alias)
      return
    case 'AliasRemoved':
      aliases.delete(event.alias)
      removedAliases.set(event.alias, { version: event.from, by, at })
      return
  }
}

/**
 * Whether an alias could move, or go, as it is told: from whoever held it, and to another that is `there`. Asked of
 * events that were recorded, whatever an alias may be called today.
 */
export const admitsAlias = (
  table: AliasTable,
  event: AliasMoved | AliasRemoved,
  isThere: (version: number) => Admitted,
): Admitted => {
  const was = table.get(event.alias)?.version ?? null
  if (event.from !== was) {
    return impossible({ _tag: 'says-otherwise', of: `who held "${event.alias}"`, says: event.from, was })
  }
  if (event.type === 'AliasRemoved') return admitted
  return event.to === was
    ? impossible({ _tag: 'changes-nothing', of: `the alias "${event.alias}"` })
    : isThere(event.to)
}

/** Whether no alias is left on a version that is gone. */
export const noAliasLeft = ({ left }: { readonly left: ReadonlySet<string> }): Admitted => {
  const [alias] = left
  return alias === undefined ? admitted : impossible({ _tag: 'alias-left', alias })
}

/** Whether an event could follow while a version that is gone has aliases still: they go with it, in one step. */
export const admitsWhileLeft = (left: ReadonlySet<string>, event: { readonly type: string }): Admitted => {
  const [alias] = left
  if (alias === undefined) return admitted
  return 'alias' in event && event.type === 'AliasRemoved' && left.has(String(event.alias))
    ? admitted
    : impossible({ _tag: 'alias-left', alias })
}
