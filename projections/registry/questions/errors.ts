/** Why a question about the registry has no answer, and the words for it. */
import {
  describeEnd,
  type LinkRemoved,
  type VersionDeleted,
  type VersionNotFound,
} from '../../../domain/collections/version-rejections.js'
import { describeProblem, type Problem } from '../../../domain/values/codec.js'
import { type AmbiguousName, describeAmbiguousName } from '../../../domain/values/name-paths.js'
import { versionPath } from '../../../domain/values/references.js'

/** A moment of the ledger: a position, and its time. */
export interface Moment {
  readonly position: number
  /** ISO 8601; `null` before the first event. */
  readonly time: string | null
  /** The time that was asked for, where the moment was asked for by one: ISO 8601, of a day its last millisecond. */
  readonly asked?: string
}

/** When something ended: the time, in ISO 8601, and the position of the event. By whom is told by its own stream. */
export interface Ended {
  readonly at: string | null
  readonly position: number
}

export type QueryError =
  | { readonly _tag: 'invalid-input'; readonly problems: ReadonlyArray<Problem> }
  | {
      readonly _tag: 'not-found'
      readonly what: 'artifact' | 'registered model' | 'run' | 'name'
      readonly name: string
      readonly similar: ReadonlyArray<string>
      /** Present where the question was about the past. */
      readonly asOf?: Moment
    }
  | (VersionNotFound & { readonly asOf?: Moment })
  | VersionDeleted<Ended>
  | LinkRemoved<Ended>
  | AmbiguousName

export const describeQueryError = (error: QueryError): string => {
  switch (error._tag) {
    case 'invalid-input':
      return error.problems.map(describeProblem).join('; ')
    case 'not-found':
      return `there is no ${error.what} "${error.name}"${then(error.asOf)}${error.similar.length === 0 ? '' : `; did you mean ${error.similar.join(' or ')}?`}`
    case 'version-not-found':
      return `${versionPath(error.collection, error.version)} does not exist${then(error.asOf)}; ${
        error.newest === null ? 'it has no version' : `its newest version is v${error.newest}`
      }`
    case 'version-deleted':
      return describeEnd(error, ended(error.deleted))
    case 'link-removed':
      return describeEnd(error, ended(error.unlinked))
    case 'ambiguous-name':
      return describeAmbiguousName(error)
  }
}

const ended = ({ at, position }: Ended): string => `at ${at} (position ${position})`

const then = (moment: Moment | undefined): string => {
  if (moment === undefined) return ''
  const { time, position, asked = time } = moment
  if (asked === null) return ` as of position ${position}`
  return ` as of ${asked} (${time === null ? 'before the first event' : `position ${position}`})`
}
