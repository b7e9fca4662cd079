/** Time that stands still until a test turns it, and ids that are the same in every run. */
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Clock, Ids } from '../domain/ports/clock-and-ids.js'
import { isDate } from '../domain/values/built-ins.js'

/** A clock that a test turns. What a ledger does when a time has come, it does when the clock is turned there. */
export interface TestClock extends Clock {
  /** Turns the clock on, and waits for what is due on the way, in its order. */
  readonly advance: (milliseconds: number) => Promise<void>
  /** Turns the clock to a time: on, as `advance` does; or back, as somebody who corrects it, and then nothing is due. */
  readonly set: (time: Date | string) => Promise<void>
}

interface Timer {
  readonly due: number
  readonly call: () => Promise<void> | void
}

/**
 * A clock that stands at a time. A pause of less than a second, as between two tries of a command, is waited for as ever, since
 * nobody turns a clock for it; whoever sleeps longer wakes when the clock is turned.
 */
export const testClock = (start: Date | string = '2026-01-01T00:00:00.000Z'): TestClock => {
  let now = timeIn(start)
  let elapsed = 0
  const timers = new Set<Timer>()

  const at = (due: number, call: Timer['call']): (() => void) => {
    const timer = { due, call }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  const advance = async (milliseconds: number): Promise<void> => {
    if (!(milliseconds >= 0))
      throw new RangeError(`advance by 0 or more milliseconds, got ${milliseconds}; set turns a clock back`)
    const end = elapsed + milliseconds
    for (;;) {
      // Who was woken may go to sleep again before the end.
      await nextTurn()
      const [next] = [...timers].filter(({ due }) => due <= end).sort((one, other) => one.due - other.due)
      const to = next === undefined ? end : Math.max(elapsed, next.due)
      now += to - elapsed
      elapsed = to
      if (next === undefined) return
      timers.delete(next)
      await next.call()
    }
  }

  return {
    now: () => new Date(now),
    monotonic: () => elapsed,
    sleep: async (milliseconds, signal) => {
      const pause = new AbortController()
      const ended = signal === undefined ? pause.signal : AbortSignal.any([signal, pause.signal])
      if (ended.aborted) return
      let forget = (): void => undefined
      const turned = new Promise<void>((resolve) => {
        forget = at(elapsed + milliseconds, resolve)
        ended.addEventListener('abort', () => resolve(), { once: true })
      })
      const waits = [turned]
      if (milliseconds < SHORT) waits.push(wait(milliseconds, undefined, { signal: ended }).catch(() => undefined))
      await Promise.race(waits)
      forget()
      pause.abort()
    },
    every: (milliseconds, call) => {
      let forget = (): void => undefined
      const again = (): void => {
        forget = at(elapsed + milliseconds, () => {
          again()
          return call()
        })
      }
      again()
      return () => forget()
    },
    advance,
    set: async (time) => {
      const to = timeIn(time)
      if (to > now) await advance(to - now)
      else now = to
    },
  }
}

/** In milliseconds. */
const SHORT = 1000

const timeIn = (time: Date | string): number => {
  const milliseconds = isDate(time) ? time.getTime() : Date.parse(time)
  if (Number.isNaN(milliseconds)) throw new RangeError(`expected a Date or an ISO 8601 text, got ${String(time)}`)
  return milliseconds
}

/** Ids and random numbers that are the same in every run; others for another seed, a whole number from 0. */
export const testIds = (seed = 1): Ids => {
  let count = 0
  // Of numerical recipes' generator the high bits; it makes no secrets.
  let state = seed >>> 0
  const prefix = state.toString(16).padStart(8, '0')
  return {
    next: () => `${prefix}-0000-4000-8000-${(count++).toString(16).padStart(12, '0')}`,
    fraction: () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 32
    },
  }
}
