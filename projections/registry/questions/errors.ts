/** Why a question about the registry has no answer, and the words for it. */
import {
  describeEnd,
  describeNotFound,
  type LinkRemoved,
  type VersionDeleted,
  type VersionNotFound,
} from '../../../domain/collections/version-rejections.js'
import { describeProblem, type Problem, shown } from '../../../domain/values/codec.js'
import { type AmbiguousName, describeAmbiguousName } from '../../../domain/values/name-paths.js'
import type { VersionNumber } from '../../../domain/values/names.js'
import { didYouMean } from '../../../domain/values/similar-names.js'

/** A moment of the ledger: a position, and its time. */
export interface Moment {
  readonly position: number
  /** ISO 8601; `null` before the first event. */
  readonly time: string | null
  /** The time that was asked for, where the moment was asked for by one: ISO 8601, of a day its last millisecond. */
  readonly asked?: string
}

/** By whom and why something ended: told where its event is read. */
export interface Who {
  readonly by?: string
  /** Absent where none was given. */
  readonly reason?: string
}

/** When something was deleted or archived, or a link taken away; by whom and why is told where one is asked for by its name, and by refusals. */
export interface Ending extends Moment, Who {}

/** When something ended: the time, in ISO 8601, and the position of the event. */
export interface Ended extends Who {
  readonly at: string | null
  readonly position: number
  readonly by?: string
}

/** An alias that was taken away. */
export interface RemovedThen extends Ended {
  readonly version: VersionNumber
}

/** What a name may be refused with that is no version's. */
export type NameError =
  | { readonly _tag: 'invalid-input'; readonly problems: ReadonlyArray<Problem> }
  | {
      readonly _tag: 'not-found'
      readonly what: 'artifact' | 'registered model' | 'run' | 'name'
      readonly name: string
      readonly similar: ReadonlyArray<string>
      /** Where it was there once: when it was deleted. */
      readonly deleted?: Ended
      /** Present where the question was about the past. */
      readonly asOf?: Moment
    }
  | AmbiguousName

export type QueryError =
  | NameError
  | (VersionNotFound<RemovedThen> & { readonly asOf?: Moment })
  | VersionDeleted<Ended>
  | LinkRemoved<Ended>

export const describeQueryError = (error: QueryError): string => {
  switch (error._tag) {
    case 'invalid-input':
      return error.problems.map(describeProblem).join('; ')
    case 'not-found':
      return `there is no ${error.what} "${error.name}"${then(error.asOf)}${
        error.deleted === undefined ? '' : `: it was deleted ${ended(error.deleted)}`
      }${didYouMean(error.similar)}`
    case 'version-not-found':
      return describeNotFound(error, ended, then(error.asOf))
    case 'version-deleted':
      return describeEnd(error, ended(error.deleted))
    case 'link-removed':
      return describeEnd(error, ended(error.unlinked))
    case 'ambiguous-name':
      return describeAmbiguousName(error)
  }
}

const ended = ({ by, at, position, reason }: Ended): string =>
  `${by === undefined ? '' : `by ${by} `}at ${at} (position ${position})${reason === undefined ? '' : `, because ${shown(reason)}`}`

const then = (moment: Moment | undefined): string => {
  if (moment === undefined) return ''
  const { time, position, asked = time } = moment
  if (asked === null) return ` as of position ${position}`
  return ` as of ${asked} (${time === null ? 'before the first event' : `position ${position}`})`
}
