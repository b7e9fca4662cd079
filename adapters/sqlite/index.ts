export type { Durability, OpenError } from './database.js'
export { type SqliteEventStoreOptions, sqliteEventStore } from './event-store.js'
export { sqliteRuntime } from './runtime.js'
