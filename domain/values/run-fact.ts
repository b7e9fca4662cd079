/** What other streams need to know of a run. */
export interface RunFact {
  readonly group: string | null
  readonly finished: boolean
}
