/** Time that stands still until a test turns it, and ids that are the same in every run. */
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Clock, Ids } from '../domain/ports/clock-and-ids.js'
import { functionOf, milliseconds, optionsOrThrow, record, rule } from '../domain/values/codec.js'
import { instant } from '../domain/values/instant.js'
import { whenAborted } from '../domain/values/when-aborted.js'
import { Signal } from '../ledger/calling/input.js'

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

/** What the clock is turned on by. */
export const Passing = rule(`${milliseconds.name} (set turns a clock back)`, milliseconds.is)

const Start = record('testClock', { start: instant })
const Advance = record('clock.advance', { milliseconds: Passing })
const SetTo = record('clock.set', { time: instant })
// A ledger sleeps until a time that may have passed.
const Sleep = record(
  'clock.sleep',
  {
    milliseconds: rule(
      'a number of milliseconds',
      (value): value is number => typeof value === 'number' && !Number.isNaN(value),
    ),
  },
  { signal: Signal },
)
const Every = record('clock.every', {
  milliseconds: rule(
    'a number of milliseconds, more than 0',
    (value): value is number => milliseconds.is(value) && value > 0,
  ),
  call: functionOf<Timer['call']>('a function'),
})

/**
 * A clock that stands at a time. A pause of less than a second, as between two tries of a command, is waited for as ever, since
 * nobody turns a clock for it; whoever sleeps longer wakes when the clock is turned.
 */
export const testClock = (start: Date | string = '2026-01-01T00:00:00.000Z'): TestClock => {
  let now = Date.parse(optionsOrThrow(Start, { start }).start)
  let elapsed = 0
  const timers = new Set<Timer>()

  const at = (due: number, call: Timer['call']): (() => void) => {
    const timer = { due, call }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  const advance = async (by: number): Promise<void> => {
    const end = elapsed + optionsOrThrow(Advance, { milliseconds: by }).milliseconds
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
    sleep: async (time, given) => {
      const { milliseconds: pause, signal } = optionsOrThrow(Sleep, { milliseconds: time, signal: given })
      if (signal?.aborted === true) return
      const over = new AbortController()
      const letGo = whenAborted(signal, () => over.abort())
      let forget = (): void => undefined
      const turned = new Promise<void>((resolve) => {
        forget = at(elapsed + pause, resolve)
        over.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      const waits = [turned]
      if (pause < SHORT) waits.push(wait(pause, undefined, { signal: over.signal }).catch(() => undefined))
      await Promise.race(waits)
      forget()
      letGo()
      over.abort()
    },
    every: (time, work) => {
      const { milliseconds: pause, call } = optionsOrThrow(Every, { milliseconds: time, call: work })
      let forget = (): void => undefined
      const again = (): void => {
        forget = at(elapsed + pause, () => {
          again()
          return call()
        })
      }
      again()
      return () => forget()
    },
    advance,
    set: async (time) => {
      const to = Date.parse(optionsOrThrow(SetTo, { time }).time)
      if (to > now) await advance(to - now)
      else now = to
    },
  }
}

/** In milliseconds. */
const SHORT = 1000

/** Of 32 bits, as what makes the numbers holds. */
export const Seed = rule(
  'a whole number from 0 to 4,294,967,295',
  (value): value is number => typeof value === 'number' && value >>> 0 === value,
)
const TestIds = record('testIds', { seed: Seed })

/** Ids and random numbers that are the same in every run; others for another seed, a whole number from 0 to 4,294,967,295. */
export const testIds = (seed = 1): Ids => {
  let count = 0
  // Of numerical recipes' generator the high bits; it makes no secrets.
  let state = optionsOrThrow(TestIds, { seed }).seed
  const prefix = state.toString(16).padStart(8, '0')
  return {
    next: () => `${prefix}-0000-4000-8000-${(count++).toString(16).padStart(12, '0')}`,
    fraction: () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 32
    },
  }
}
