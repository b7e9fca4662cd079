/** What commands need once they run, which takes longer to load than to tell their help: `await import('./library.js')`. */

export { byNameOf } from '../../ledger/linking/by-name.js'
export { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
export { verifyExport } from '../../ledger/maintenance/export-format.js'
export { auditCsv, auditNdjson } from '../../projections/audit/export.js'
export { sqliteRuntime } from '../sqlite/index.js'
export { initAtLocation, openAtLocation, targetFile } from './ledger-location.js'
