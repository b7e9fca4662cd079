/** What kind of thing went wrong: what a caller does about it, whichever code it has. */

export type ErrorCategory =
  /** The call is wrong: whoever gives it again as it is gets the same answer. */
  | 'invalid'
  /** The call is right, and a rule forbids it as things stand. */
  | 'refused'
  /** Somebody else was there first: look again, then decide again. */
  | 'conflict'
  /** What is named is not there, or not any more. */
  | 'not-found'
  /** A store, a disk, a server or the machine could not do it: try again, where the message names something once that is set right. */
  | 'unavailable'
  /** It may or may not be recorded: give the same command with the same id again. */
  | 'unknown-outcome'
  /** What is stored or given is not what it was, or not what this version can read. */
  | 'damaged'
  /** The ledger was closed, or the signal of the call aborted it. */
  | 'closed'
  /** A fault of this library, or of a function that it was given. */
  | 'bug'

/** Of every code; the exit code of the command line follows from it, and so may the status of an API. */
export const CATEGORIES = {
  'illegal-path': 'invalid',
  'invalid-input': 'invalid',
  'invalid-command': 'invalid',
  'bad-moment': 'invalid',
  'bad-cursor': 'invalid',
  'bad-option': 'invalid',
  'bad-connection-string': 'invalid',
  'ambiguous-name': 'invalid',
  'no-distributed-id': 'invalid',
  'no-base': 'invalid',
  'read-only': 'refused',
  'type-mismatch': 'refused',
  'version-has-aliases': 'refused',
  archived: 'refused',
  'version-has-links': 'refused',
  'metadata-changed': 'conflict',
  'too-much-metadata': 'refused',
  'collection-has-aliases': 'refused',
  'artifact-has-links': 'refused',
  'draft-ended': 'refused',
  'draft-empty': 'refused',
  'generation-not-open': 'refused',
  'not-sealed': 'refused',
  'run-already-started': 'refused',
  'run-already-finished': 'refused',
  'reserved-name': 'refused',
  'too-many-tags': 'refused',
  'event-too-large': 'refused',
  'manifest-mismatch': 'refused',
  'path-taken': 'refused',
  'illegal-entry': 'refused',
  'paths-collide': 'refused',
  'in-the-way': 'refused',
  'inside-a-ledger': 'refused',
  'files-of-another-ledger': 'refused',
  'empty-history': 'refused',
  'target-differs': 'refused',
  'writers-not-as-expected': 'refused',
  'base-conflict': 'refused',
  'base-of-another-artifact': 'refused',
  'nothing-lost': 'refused',
  'alias-expectation-failed': 'conflict',
  'base-outdated': 'conflict',
  'command-id-reused': 'conflict',
  'path-conflict': 'conflict',
  'base-settled': 'conflict',
  'store-not-empty': 'conflict',
  'in-use': 'conflict',
  'not-stored': 'not-found',
  'no-ledger': 'not-found',
  'not-found': 'not-found',
  'not-in-lineage': 'not-found',
  'version-not-found': 'not-found',
  'version-deleted': 'not-found',
  'link-removed': 'not-found',
  'artifact-not-found': 'not-found',
  'model-not-found': 'not-found',
  'run-not-found': 'not-found',
  'alias-not-found': 'not-found',
  'path-not-found': 'not-found',
  'unreadable-content': 'not-found',
  contention: 'unavailable',
  locked: 'unavailable',
  unavailable: 'unavailable',
  unreachable: 'unavailable',
  'not-reached': 'unavailable',
  refused: 'unavailable',
  'unsupported-server': 'unavailable',
  'file-store-failed': 'unavailable',
  'source-failed': 'unavailable',
  'target-failed': 'unavailable',
  'cannot-open': 'unavailable',
  'no-driver': 'unavailable',
  'unfit-file-system': 'unavailable',
  'import-failed': 'unavailable',
  'handler-failed': 'unavailable',
  'checkpoint-failed': 'unavailable',
  'unknown-outcome': 'unknown-outcome',
  'history-lost': 'damaged',
  'head-of-another-ledger': 'damaged',
  'damaged-event': 'damaged',
  'damaged-store': 'damaged',
  'unknown-event': 'damaged',
  'not-understood': 'damaged',
  'file-missing': 'damaged',
  'file-damaged': 'damaged',
  'file-unavailable': 'damaged',
  'damaged-file-store': 'damaged',
  'not-an-event-store': 'damaged',
  'not-a-file-store': 'damaged',
  'not-a-directory': 'damaged',
  'newer-format': 'damaged',
  'incomplete-export': 'damaged',
  'not-an-export': 'damaged',
  'impossible-event': 'damaged',
  'checkpoint-mismatch': 'damaged',
  closed: 'closed',
  aborted: 'closed',
  'not-comparable': 'bug',
  'bad-clock': 'bug',
  'projection-failed': 'bug',
  fault: 'bug',
} as const satisfies Readonly<Record<string, ErrorCategory>>
