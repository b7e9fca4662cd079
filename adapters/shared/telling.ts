/** Where it goes what no call answers: to the logger that was given, or, where it is a warning and there is none, to the process. */
import { LOG_EVENTS, type Logger, type Tell } from '../../domain/ports/logger.js'
import { isPromise } from '../../domain/values/built-ins.js'

const processWarning = (message: string): void => process.emitWarning(message, 'ModelLedgerWarning')

export const telling =
  (logger: Logger | undefined): Tell =>
  (event, message, known = {}) => {
    const { level, warns } = LOG_EVENTS[event]
    if (logger === undefined) {
      if (warns) processWarning(message)
      return
    }
    // A logger that fails, at once or later, takes nothing away from whoever is at work.
    const failed = (): void => processWarning(message)
    try {
      const told: unknown = logger[level]?.({ event, ...known }, message)
      if (isPromise(told)) told.catch(failed)
    } catch {
      failed()
    }
  }
