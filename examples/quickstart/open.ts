/** How everybody in the quickstart opens the ledger: the same folder, each under a name of their own. */
// In a project of your own: from 'model-ledger'.
import { type Ledger, openLedger } from '../../index.js'

export const openAs = (actor: string, directory: string): Promise<Ledger> =>
  openLedger({ directory, actor, entity: 'acme', project: 'digits' })
