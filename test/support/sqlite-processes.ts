import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** The whole lines it has printed so far. */
  readonly lines: () => ReadonlyArray<string>
  /** Resolves when it has printed a line; rejects if it ends before that. */
  readonly begun: Promise<void>
  /** Resolves when it has ended by itself or was killed; rejects if it failed. */
  readonly ended: Promise<ReadonlyArray<string>>
}

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
  const begun = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      output.out += text
      if (output.out.includes('\n')) resolve()
    })
    ended.then(() => reject(new Error(`${name} printed nothing: ${output.err}`)), reject)
  })
  begun.catch(() => undefined)
  return { process: child, lines, begun, ended }
}

/** Whether a tool is here and may do its work, told by a harmless use of it. */
export const works = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args).status === 0
