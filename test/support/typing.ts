/**
 * Types what a page says, from top to bottom, as a reader would: in a folder of its own, which is empty, with the package
 * that is packed. CONTRIBUTING.md says how a page is written for that.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Block, blocksOf } from './pages.js'
import { read, root } from './sources.js'

/** What was typed, and what was to be seen then. */
export interface Typed {
  readonly block: Block
  /** How it ended, as `$?` would say: of several commands the last one that failed. */
  readonly status: number
  readonly output: string
}

/** A desk at which pages are typed: below `work`, with the package in place of what `npm install` brings. */
export interface Desk {
  readonly home: string
  readonly packed: string
  readonly staged: string
}

/** Of package.json. */
interface Manifest {
  readonly version: string
  readonly bin: Readonly<Record<'model-ledger', string>>
  readonly dependencies: object
  readonly optionalDependencies: object
}

/** Packs what is built already: test/package.test.ts shows that what npm builds and installs is the same. */
export const openDesk = (work: string, manifest: Manifest): Desk => {
  const desk = { home: join(work, 'home'), packed: join(work, 'packed'), staged: join(work, 'staged') }
  const modules = join(desk.packed, 'node_modules')
  for (const folder of [join(desk.home, 'tmp'), desk.staged, join(modules, '.bin')])
    mkdirSync(folder, { recursive: true })
  must(work, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', work, root)
  must(work, 'tar', '-xzf', `model-ledger-${manifest.version}.tgz`)
  renameSync(join(work, 'package'), join(modules, 'model-ledger'))
  const program = join('model-ledger', manifest.bin['model-ledger'])
  chmodSync(join(modules, program), 0o755)
  symlinkSync(join('..', program), join(modules, '.bin/model-ledger'))
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    if (existsSync(join(root, 'node_modules', name))) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  return desk
}

const must = (cwd: string, command: string, ...args: ReadonlyArray<string>): void => {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}${error?.message ?? ''}`)
}

/** The folder in which a page is typed: of docs/errors.md what it sees as `/home/anna/errors`. */
export const folderOf = (desk: Desk, page: string): string => {
  const name = page.replace(/(?<=.)\/README\.md$/, '')
  return join(desk.home, basename(name, '.md').toLowerCase())
}

/** Types a page. The second time it is typed where the first time has left what it made. */
export const typePage = async (desk: Desk, page: string): Promise<ReadonlyArray<Typed>> => {
  const text = read(page)
  const blocks = blocksOf(text).filter(({ marks }) => !marks.has('not run'))
  const folder = folderOf(desk, page)
  if (!existsSync(folder)) {
    mkdirSync(folder)
    if (text.includes('<!-- ledger: sample -->')) await bringSample(desk, folder)
  }
  return typeBlocks(desk, folder, text.includes('\nnpm install model-ledger'), blocks)
}

const SAMPLE = 'docs/answer-an-audit.md'
let sample: Promise<string> | undefined

/** Makes the sample ledger once, by the block of its page that says how, and copies it. */
const bringSample = async (desk: Desk, folder: string): Promise<void> => {
  const made = async (): Promise<string> => {
    const at = join(desk.home, 'sample')
    mkdirSync(at)
    const blocks = blocksOf(read(SAMPLE)).filter(({ marks }) => marks.has('makes the sample ledger'))
    if (blocks.length !== 1) throw new Error(`${SAMPLE}: no block below <!-- makes the sample ledger -->, or several`)
    const [typed] = await typeBlocks(desk, at, false, blocks)
    if (typed?.status !== 0) throw new Error(`${SAMPLE}: the sample ledger is not made: ${typed?.output}`)
    return at
  }
  sample ??= made()
  cpSync(await sample, folder, { recursive: true, verbatimSymlinks: true })
}

/** One shell for all of them. `npm` is none that asks a registry: what it brings lies here already. */
const typeBlocks = async (
  desk: Desk,
  folder: string,
  installs: boolean,
  blocks: ReadonlyArray<Block>,
): Promise<ReadonlyArray<Typed>> => {
  const staged = join(desk.staged, basename(folder))
  mkdirSync(staged, { recursive: true })
  const typed = blocks.filter(({ language }) => language === 'sh')
  const steps = blocks.flatMap((block, at) => {
    writeFileSync(join(staged, String(at)), block.text)
    const file = block.marks.get('file')
    if (file !== undefined) return `save ${at} '${file}'`
    return block.language === 'sh' ? `typed ${at}` : []
  })
  writeFileSync(join(staged, 'script'), [SHELL, ...(installs ? [] : ['bring model-ledger']), ...steps].join('\n'))
  // As in a shell of the reader's own: without what an npm or a vitest that runs the tests tells its children.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|model_ledger|vite|node_)/i.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    ...{
      HOME: desk.home,
      TMPDIR: join(desk.home, 'tmp'),
      TZ: 'UTC',
      LC_ALL: 'C.UTF-8',
      PATH: `${desk.home}/bin:${process.env['PATH']}`,
    },
    ...{ CHECKOUT: root.replace(/\/$/, ''), PACKED: desk.packed, STAGED: staged },
  }
  const shell = spawn('bash', [join(staged, 'script')], { cwd: folder, env, detached: true, stdio: 'ignore' })
  const killAll = () => {
    try {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL')
    } catch {
      // All have ended.
    }
  }
  const tooLong = setTimeout(killAll, 100_000)
  await once(shell, 'close')
  clearTimeout(tooLong)
  killAll()
  return typed.map((block) => {
    const at = join(staged, String(blocks.indexOf(block)))
    if (!existsSync(`${at}.status`)) throw new Error(`this ended the shell, or never ended itself:\n${block.text}`)
    const output = readFileSync(`${at}.output`, 'utf8')
      .replaceAll(desk.packed, `/home/anna/${basename(folder)}`)
      .replaceAll(desk.home, '/home/anna')
      .trimEnd()
    return { block, status: Number(readFileSync(`${at}.status`, 'utf8')), output: output === '' ? '' : `${output}\n` }
  })
}

const SHELL = `
bring() { # PACKAGE
  local from=$CHECKOUT
  if [[ $1 == model-ledger ]]; then from=$PACKED; fi
  if [[ ! -d $from/node_modules/$1 ]]; then echo "npm: $1 is not among what the tests have" >&2; return 1; fi
  mkdir -p node_modules/.bin "node_modules/$(dirname "$1")"
  ln -sfn "$from/node_modules/$1" "node_modules/$1"
  local program=$from/node_modules/.bin/\${1##*/}
  if [[ -e $program ]]; then ln -sf "$program" node_modules/.bin/; fi
}
npm() {
  case "$1 \${2-}" in
    'ci '*) ;;
    'run quickstart') (cd "$CHECKOUT" && node dist/examples/quickstart.js) ;;
    'install --global') (cd ~ && bring "$3") && ln -sfn node_modules/.bin ~/bin ;;
    'install '*)
      for each in "\${@:2}"; do
        if [[ $each != -* ]]; then bring "$each" || return; fi
      done ;;
    *) command npm --loglevel=error --no-update-notifier "$@" >/dev/null ;;
  esac
}
npx() {
  local at=$PWD
  until [[ -z $at || -d $at/node_modules ]]; do at=\${at%/*}; done
  if [[ ! -x $at/node_modules/.bin/$1 ]]; then echo "npx: $1 is not installed here" >&2; return 127; fi
  "$at/node_modules/.bin/$@"
}
save() { # NUMBER FILE
  mkdir -p "$(dirname "$2")" && cp "$STAGED/$1" "$2"
}
typed() { # NUMBER
  status=0
  eval "trap 'status=\\$?' ERR; $(cat "$STAGED/$1")" >"$STAGED/$1.output" 2>&1 </dev/null
  trap - ERR
  echo "$status" >"$STAGED/$1.status"
}
`

/**
 * The page with what was to be seen below each block that was typed. What is as it was, but for what varies, stays; to renew
 * a page in which something does not takes all of it anew, or its times would not follow one another.
 */
export const withOutput = (page: string, typed: ReadonlyArray<Typed>, since: number, renew: boolean): string => {
  const corrected = replaceOutput(page, typed, (output, shown) => patternOf(output, since).test(shown))
  return corrected === page || !renew ? corrected : replaceOutput(page, typed, () => false)
}

const replaceOutput = (
  page: string,
  typed: ReadonlyArray<Typed>,
  stays: (output: string, shown: string) => boolean,
): string => {
  const blocks = blocksOf(page)
  return typed.reduceRight((text, { block: { end }, output }) => {
    const next = blocks.find(({ start, language }) => start === end + 1 && language === 'text')
    if (stays(output, next?.text ?? '')) return text
    const shown = output === '' ? '' : `\n\`\`\`text\n${output}\`\`\`\n`
    return text.slice(0, end) + shown + text.slice(next?.end ?? end)
  }, page)
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/

/** What is another each time that something is typed: UUIDs, digests, durations, versions, temporary folders, and times that were `now`. */
const VARYING: ReadonlyArray<RegExp> = [
  TIME,
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
  /\b[0-9a-f]{64}\b/,
  /\b\d+(?:\.\d+)? m?s\b/,
  /Read by Node .*/,
  /\/tmp\/[a-z-]+-\w{6}\b/,
]

/** Matches an output that differs only in what varies. */
const patternOf = (output: string, since: number): RegExp => {
  const parts = output.split(RegExp(`(${VARYING.map(({ source }) => source).join('|')})`))
  const pattern = parts.map((part, at) => {
    const varies = at % 2 === 1 && !(TIME.test(part) && Date.parse(part) < since)
    const kind = varies ? VARYING.find((each) => each.test(part)) : undefined
    return kind?.source ?? part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  })
  return RegExp(`^${pattern.join('')}$`)
}
