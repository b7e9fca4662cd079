/**
 * The port to whoever runs a ledger: what no call answers, and an operator must know. It has the shape of pino's logger, which
 * winston, bunyan and `console` can be given in.
 */
import type * as t from 'io-ts'
import { objectWith } from '../values/object-with.js'

/** Writes one line: what is known, and the same in words. What it answers is waited for by nobody; a promise that is rejected is as good as a throw. */
export type LogLine = (known: Readonly<Record<string, unknown>>, message: string) => void

export interface Logger {
  readonly debug?: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}

export const Logger: t.Type<Logger> = objectWith(
  "a logger {info, warn, error, debug?} of pino's shape",
  ['info', 'warn', 'error'],
  ['debug'],
)

/** Everything that is told, at which level; and whether the process is warned of it where there is no logger. */
export const LOG_EVENTS = {
  'rebuild-begun': { level: 'info', warns: false },
  'rebuild-ended': { level: 'info', warns: false },
  'rebuild-failed': { level: 'error', warns: false },
  'projection-stopped': { level: 'error', warns: false },
  'consumer-parked': { level: 'error', warns: true },
  'snapshot-thrown-away': { level: 'warn', warns: true },
  'snapshot-not-kept': { level: 'warn', warns: false },
  'snapshot-kept': { level: 'debug', warns: false },
  'lock-waited-for': { level: 'warn', warns: false },
  'store-unavailable': { level: 'error', warns: false },
  'store-back': { level: 'info', warns: false },
  'history-damaged': { level: 'error', warns: false },
  'history-whole': { level: 'info', warns: false },
  'relaxed-loss': { level: 'warn', warns: true },
  'head-unusable': { level: 'warn', warns: true },
  'migration-begun': { level: 'info', warns: false },
  'migration-ended': { level: 'info', warns: false },
  'no-checksums': { level: 'warn', warns: true },
  'read-as-copy': { level: 'warn', warns: true },
} as const satisfies Readonly<Record<string, { readonly level: keyof Logger; readonly warns: boolean }>>

/** What a logger is told of, by name (docs/watch-a-ledger.md lists them). */
export type LogEvent = keyof typeof LOG_EVENTS

/** Tells whoever runs a ledger of something, in words and with what is known of it. */
export type Tell = (event: LogEvent, message: string, known?: Readonly<Record<string, unknown>>) => void
