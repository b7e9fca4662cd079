/** The words for what a distributed draft refuses. */
import type { DistributedDraftRejection } from '../../domain/distributed-draft/decide.js'
import type { BaseConflict, PathConflict } from '../../domain/values/manifest/merge.js'
import { collectionPath, versionName, versionPath } from '../../domain/values/references.js'
import { recorded } from './words.js'

/** An outdated base is told as that of any draft. */
type Told = Exclude<DistributedDraftRejection, { _tag: 'base-outdated' }>

export const describeDraftRejection = (error: Told): string => {
  switch (error._tag) {
    case 'draft-ended':
      return `generation ${error.generation} was ${error.end.how} ${recorded(error.end)}; what may go to the next one says so (openNext)`
    case 'generation-not-open':
      return `generation ${error.generation} is not open; generation ${error.open} is the next to take parts`
    case 'draft-empty':
      return `generation ${error.generation} of the draft "${error.distributedId}" of ${collectionPath(error.artifact)} has no parts${
        error.before === null ? '' : `; the one before was ${error.before.how} ${recorded(error.before)}`
      }; ${error.asked === 'abandon' ? 'there is nothing to abandon' : 'upsert a part first, or commit with files'}`
    case 'path-conflict':
      return `the parts disagree: ${firstOf(
        error.conflicts.map(({ path, claims }) => `${path} (${claims.map(claimed).join(', ')})`),
      )}; ${
        error.conflicts.some(({ claims }) => claims.some(({ below }) => below !== undefined))
          ? 'no directory can hold a file and a directory of one name: abandon the draft and leave one out'
          : 'commit with lastWriterWins to take the later ones'
      }`
    case 'writers-not-as-expected':
      return writersNotAsExpected(error)
    case 'base-of-another-artifact':
      return `a distributed version of ${collectionPath(error.artifact)} builds on a version of it, not on ${versionPath(error.base, error.base.version)}`
    case 'base-settled':
      return `generation ${error.generation} builds on ${versionName(error.settled.version)}, which ${error.settled.writer} named first (${recorded(error.settled)}), not on ${versionName(error.offered)}`
    case 'base-conflict':
      return error.base === null
        ? `there is no version to build on, so nothing can be removed from it: ${firstOf(error.conflicts.map(misfit))}; name it with base`
        : `what ${versionName(error.base)} holds, on which it builds, is in the way: ${firstOf(error.conflicts.map(misfit))}${
            error.conflicts.some(({ why }) => why === 'taken')
              ? '; say overwrite to replace what is there, or remove it first'
              : ''
          }`
    case 'no-base':
      return `generation ${error.generation} builds on no version, so there is none that is expected to be the newest; name it with base`
  }
}

const claimed = ({ writer, digest, executable, below }: PathConflict['claims'][number]): string => {
  const brought = digest === null ? 'removed' : `${digest}${executable === true ? ' (executable)' : ''}`
  return `${writer}: ${below !== undefined ? `"${below}" below it` : brought}`
}

const misfit = (conflict: BaseConflict): string => {
  const { path, writer } = conflict
  switch (conflict.why) {
    case 'taken':
      return `${path} (there: ${conflict.present}, ${writer}: ${conflict.offered})`
    case 'not-there':
      return `${path} (not there for ${writer} to remove)`
    case 'in-the-way':
      return `${path} (${writer} brings it, and "${conflict.present}" is there; remove that first)`
  }
}

const writersNotAsExpected = ({
  generation,
  expected,
  came,
  missing,
  unexpected,
}: Extract<Told, { _tag: 'writers-not-as-expected' }>): string => {
  if (typeof expected === 'number') {
    return `generation ${generation} was expected to have ${expected} ${expected === 1 ? 'writer' : 'writers'}, and it has ${came.length}: ${some(came)}`
  }
  const were = unexpected.length === 1 ? 'was' : 'were'
  const others = `${some(unexpected)}${missing.length > 0 ? '' : ', who'} ${were} not expected: name them among the writers if they may be there`
  if (missing.length === 0) return `generation ${generation} has ${others}`
  return `generation ${generation} is without ${some(missing)}${unexpected.length === 0 ? '' : `; and ${others}`}`
}

/** The first of many names. */
const some = (names: ReadonlyArray<string>): string =>
  `${names.slice(0, 20).join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`

/** The first of many conflicts. */
const firstOf = (conflicts: ReadonlyArray<string>): string =>
  `${conflicts.slice(0, 5).join('; ')}${conflicts.length > 5 ? `; and ${conflicts.length - 5} more` : ''}`
