/** Which paths below a directory are left out: by patterns, in the notation of a `.gitignore`, and where nobody says otherwise. */
import ignore from 'ignore'

/** The file of a directory that holds patterns, for what lies in it and below. */
export const PATTERNS_FILE = '.ledgerignore'

/** What programs for version control keep in a directory; left out unless a pattern says otherwise, as `!.git` does. */
export const VERSION_CONTROL: ReadonlySet<string> = new Set(['.git', '.hg', '.svn'])

export interface Patterns {
  /** Whether the patterns leave a path out. Of a directory that is left out nothing below it is asked. */
  readonly leaveOut: (path: string, isDirectory: boolean) => boolean
  /** The same with those of a directory in it, which count for more. */
  readonly with: (text: string, directory: string) => Patterns
}

/** Of several patterns that fit, the last decides: those of the caller count for more than those that lie in a directory. */
export const patternsOf = (exclude: ReadonlyArray<string>): Patterns => patterns([...VERSION_CONTROL], exclude)

const patterns = (found: ReadonlyArray<string>, exclude: ReadonlyArray<string>): Patterns => {
  const all = [...found, ...exclude]
  // Upper and lower case are told apart everywhere, so that one folder is the same version on every machine.
  const matcher = all.length === VERSION_CONTROL.size ? undefined : ignore({ ignorecase: false }).add(all)
  return {
    leaveOut: (path, isDirectory) =>
      matcher === undefined ? VERSION_CONTROL.has(nameOf(path)) : matcher.ignores(isDirectory ? `${path}/` : path),
    with: (text, directory) => patterns([...found, ...linesOf(text).map((line) => below(directory, line))], exclude),
  }
}

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const linesOf = (text: string): ReadonlyArray<string> =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))

/** A pattern of a directory, as it would be written in the one above all. One with a slash before its end is of a path. */
const below = (directory: string, line: string): string => {
  if (directory === '') return line
  const [, not = '', pattern = ''] = /^(!?)(.*)$/s.exec(line) ?? []
  const isOfPath = /\/(?!\s*$)/.test(pattern)
  return `${not}/${escaped(directory)}/${isOfPath ? '' : '**/'}${pattern.replace(/^\//, '')}`
}

/** So that what a directory is called is no pattern. */
const escaped = (path: string): string => path.replace(/[\\*?[\]!#\s]/g, '\\$&')
