/** Which driver a Node takes, and what to do where there is none. */
import * as E from 'fp-ts/lib/Either.js'
import { isTakenOn, OWN_SINCE } from './node-sqlite.js'

/** The first Node that better-sqlite3 13 runs on: on an older one, loading it ends the process. */
const THIRTEEN_SINCE = 22

export type Choice = 'node:sqlite' | 'better-sqlite3'

/**
 * @param node the version of Node, such as `22.23.3`
 * @param installed the version of better-sqlite3 that is installed, if one is
 * @returns the driver, or in words why none can be loaded and what to do
 */
export const choose = (node: string, installed: string | undefined): E.Either<string, Choice> => {
  if (isTakenOn(node)) return E.right('node:sqlite')
  if (installed === undefined) return E.left(remedy(node, 'better-sqlite3, which this Node needs, is not installed'))
  const fits = major(installed) === 12 || (major(installed) === 13 && major(node) >= THIRTEEN_SINCE)
  return fits
    ? E.right('better-sqlite3')
    : E.left(remedy(node, `better-sqlite3 ${installed}, which is installed, does not run on it`))
}

/** What is wrong, and in three lines what to do on this Node with the package manager that one has. */
export const remedy = (node: string, wrong: string): string => {
  const thirteen = major(node) >= THIRTEEN_SINCE
  const wanted = `better-sqlite3@${thirteen ? 13 : 12}`
  // Version 13 brings its binary in the package; 12 fetches or compiles it in an install script.
  const pnpm = thirteen ? '' : ' --allow-build=better-sqlite3'
  return [
    `no driver for SQLite can be loaded on Node ${node}: ${wrong}. Take Node ${OWN_SINCE} or later, which needs none, or:`,
    `  npm:  npm install ${wanted}${thirteen ? '' : ' && npm rebuild better-sqlite3'}`,
    `  pnpm: pnpm add ${wanted}${pnpm}`,
    `  yarn: yarn add ${wanted}`,
  ].join('\n')
}

const major = (version: string): number => Number(version.split('.')[0])
