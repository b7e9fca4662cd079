/** `model-ledger/adapters/shared`: what stores have in common, for whoever writes one. */
export { appendSequentially } from './append-all.js'
export { type Fill, openSourceFile, readStream, type SourceFile } from './file-source.js'
export { type FileStoreCalls, fileStoreCalls } from './file-store-calls.js'
export { type Subscribed, subscription } from './subscription.js'
