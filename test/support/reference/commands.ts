/** Every command of the command line: its help, and what one call of it prints, on the ledger that examples/sample-ledger.ts makes. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildProgram } from '../../../adapters/cli/program.js'
import { COMMANDS_ALONE, OPTIONS_ALONE } from '../../ways-in.js'
import { commandLine, commandsOf, terminalIn } from '../command-line.js'
import { anchorOf } from '../pages.js'
import { root } from '../sources.js'
import { code, type Makers } from './pages.js'

/** In this order they are given, one after another, to one ledger. Those that ask come first. */
const CALLS: Readonly<Record<string, string>> = {
  show: 'show churn:production',
  resolve: 'resolve churn:production',
  'list entities': 'list entities',
  'list projects': 'list projects',
  'list types': 'list types',
  'list artifacts': 'list artifacts --type model',
  'list models': 'list models',
  'list versions': 'list versions churn',
  'list runs': 'list runs --order-by metric:accuracy --descending',
  search: "search --where 'metric:accuracy >= 0.9'",
  diff: 'diff customers:v0 customers:v1',
  files: 'files customers:v1',
  cat: 'cat customers:v1 customers.csv --end 24',
  download: 'download customers:v1 ./data',
  use: 'use churn:production --cache ./cache',
  history: 'history churn --from 2026-05-03 --until 2026-05-03',
  aliases: 'aliases churn --alias production',
  lineage: 'lineage churn:production',
  paths: 'paths customers:v1 churn:production',
  'diff-moments': 'diff-moments 2026-05-02 2026-05-03',
  replay: 'replay churn --from 2026-05-03 --until 2026-05-03',
  verify: 'verify',
  export: 'export ./april-and-may.ndjson',
  'accept-loss': 'accept-loss --reason "there is no copy"',
  completion: 'completion fish',
  init: 'init ./copy',
  import: 'import ./april-and-may.ndjson --ledger ./copy',
  log: 'log churn-net ./out --type model --alias best --metadata accuracy:=0.94',
  draft: 'draft customers:v1 --add ./more.csv',
  copy: 'copy churn-net:v2 churn-net-de',
  'create artifact': 'create artifact reports --type report',
  'create model': 'create model refunds --type model',
  upsert: 'upsert shards ./more.csv --type dataset --id monday --writer node-0',
  'list drafts': 'list drafts',
  commit: 'commit shards --type dataset --id monday --writers node-0',
  abandon: 'abandon shards --id tuesday',
  link: 'link churn-net:v2 churn --alias staging',
  'alias set': 'alias set churn:v2 production --expect 1 --reason "better on all of Europe"',
  'alias remove': 'alias remove churn staging',
  tag: 'tag churn:v2 reviewed',
  untag: 'untag churn:v2 reviewed',
  describe: 'describe churn --description "Who leaves, and when"',
  archive: 'archive refunds',
  unarchive: 'unarchive refunds',
  unlink: 'unlink churn:v0',
  delete: 'delete churn-net-de:v0 --delete-aliases',
  'run start': 'run start train-june --job-type train',
  'run use': 'run use train-june customers:v1',
  'run metrics': 'run metrics train-june --set accuracy=0.94',
  'run finish': 'run finish train-june',
  gc: 'gc',
}
/** What has to be there for a call, and is not shown. */
const BEFORE: Readonly<Record<string, string>> = {
  abandon: 'upsert shards ./more.csv --type dataset --id tuesday --writer node-0',
}
/** What is another with each call. */
const VARIES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?<drafted>acme\/churn\/shards +monday.*?)\d{4}-[\d:.T-]+Z/gm, '$<drafted>2026-06-01T08:00:00.000Z'],
  [/^Read by Node .*$/gm, 'Read by Node 24.18.0, SQLite 3.53.2 (node:sqlite)'],
]
const MOST_LINES = 30

const wordsOf = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, bare]) => one ?? two ?? bare ?? '')

export const commandMakers = async (): Promise<Makers> => {
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-reference-'))
  try {
    const made = spawnSync(process.execPath, [`${root}dist/examples/sample-ledger.js`], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (made.status !== 0) throw new Error(made.stderr)
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'out', 'weights.txt'), '0.8\n-0.1\n')
    writeFileSync(join(folder, 'more.csv'), 'id,months,calls,left\n5,9,1,no\n')
    const given = commandLine(folder)
    // A path is meant from where the process stands.
    const call = (line: string) =>
      given(...wordsOf(line).map((word) => (word.startsWith('./') ? join(folder, word) : word)))
    const printed = new Map<string, string>()
    for (const [name, line] of Object.entries(CALLS)) {
      if (BEFORE[name] !== undefined) await call(BEFORE[name])
      const { code: exit, out, err } = await call(line)
      const said = `${out}${err}`.replaceAll(`${folder}/`, './').trimEnd()
      const lines = VARIES.reduce((text, [what, instead]) => text.replace(what, instead), said).split('\n')
      const shown = said === '' ? [] : lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines
      printed.set(name, [`$ model-ledger ${line}`, ...shown, ...(exit === 0 ? [] : [`(exit code ${exit})`])].join('\n'))
    }
    const helps = new Map<string, string>()
    for (const name of ['', ...commandsOf(buildProgram(terminalIn(folder).terminal)).keys()]) {
      const { out } = await given(...name.split(' ').filter((word) => word !== ''), '--help')
      helps.set(name, out.trimEnd())
    }
    return makersOf(helps, printed)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const makersOf = (helps: ReadonlyMap<string, string>, printed: ReadonlyMap<string, string>): Makers => {
  const names = [...helps.keys()].filter((name) => name !== '').sort()
  const block = (text: string) => `\`\`\`console\n${text}\n\`\`\``
  const purposeOf = (name: string) => /\n\n([\s\S]*?)\n\n/.exec(helps.get(name) ?? '')?.[1]?.replace(/\s+/g, ' ') ?? ''
  const aloneOf = (name: string): ReadonlyArray<string> => [
    ...(COMMANDS_ALONE[name] === undefined ? [] : [`In the library: ${COMMANDS_ALONE[name]}.`]),
    ...Object.entries(OPTIONS_ALONE[name] ?? {}).map(
      ([option, stands]) => `${code(option)} in the library: ${stands}.`,
    ),
  ]
  const section = (name: string): string => {
    const sample = printed.get(name)
    if (sample === undefined) throw new Error(`the command ${name} has no sample`)
    const told = [`### ${code(name)}`, block(helps.get(name) ?? ''), ...aloneOf(name), block(sample)]
    return told.join('\n\n')
  }
  return {
    help: () => block(helps.get('') ?? ''),
    commands: () =>
      [
        names.map((name) => `- [${code(name)}](#${anchorOf(name)}) ${purposeOf(name)}`).join('\n'),
        ...names.map(section),
      ].join('\n\n'),
  }
}
