/** Checkpoints of consumers in a directory: a file of JSON for each, which is replaced as a whole. */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint, CheckpointStore } from '../../domain/ports/checkpoint-store.js'
import { optionsOrThrow, pathText, record } from '../../domain/values/codec.js'
import { parseJson } from '../../domain/values/json.js'
import { makeDirectory } from '../shared/make-directory.js'
import { whenOpenable } from '../shared/open-files.js'
import { replaceFile } from './replace-file.js'
import { codeOf } from './system.js'

export interface DirectoryCheckpointsOptions {
  /** A directory, which is made when there is something to keep. */
  readonly path: string
}

const Options = record('the options of directoryCheckpointStore', { path: pathText })

/** Throws a `TypeError` in words if an option is wrong. What was kept is there after a crash and a loss of power: the one before or this one, whole. */
export const directoryCheckpointStore = (options: DirectoryCheckpointsOptions): Required<CheckpointStore> => {
  const { path } = optionsOrThrow(Options, options)
  const fileOf = (consumer: string): string => join(path, `${encodeURIComponent(consumer)}.checkpoint.json`)

  return {
    load: async (consumer) => {
      const text = await whenOpenable(() => readFile(fileOf(consumer), 'utf8')).catch((cause: unknown) => {
        if (codeOf(cause) === 'ENOENT') return undefined
        throw cause
      })
      if (text === undefined) return undefined
      try {
        return parseJson(text)
      } catch {
        throw new Error(
          `${fileOf(consumer)} is no JSON: put it back from a backup, or remove it, and the consumer begins anew`,
        )
      }
    },
    save: async (consumer, checkpoint) => {
      await makeDirectory(path)
      const file = fileOf(consumer)
      await replaceFile(file, `${file}.tmp`, (temporary) => writeDurably(temporary, checkpoint))
    },
  }
}

const writeDurably = async (file: string, checkpoint: Checkpoint): Promise<void> => {
  const handle = await whenOpenable(() => open(file, 'w'))
  try {
    await handle.writeFile(`${JSON.stringify(checkpoint, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
