/** How far long work is. */
import type { OnMaintenance } from '../../domain/ports/download.js'

/** So many files are read, or deleted, at the same time. */
const AT_ONCE = 4

export const bytesOf = (stored: ReadonlyArray<{ readonly size: number }>): number =>
  stored.reduce((sum, { size }) => sum + size, 0)

export const reporter = (files: number, bytes: number, onProgress: OnMaintenance | undefined) => {
  let filesDone = 0
  let bytesDone = 0
  return (size: number): void => {
    filesDone += 1
    bytesDone += size
    onProgress?.({ filesDone, files, bytesDone, bytes })
  }
}

/** Several at once. */
export const eachOf = async <A>(items: ReadonlyArray<A>, work: (item: A) => Promise<void>): Promise<void> => {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
