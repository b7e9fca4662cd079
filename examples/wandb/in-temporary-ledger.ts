/** What the examples share: a ledger in a temporary folder, which is closed and removed after them. */
import { realpathSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Ledger, openLedger } from 'model-ledger'

export interface Given {
  readonly ledger: Ledger
  /** A folder for files of the example's own. */
  readonly folder: string
  /** Writes a file there and answers its path. */
  readonly file: (name: string, text: string) => Promise<string>
}

export const inTemporaryLedger = async <A>(example: (given: Given) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), 'model-ledger-example-'))
  try {
    const ledger = await openLedger({
      directory: join(folder, 'ledger'),
      cache: join(folder, 'cache'),
      actor: 'anna',
      entity: 'acme',
      project: 'animals',
    })
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      return path
    }
    return await example({ ledger, folder, file }).finally(() => ledger.close())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs an example if its file is what was started. */
export const runAlone = async (
  { filename }: ImportMeta,
  example: (given: Given) => Promise<unknown>,
): Promise<void> => {
  const [, started] = process.argv
  if (started !== undefined && realpathSync(started) === filename) console.log(await inTemporaryLedger(example))
}
