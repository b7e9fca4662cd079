/** How everybody in the quickstart opens the ledger: the same folder, each under a name of their own. */
import { type Ledger, openLedger } from 'model-ledger'

export const openAs = (actor: string, directory: string): Promise<Ledger> =>
  openLedger({ directory, actor, entity: 'acme', project: 'digits' })
