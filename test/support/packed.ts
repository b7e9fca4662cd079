/** The package as its readers have it: packed, and installed into a folder elsewhere as README.md says. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blocksOf } from './pages.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Packs into `folder` as `npm publish` would, from a copy of the sources with stale files in what it builds. */
export const pack = (folder: string): string => {
  const checkout = join(folder, 'checkout')
  const notCopied = /(^|[\\/])(node_modules|dist|lib|coverage|\.git)$/
  cpSync(root, checkout, { recursive: true, filter: (path) => !notCopied.test(path.slice(root.length)) })
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction')
  for (const stale of ['dist/domain/stale.d.ts', 'lib/domain/stale.js']) write(join(checkout, stale), '')
  succeed(checkout, 'npm', 'pack', '--pack-destination', folder)
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack has left no tarball in ${folder}`)
  return join(folder, tarball)
}

/**
 * Takes the steps of README.md's example in `folder`, in their order: types the commands and saves the code
 * under the name that stands above it. Answers what the commands printed.
 *
 * The registry is not asked. The dependencies lie there already when npm looks for them, copied from our
 * node_modules: no link leads back to us, where a user would find what we need for development.
 */
export const followReadme = (folder: string, tarball: string): ReadonlyArray<string> => {
  const [, section = ''] = readFileSync(join(root, 'README.md'), 'utf8').split('\n## An example\n')
  const [example = ''] = section.split('\n## ')
  return blocksOf(example).flatMap(({ language, text, marks }) => {
    if (language === 'sh')
      return text
        .trimEnd()
        .split('\n')
        .map((command) => typed(folder, command, tarball))
    const file = marks.get('file')
    if (file !== undefined) write(join(folder, file), text)
    return []
  })
}

const typed = (folder: string, command: string, tarball: string): string => {
  if (command !== 'npm install model-ledger') return succeed(folder, command)
  bringDependencies(join(folder, 'node_modules'))
  return succeed(folder, `npm install --offline --cache "${join(folder, '../npm-cache')}" "${tarball}"`)
}

/** What is installed here and a user would have as well, this Node's driver among it. */
const bringDependencies = (to: string): void => {
  if (existsSync(to)) return
  const from = join(root, 'node_modules')
  const filter = (file: string) => !SOURCES.test(file)
  const list = ['ls', '--prefix', root, '--omit=dev', '--all', '--parseable']
  const installed = succeed(dirname(to), 'npm', ...list)
    .trim()
    .split('\n')
  for (const name of installed.slice(1).map((path) => relative(from, path))) {
    // What lies inside another package came with it.
    if (!existsSync(join(to, name))) cpSync(join(from, name), join(to, name), { recursive: true, filter })
  }
  // npm takes a package whose commands are not linked for one that is half installed.
  mkdirSync(join(to, '.bin'), { recursive: true })
  for (const name of readdirSync(join(from, '.bin'))) {
    const target = readlinkSync(join(from, '.bin', name))
    const link = join(to, '.bin', name)
    if (existsSync(join(to, '.bin', target)) && !existsSync(link)) symlinkSync(target, link)
  }
}

/** What only compiling SQLite needs: most of all bytes. */
const SOURCES = /better-sqlite3[\\/](deps|build[\\/]Release[\\/]obj(\.target)?)$/

/** What a command printed. Fails with all that it said unless it ends well. A line alone goes through a shell. */
export const succeed = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  // npm is a script on Windows, which only a shell can start.
  const shell = args.length === 0 || (command === 'npm' && process.platform === 'win32')
  // As in a shell of the reader's own: without what the npm that runs the tests tells its children, and with a
  // home that has no settings, beside the folder: which is none of ours.
  const home = join(cwd, '../home')
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = { ...Object.fromEntries(inherited), HOME: home, USERPROFILE: home }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`)
  return stdout
}

export const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
