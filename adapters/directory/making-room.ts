/** Directories that are made when the first file comes to lie in them, and are there for good before it does. */
import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { whenOpenable } from '../shared/open-files.js'
import { syncDirectory, unlessThere } from './system.js'

/** Makes the directory of a place where there is none, and durable that it is there; `isMissing` if it was lost since. */
export type MakeRoom = (place: string, isMissing?: boolean) => Promise<void>

/** Who finds a directory cannot know whether its maker made that durable, or died before: each process makes sure once. */
export const makingRoomIn = (parents: ReadonlyArray<string>): MakeRoom => {
  const settled = new Set<string>()

  const settleAllIn = async (parent: string): Promise<void> => {
    const names = await whenOpenable(() => readdir(parent))
    await syncDirectory(parent)
    for (const name of names) settled.add(join(parent, name))
  }
  const settleAll = new Map(parents.map((parent) => [parent, inRounds(() => settleAllIn(parent))]))

  return async (place, isMissing = false) => {
    const directory = dirname(place)
    if (settled.has(directory) && !isMissing) return
    await makeIn(dirname(directory), directory).catch(unlessThere)
    await settleAll.get(dirname(directory))?.()
  }
}

/**
 * Makes none above it: where they are gone, the store was moved or lost. Its rights are those of the one that it is in, not what
 * the umask of this process leaves: others who share the store write to it, too.
 */
const makeIn = async (parent: string, directory: string): Promise<void> => {
  await mkdir(directory)
  // Some file systems take no rights; and what is removed meanwhile, the rename into it tells.
  await giveRightsOf(parent, directory).catch(() => undefined)
}

const giveRightsOf = async (parent: string, directory: string): Promise<void> => {
  const [wanted, made] = [(await stat(parent)).mode, (await stat(directory)).mode]
  if (wanted !== made) await chmod(directory, wanted)
}

/** All who ask while a round is under way share the next one, which begins after they asked. */
const inRounds = (round: () => Promise<void>): (() => Promise<void>) => {
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined
        last = round()
        return last
      })
    return next
  }
}
