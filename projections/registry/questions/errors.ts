/** Why a question about the registry has no answer, and the words for it. */
import { describeProblem, type Problem } from '../../../domain/values/codec.js'
import { type AmbiguousName, describeAmbiguousName } from '../../../domain/values/name-paths.js'
import type { VersionChoice } from '../../../domain/values/names.js'
import { versionName } from '../../../domain/values/references.js'

/** A moment of the ledger: a position, and its time. */
export interface Moment {
  readonly position: number
  /** ISO 8601; `null` before the first event. */
  readonly time: string | null
  /** The time that was asked for, where the moment was asked for by one: ISO 8601, of a day its last millisecond. */
  readonly asked?: string
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
  | {
      readonly _tag: 'version-missing'
      readonly collection: string
      readonly version: VersionChoice
      readonly newest: number | null
      readonly asOf?: Moment
    }
  | { readonly _tag: 'version-gone'; readonly path: string; readonly how: 'deleted' | 'unlinked'; readonly at: Moment }
  | AmbiguousName

export const describeQueryError = (error: QueryError): string => {
  switch (error._tag) {
    case 'invalid-input':
      return error.problems.map(describeProblem).join('; ')
    case 'not-found':
      return `there is no ${error.what} "${error.name}"${then(error.asOf)}${error.similar.length === 0 ? '' : `; did you mean ${error.similar.join(' or ')}?`}`
    case 'version-missing':
      return `${error.collection}:${versionName(error.version)} does not exist${then(error.asOf)}; ${
        error.newest === null ? 'it has no version' : `its newest version is v${error.newest}`
      }`
    case 'version-gone':
      return `${error.path} was ${error.how} at ${error.at.time} (position ${error.at.position})`
    case 'ambiguous-name':
      return describeAmbiguousName(error)
  }
}

const then = (moment: Moment | undefined): string => {
  if (moment === undefined) return ''
  const { time, position, asked = time } = moment
  if (asked === null) return ` as of position ${position}`
  return ` as of ${asked} (${time === null ? 'before the first event' : `position ${position}`})`
}
