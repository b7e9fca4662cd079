import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** The whole lines it has printed so far. */
  readonly lines: () => ReadonlyArray<string>
  /** Resolves when it has printed a line; rejects if it ends before that. */
  readonly begun: Promise<void>
  /** Resolves when the whole lines that it has printed are enough; rejects if it ends before that. */
  readonly until: (enough: (lines: ReadonlyArray<string>) => boolean) => Promise<void>
  /** Resolves when it has ended by itself or was killed; rejects if it failed. */
  readonly ended: Promise<ReadonlyArray<string>>
}

/**
 * Runs a script as somebody whom permissions stop. Root passes over them: it is run without that right, and not as
 * another user, who may not even enter the temporary folder of this one.
 */
export const WITHOUT_RIGHTS: ReadonlyArray<string> =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []

/** Starts a built script of this folder, or a command that runs it, such as `strace`. */
export const startScript = (name: string, args: ReadonlyArray<string>, under: ReadonlyArray<string> = []): Child => {
  const script = fileURLToPath(new URL(`../../dist/test/support/${name}.js`, import.meta.url))
  const [command = process.execPath, ...rest] = [...under, process.execPath, script, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { out: '', err: '' }
  const lines = () => output.out.split('\n').slice(0, -1)
  child.stderr.on('data', (text) => {
    output.err += text
  })
  const ended = new Promise<ReadonlyArray<string>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(lines())
      else reject(new Error(`${name} ended with ${code ?? signal}: ${output.err}`))
    })
  })
  child.stdout.on('data', (text) => {
    output.out += text
  })
  const until: Child['until'] = async (enough) => {
    const over = ended.then(() => {
      if (!enough(lines())) throw new Error(`${name} ended too early, after ${lines().length} lines: ${output.err}`)
    })
    while (!enough(lines())) await Promise.race([once(child.stdout, 'data'), over])
    over.catch(() => undefined)
  }
  const begun = until((lines) => lines.length > 0)
  begun.catch(() => undefined)
  return { process: child, lines, begun, until, ended }
}

/**
 * Kills a process at a random moment of its work: after up to so many lines more than it begins with, and up
 * to 20 ms. By what it has done, not by the clock alone: on a busy machine a process does little in the time
 * that is enough on another. Answers its lines.
 */
export const killed = async (child: Child, random: () => number, upTo: number): Promise<ReadonlyArray<string>> => {
  const least = 1 + Math.floor(random() * upTo)
  await child.until((lines) => lines.length >= least)
  await wait(random() * 20)
  child.process.kill('SIGKILL')
  return child.ended
}

/** Whether a tool is here and may do its work, told by a harmless use of it. */
export const works = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args).status === 0
