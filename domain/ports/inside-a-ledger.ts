/** A path that is a ledger's own: what lies there is neither content of a version nor a target. */
export interface InsideALedger {
  readonly _tag: 'inside-a-ledger'
  readonly path: string
  /** The ledger's folder, or its file of events where that stands elsewhere. */
  readonly ledger: string
}

export const describeInsideALedger = ({ path, ledger }: InsideALedger): string =>
  `${path} belongs to the ledger in ${ledger}, whose own files are neither content nor a target: name a path outside of it`
