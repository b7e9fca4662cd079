/** What the command line answers to the shell. The numbers are stable. */

export const EXIT = { fine: 0, refused: 1, usage: 2, notFound: 3, conflict: 4, damaged: 5, unavailable: 6 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** By the code of the error; whatever is not named here was refused by a rule. */
export const exitCodeOf = (code: string): ExitCode => CODES[code] ?? EXIT.refused

const CODES: Readonly<Record<string, ExitCode>> = {
  'invalid-input': EXIT.usage,
  'invalid-command': EXIT.usage,
  'bad-moment': EXIT.usage,
  'bad-cursor': EXIT.usage,
  'bad-connection-string': EXIT.usage,
  'bad-option': EXIT.usage,
  'no-ledger': EXIT.notFound,
  'not-found': EXIT.notFound,
  'not-in-lineage': EXIT.notFound,
  'version-missing': EXIT.notFound,
  'version-gone': EXIT.notFound,
  'version-not-found': EXIT.notFound,
  'version-deleted': EXIT.notFound,
  'link-removed': EXIT.notFound,
  'model-not-found': EXIT.notFound,
  'run-not-found': EXIT.notFound,
  'alias-not-found': EXIT.notFound,
  'file-missing': EXIT.notFound,
  'unreadable-content': EXIT.notFound,
  'alias-expectation-failed': EXIT.conflict,
  'base-outdated': EXIT.conflict,
  'command-id-reused': EXIT.conflict,
  'path-conflict': EXIT.conflict,
  'store-not-empty': EXIT.conflict,
  contention: EXIT.conflict,
  locked: EXIT.conflict,
  'damaged-event': EXIT.damaged,
  'unknown-event': EXIT.damaged,
  'file-damaged': EXIT.damaged,
  'damaged-file-store': EXIT.damaged,
  'not-an-event-store': EXIT.damaged,
  'not-a-file-store': EXIT.damaged,
  'incomplete-export': EXIT.damaged,
  'not-an-export': EXIT.damaged,
  unavailable: EXIT.unavailable,
  unreachable: EXIT.unavailable,
  'unknown-outcome': EXIT.unavailable,
  'file-store-failed': EXIT.unavailable,
  'cannot-open': EXIT.unavailable,
  'open-failed': EXIT.unavailable,
}
