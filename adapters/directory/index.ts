export type { DownloadError } from '../../domain/ports/download.js'
export { type DirectoryCheckpointsOptions, directoryCheckpointStore } from './checkpoint-store.js'
export { type Download, type Downloaded, type DownloadProgress, download } from './download.js'
export { describeDownloadError } from './download-refusal.js'
export { directoryFileStore } from './file-store.js'
export type { OpenError } from './layout.js'
export {
  type FindOptions,
  type FoundFiles,
  findLocalFiles,
  type LeftOut,
  outsideLedgers,
  type UnreadableContent,
} from './local-files.js'
export { directorySnapshotStore } from './snapshot-store.js'
