export type { DownloadError } from '../../domain/ports/download.js'
export {
  type Download,
  type Downloaded,
  type DownloadProgress,
  describeDownloadError,
  download,
} from './download.js'
export { directoryFileStore } from './file-store.js'
export type { OpenError } from './layout.js'
export { type FoundFiles, findLocalFiles, outsideLedgers, type UnreadableContent } from './local-files.js'
export { directorySnapshotStore } from './snapshot-store.js'
