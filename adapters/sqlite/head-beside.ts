/** The head file of events that are to be opened: it is read before they are, and stays open as long as they do. */
import { mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { headFileOf } from '../shared/event-file.js'
import { sizeOf } from './files-of.js'
import { type HeadFile, openHeadFile, type ReadHead } from './head-file.js'

interface OpenedHead {
  readonly headPath: string
  readonly file: HeadFile
  readonly recorded: ReadHead
  /** What of it is not as it was written, in words. */
  readonly headDamage: string | undefined
}

/** What is opened: the file of events, or an empty one in its place. */
interface Where {
  readonly path: string
  readonly readOnly: boolean
}

/**
 * Opens the events at a path, given their head. Where the events are gone altogether though the head says that there were
 * some, whoever only reads is given none, and whoever writes an empty file. What is left of a write-ahead log SQLite would
 * delete then, with nothing that it belongs to: it is kept under another name.
 */
export const withHead =
  <Failure, Store>(
    path: string,
    readOnly: boolean,
    open: (head: OpenedHead, where: Where) => TE.TaskEither<Failure, Store>,
  ): TE.TaskEither<Failure, Store> =>
  async () => {
    const events = realPathOf(path)
    const headPath = headFileOf(events)
    const file = openHeadFile(headPath, readOnly)
    const recorded = await readWhole(file)
    const headDamage = damageOf(headPath, path, readOnly, recorded, file.isWhole())
    const head = { headPath, file, recorded, headDamage }
    try {
      const areGone = typeof recorded !== 'string' && recorded.end !== null && sizeOf(events) === 0
      if (areGone && !readOnly && sizeOf(`${events}-wal`) > 0) renameSync(`${events}-wal`, `${events}-wal-lost`)
      const opened = await (areGone && readOnly ? inEmptyFile(head, open) : open(head, { path, readOnly })())
      if (E.isLeft(opened)) file.close()
      return opened
    } catch (error) {
      file.close()
      throw error
    }
  }

/** So often it is read, so many milliseconds apart, while others may be writing it. */
const [ATTEMPTS, APART_MS] = [3, 10]

const readWhole = async (file: HeadFile): Promise<ReadHead> => {
  let recorded = file.read()
  for (let attempt = 1; attempt < ATTEMPTS && !file.isWhole(); attempt++) {
    await sleep(APART_MS)
    recorded = file.read()
  }
  return recorded
}

/** In words: there is none. */
export const withoutHead = (headPath: string, place: string, readOnly: boolean): string =>
  `there is no ${headPath}, as beside a copy, or a file of events from before there were any: ${cannotBeTold(place, readOnly)}`

const cannotBeTold = (place: string, readOnly: boolean): string =>
  `whether the end of ${place} is missing cannot be told. From now on it can: ${anew(readOnly)}.`

const anew = (readOnly: boolean): string =>
  readOnly ? 'one is made when the ledger is opened to be written' : 'it is made anew'

const damageOf = (headPath: string, place: string, readOnly: boolean, recorded: ReadHead, isWhole: boolean) => {
  if (recorded === 'damaged') return `${headPath} is damaged: ${cannotBeTold(place, readOnly)}`
  return isWhole
    ? undefined
    : `${headPath} is damaged in part, and what is left of it still tells of the end: ${anew(readOnly)}.`
}

const inEmptyFile = async <Failure, Store>(
  { file, ...head }: OpenedHead,
  open: (head: OpenedHead, where: Where) => TE.TaskEither<Failure, Store>,
): Promise<E.Either<Failure, Store>> => {
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-'))
  const close = (): void => {
    file.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const opened = await open(
    { ...head, file: { ...file, close } },
    { path: join(folder, 'events.db'), readOnly: false },
  )()
  if (E.isLeft(opened)) close()
  return opened
}

const realPathOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
