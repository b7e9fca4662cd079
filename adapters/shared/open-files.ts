/**
 * Open files are few, and the process has them for all that it does: ledgers, sockets, modules that it loads. So their
 * bound is the process's, too, and not that of a call or a store; ledgers share nothing else.
 */

import { closeSync, openSync, readFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { isError } from '../../domain/values/built-ins.js'
import { whenAborted } from '../../domain/values/when-aborted.js'

/** What holds files open, some at a time; the others wait for their turn. */
export interface Bound {
  /** Rejects with the reason of `signal`, if that aborts while it waits. */
  readonly within: <A>(work: () => Promise<A>, signal?: AbortSignal) => Promise<A>
  /** Waits for a place; answers what gives it back, once. */
  readonly place: (signal?: AbortSignal) => Promise<() => void>
}

/** @param patienceMs so long something waits for its turn at most: for ever unless told */
export const boundOf = (count: () => number, patienceMs?: number): Bound => {
  const waiting = new Set<() => void>()
  let held = 0

  /** Answers whether it has the place of one that left, or is one more. */
  const turn = (signal: AbortSignal | undefined): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const end = (how: () => void): void => {
        waiting.delete(next)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        how()
      }
      const next = () => end(() => resolve(true))
      const abort = () => end(() => reject(signal?.reason))
      const timer = patienceMs === undefined ? undefined : setTimeout(() => end(() => resolve(false)), patienceMs)
      waiting.add(next)
      whenAborted(signal, abort)
    })

  const place: Bound['place'] = async (signal) => {
    const hasPlace = held >= count() && (await turn(signal))
    if (!hasPlace) held += 1
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const [next] = waiting
      if (next === undefined || held > count()) held -= 1
      else next()
    }
  }

  const within: Bound['within'] = async (work, signal) => {
    const leave = await place(signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  return { within, place }
}

/** How many files the process may have open, as far as that can be known. */
const limit = (): number => {
  try {
    return Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? LEAST)
  } catch {
    return LEAST
  }
}

/** What systems give a process that is given least. */
const LEAST = 256

const once = <A>(find: () => A): (() => A) => {
  let found: { readonly value: A } | undefined
  return () => {
    found ??= { value: find() }
    return found.value
  }
}

const limitOnce = once(limit)
const few = () => Math.min(16, Math.max(2, limitOnce() >> 4))

/**
 * Work that waits for nothing but a disk: a few files at once, each with what is opened on the way. More would not be quicker,
 * since Node does four calls of the file system at a time. None is done within another.
 */
export const diskWork = boundOf(few)

/** Files that are written while a store gives their bytes: whatever that store does for it, it does not wait for these. */
export const downloads = boundOf(few)

/** What is opened, read or written at once, and closed; it may be done within other work. */
export const briefly = boundOf(() => limitOnce() >> 2)

/** Files that are open while somebody else gives or takes bytes, who may never be done: so nobody waits for that for long. */
export const streaming = boundOf(() => limitOnce() >> 2, 1000)

/** In milliseconds. */
const PATIENCE = 30_000
const LONGEST_PAUSE = 200

/** Opens something, and tries again for half a minute while the process or the system has too many files open. */
export const whenOpenable = async <A>(
  open: () => Promise<A>,
  signal?: AbortSignal,
  patienceMs = PATIENCE,
): Promise<A> => {
  const giveUpAt = performance.now() + patienceMs
  for (let pause = 5; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await open()
    } catch (cause) {
      if (!isOutOfFiles(cause) || performance.now() >= giveUpAt) throw cause
    }
    await sleep(pause * (0.5 + Math.random()), undefined, signal && { signal }).catch(() => undefined)
    signal?.throwIfAborted()
  }
}

/** By the code of the system: too many of the process, or of the whole system. */
const REMEDIES = new Map<unknown, string>([
  ['EMFILE', 'raise the limit of open files (ulimit -n), or do less at once'],
  ['ENFILE', 'raise the limit of open files of this machine, or do less at once'],
])

/** What would help where too many files are open; nothing of any other error. */
export const remedyOfOpenFiles = (cause: unknown): string | undefined =>
  isError(cause) && 'code' in cause ? REMEDIES.get(cause.code) : undefined

const isOutOfFiles = (cause: unknown): boolean => remedyOfOpenFiles(cause) !== undefined

/** For what fails where there is nothing, and is none then: not where it could not be looked. */
export const unlessOutOfFiles = (cause: unknown): undefined => {
  if (isOutOfFiles(cause)) throw cause
  return undefined
}

/** What a library opens at most before it fails, which is closed again by then. */
const SOME = 8

/** For what failed and does not say why, as SQLite and Node's loader: throws that too many files are open, if that is so now. */
export const throwIfOutOfFiles = (): void => {
  const opened: number[] = []
  try {
    while (opened.length < SOME) opened.push(openSync(devNull, 'r'))
  } catch (cause) {
    unlessOutOfFiles(cause)
  } finally {
    for (const file of opened) closeSync(file)
  }
}
