export { directoryFileStore } from './file-store.js'
export { type DirectoryOpenError, describeDirectoryOpenError } from './layout.js'
