/** Where it goes what no call answers: to the logger that was given, or, where it is a warning and there is none, to the process. */
import { LOG_EVENTS, type Logger, type Tell } from '../../domain/ports/logger.js'

const processWarning = (message: string): void => process.emitWarning(message, 'ModelLedgerWarning')

export const telling =
  (logger: Logger | undefined): Tell =>
  (event, message, known = {}) => {
    const { level, warns } = LOG_EVENTS[event]
    if (logger === undefined) {
      if (warns) processWarning(message)
      return
    }
    try {
      logger[level]?.({ event, ...known }, message)
    } catch {
      // A logger that throws takes nothing away from whoever is at work.
      processWarning(message)
    }
  }
