/** Does something as soon as a signal aborts: at once, if it has already. */
export const whenAborted = (signal: AbortSignal | undefined, act: () => void): void => {
  if (signal?.aborted === true) act()
  else signal?.addEventListener('abort', act, { once: true })
}
