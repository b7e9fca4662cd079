/** Since when this machine runs: what was not durable before is gone. */
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { unlessOutOfFiles } from '../shared/open-files.js'

/** On Linux the kernel says it; elsewhere it is a time, which is as exact as the clock is. */
export const bootOfMachine = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch (error) {
    unlessOutOfFiles(error)
    return `${SINCE}${Math.round(Date.now() / 1000 - uptime())}`
  }
}

const SINCE = 'since '
/** In seconds: so much a clock may be set meanwhile. */
const TOLERANCE = 120

export const isSameBoot = (one: string, other: string): boolean =>
  one === other ||
  (one.startsWith(SINCE) &&
    other.startsWith(SINCE) &&
    Math.abs(Number(one.slice(SINCE.length)) - Number(other.slice(SINCE.length))) <= TOLERANCE)
