import type { Logger } from '../../index.js'

/** A logger that keeps what it is warned of. */
export const warningsTo = (told: string[]): Logger => ({
  info: () => undefined,
  warn: (_known, message) => void told.push(message),
  error: (_known, message) => void told.push(message),
})
