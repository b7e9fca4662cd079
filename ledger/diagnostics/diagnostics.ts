/** What a ledger lets be seen: on diagnostics channels, for whoever listens, and to its logger, in words for an operator. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { CommandHandler } from '../../application/command-handling/command-handler.js'
import type { Observe } from '../../application/projecting/observe.js'
import { describeReadError, type ReadError } from '../../application/projecting/read-error.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import type { Tell } from '../../domain/ports/logger.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import type { CatchUpMessage } from './channels.js'
import { watchedCommands } from './commands.js'
import { heard, heedingEvents, heedingFiles, unheeded } from './health.js'
import { watchedEvents, watchedFiles, watchedSnapshots } from './stores.js'
import { tracing } from './tracing.js'

export interface Diagnostics {
  readonly tell: Tell
  /** The ports, watched. */
  readonly events: (store: EventStore) => EventStore
  readonly files: (store: FileStore) => FileStore
  readonly snapshots: (store: SnapshotStore) => SnapshotStore
  readonly commands: (handler: CommandHandler) => CommandHandler
  /** For a projector: the names of its read models. */
  readonly observe: (readModels: ReadonlyArray<string>) => Observe
  /** Calls a method. */
  readonly call: <A>(method: string, work: () => A) => A
}

const calls = tracing('call')
const catchUps = tracing('catchUp')

/** @param isTold whether there is a logger: without one nobody looks at what is answered */
export const diagnostics = (tell: Tell, isTold: boolean): Diagnostics => {
  let id: LedgerId | undefined
  const ledger = (): string | null => id ?? null

  return {
    tell,
    events: (store) => {
      const heed = isTold ? heedingEvents(store, tell) : unheeded
      const watched = watchedEvents(store, ledger, heed)
      const noting = <Failure, Known extends LedgerId | undefined>(task: TE.TaskEither<Failure, Known>) =>
        heard(task, (answer) => {
          if (E.isRight(answer)) id = answer.right
        })
      return {
        ...watched,
        ledgerId: () => noting(watched.ledgerId()),
        setLedgerId: (next, expected) => noting(watched.setLedgerId(next, expected)),
      }
    },
    files: (store) => watchedFiles(store, ledger, isTold ? heedingFiles(tell) : unheeded),
    snapshots: (store) =>
      watchedSnapshots(store, ledger, (of) =>
        tell('snapshot-kept', `A snapshot was kept: of ${of === 'stream' ? 'a long stream' : 'the read models'}.`, {
          of,
        }),
      ),
    commands: (handler) => watchedCommands(handler, ledger),
    observe: (readModels) => {
      const told = tellingOfFolding(readModels, tell)
      return (folding, fold) => {
        const work = () => told(folding, fold)
        if (!catchUps.isWatched()) return work()
        const { cause, from, to } = folding
        const message: CatchUpMessage = { ledger: ledger(), readModels, cause, from, to: to ?? null }
        return catchUps.task(message, work, () => ({ events: folding.events() }))()
      }
    },
    call: (method, work) => (calls.isWatched() ? calls.call({ ledger: ledger(), method }, work) : work()),
  }
}

/** Tells of rebuilds, and once of a read model that stopped. */
const tellingOfFolding = (readModels: ReadonlyArray<string>, tell: Tell): Observe => {
  const names = readModels.join(', ')
  let stopped = false

  const failed = (error: ReadError, isRebuild: boolean): void => {
    const { _tag: code, ...known } = error
    if (!stopped && (code === 'projection-failed' || code === 'damaged-event' || code === 'damaged-store')) {
      stopped = true
      const event = code === 'projection-failed' ? 'projection-stopped' : 'history-damaged'
      tell(event, describeReadError(error), { code, ...known })
    }
    if (isRebuild) {
      tell('rebuild-failed', `The rebuild of ${names} failed: ${describeReadError(error)}`, {
        readModels,
        code,
      })
    }
  }

  return async (folding, fold) => {
    const isRebuild = folding.cause === 'rebuild'
    const begun = performance.now()
    if (isRebuild) tell('rebuild-begun', `All events are folded anew into ${names}.`, { readModels })
    const answer = await fold()
    if (E.isLeft(answer)) failed(answer.left, isRebuild)
    else stopped = false
    if (E.isRight(answer) && isRebuild) {
      const [events, seconds] = [folding.events(), Math.round(performance.now() - begun) / 1000]
      tell('rebuild-ended', `${events} events were folded anew into ${names}, in ${seconds} s.`, {
        ...{ readModels, events, seconds },
      })
    }
    return answer
  }
}
