/** How the head file is written: seldom, without reading what was written just now, and without keeping anybody from anything. */

import type { NewEvent, Position } from '../../domain/ports/event-store.js'
import { ORIGIN } from '../../domain/ports/event-store.js'
import type { Tell } from '../../domain/ports/logger.js'
import { digestFrom } from '../../domain/values/digest.js'
import { instant } from '../../domain/values/instant.js'
import type { HistoryEnd } from '../../domain/values/loss.js'
import { recordedAtTextOf } from '../../domain/values/metadata-text.js'
import type { HeadFile } from './head-file.js'
import { reasonOf } from './sqlite-error.js'

/** In milliseconds: so often at most, while one commit comes after the other. */
const EVERY_MS = 50

/** Does work at once where it was not done for a while, and else soon, once for all who asked. */
export const nowAndThen = (work: () => void) => {
  let doneAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  const now = (): void => {
    clearTimeout(timer)
    timer = undefined
    doneAt = performance.now()
    work()
  }
  return {
    now,
    soon: (): void => {
      if (timer !== undefined) return
      if (performance.now() - doneAt >= EVERY_MS) now()
      else timer = setTimeout(now, EVERY_MS)
    },
  }
}

/** That it cannot be written is told once. */
export const writing = (file: HeadFile | undefined, headPath: string, tell: Tell) => {
  let isTold = false
  return (write: (to: HeadFile) => void): void => {
    if (file === undefined) return
    try {
      write(file)
    } catch (error) {
      const why = `${headPath} cannot be written, so that a loss of events may go unnoticed: ${reasonOf(error)}`
      if (!isTold) tell('head-unusable', why, { path: headPath })
      isTold = true
    }
  }
}

/** What a connection wrote itself need not be read to be the end of what is there. */
export const ownWrites = () => {
  /** The last event, and from where on this connection wrote without a gap, behind what was known before. */
  let last:
    | { readonly event: NewEvent; readonly position: Position; readonly leaf: string; readonly from: Position }
    | undefined
  return {
    wrote: (event: NewEvent, position: Position, leaf: string, known: Position): void => {
      const goesOn = last?.position === position - 1 && last.from > known
      last = { event, position, leaf, from: goesOn && last !== undefined ? last.from : position }
    },
    endAt: (position: Position, base: HistoryEnd | null): HistoryEnd | undefined => {
      if (last?.position !== position || last.from !== (base?.position ?? ORIGIN) + 1) return undefined
      const recordedAt = recordedAtTextOf(last.event)
      return {
        events: (base?.events ?? 0) + position - last.from + 1,
        position,
        leaf: digestFrom(last.leaf.toLowerCase()),
        ...(instant.is(recordedAt) ? { recordedAt } : {}),
      }
    },
  }
}
