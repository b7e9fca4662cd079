/** How a call is stopped; may stand in the last argument of every method that answers a Promise or an iteration. */
export interface Stoppable {
  /**
   * When it aborts, the call ends with `aborted`. A command of which that is told was not recorded, and files that it stored are
   * collected some day; once its events are on their way to the store it is carried through, and answers as it would without.
   */
  readonly signal?: AbortSignal | undefined
}
