/** What the command line answers to the shell. The numbers are stable. */
import type { ErrorCategory } from '../../index.js'

export const EXIT = {
  fine: 0,
  refused: 1,
  invalid: 2,
  'not-found': 3,
  conflict: 4,
  damaged: 5,
  unavailable: 6,
  'unknown-outcome': 6,
  closed: 6,
  bug: 6,
} as const satisfies Readonly<Record<ErrorCategory | 'fine', number>>

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
