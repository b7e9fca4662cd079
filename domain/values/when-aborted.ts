/** Does something as soon as a signal aborts, of whichever realm: at once, if it has already. Answers what lets go of the signal. */
export const whenAborted = (signal: AbortSignal | undefined, act: () => void): (() => void) => {
  if (signal?.aborted === true) act()
  else signal?.addEventListener('abort', act, { once: true })
  return () => signal?.removeEventListener('abort', act)
}
