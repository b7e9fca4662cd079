export { memoryEventStore } from './event-store.js'
export { memoryFileStore } from './file-store.js'
