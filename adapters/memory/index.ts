export { memoryEventStore } from './event-store.js'
export { memoryFileStore } from './file-store.js'
export { memorySnapshotStore } from './snapshot-store.js'
