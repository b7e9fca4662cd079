/** Before each file: what fast-check chooses is made from the seed of the run, as what the campaigns do. */
import * as fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['MODEL_LEDGER_SEED']) | 0 })
