/**
 * Where the events of one command stand together: they are one step. As of a position inside a command, what is so is what
 * is so behind its last event.
 */
import { commandIdOf } from '../../domain/values/metadata-text.js'
import {
  addPosition,
  copyPositions,
  countOfUpTo,
  isPositionList,
  type PositionList,
  positionList,
  valueAt,
} from './position-list.js'

/** Of the last command: its stream, the metadata of its last event, and where it began and ended as far as it is known. */
interface LastStep {
  readonly stream: string
  metadata: string
  readonly first: number
  last: number
}

/** Commands of several events: where the first and where the last of each stands. */
export interface Steps {
  readonly firsts: PositionList
  readonly lasts: PositionList
  /** It may go on. */
  open: LastStep | undefined
}

export const noSteps = (): Steps => ({ firsts: positionList(), lasts: positionList(), open: undefined })

interface Recorded {
  readonly stream: string
  readonly position: number
  readonly metadata: string
}

/** Takes an event in. */
export const recordStep = (steps: Steps, { stream, position, metadata }: Recorded): void => {
  const { open } = steps
  if (open?.stream === stream && isSameCommand(open.metadata, metadata)) {
    open.metadata = metadata
    open.last = position
    return
  }
  if (open !== undefined && open.last > open.first) {
    addPosition(steps.firsts, open.first)
    addPosition(steps.lasts, open.last)
  }
  steps.open = { stream, metadata, first: position, last: position }
}

/** Most events of a command have the same metadata; one of another schema version has not. */
export const isSameCommand = (one: string, other: string): boolean =>
  one === other || commandIdOf({ metadata: one }) === commandIdOf({ metadata: other })

/** The position of the last event of the command that a position is inside; else the position itself. */
export const endOfStep = ({ firsts, lasts, open }: Steps, position: number): number => {
  if (open !== undefined && position >= open.first) return Math.max(position, open.last)
  const count = countOfUpTo(firsts, position)
  return count === 0 ? position : Math.max(position, valueAt(lasts, count - 1))
}

/** As they are at the moment of the call. */
export const copySteps = ({ firsts, lasts, open }: Steps): Steps => ({
  firsts: copyPositions(firsts),
  lasts: copyPositions(lasts),
  open: open === undefined ? undefined : { ...open },
})

export const isSteps = (value: unknown): value is Steps => {
  if (typeof value !== 'object' || value === null) return false
  const open: unknown = Reflect.get(value, 'open')
  return (
    isPositionList(Reflect.get(value, 'firsts')) &&
    isPositionList(Reflect.get(value, 'lasts')) &&
    (open === undefined ||
      (typeof open === 'object' &&
        open !== null &&
        ['stream', 'metadata'].every((name) => typeof Reflect.get(open, name) === 'string') &&
        ['first', 'last'].every((name) => typeof Reflect.get(open, name) === 'number')))
  )
}
