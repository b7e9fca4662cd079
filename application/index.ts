/**
 * `model-ledger/application`: what runs. The command handler and the projector on ports of your own, and the questions
 * that read the event store itself: history, tenures of aliases, replay.
 */
export { type CommandError, describeCommandError } from './command-handling/command-error.js'
export { type CommandHandler, type CommandHandlerPorts, commandHandler } from './command-handling/command-handler.js'
export type { FactReader } from './command-handling/facts.js'
export type { Receipt } from './command-handling/receipt.js'
export { type ManifestStore, manifestStore } from './manifest-store.js'
export { completeCommits } from './process-managers/complete-distributed-commit.js'
export type { Known, Progress } from './projecting/model.js'
export type { Behind, Outlasting } from './projecting/outlast.js'
export * from './projecting/projector.js'
export { describeReadError, type ReadError } from './projecting/read-error.js'
export * from './reading-history/alias-tenures.js'
export type { AuditPorts } from './reading-history/events-of.js'
export * from './reading-history/history.js'
export * from './reading-history/replay.js'
