/**
 * `node dist/bench/start-picture.js FILE`: a picture of what is loaded by `--version`, `resolve` and an import of the library,
 * with the milliseconds that each part takes, on the Node that runs it. How long the whole takes is measured without a
 * profiler, in turn with `node -e 0`, the least of all turns; a profiler tells how what comes on top is divided.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { px, svgDocument, xml } from '../projections/render/svg.js'

const root = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url))
const program = join(root, 'lib/adapters/cli/main.js')
const TURNS = 25

/** In the order in which they are drawn. */
const PARTS = ['Node itself', "Node's own modules", 'files', 'compiling', 'what modules do first', 'the work'] as const
type Part = (typeof PARTS)[number]

interface Frame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}
interface Profile {
  readonly nodes: ReadonlyArray<{ id: number; callFrame: Frame; children?: ReadonlyArray<number> }>
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

/** What was done, by those who were calling each other, the outermost first. Nothing of what nobody can be blamed for. */
const partOf = (frames: ReadonlyArray<Frame>): Part | undefined => {
  const names = new Set(frames.map(({ functionName }) => functionName))
  if (names.has('compileForInternalLoader') || names.has('getESMFacade')) return "Node's own modules"
  if (['compileSourceTextModule', 'wrapSafe', 'cjsPreparseModuleExports'].some((name) => names.has(name)))
    return 'compiling'
  const ours = frames.findIndex(({ url }) => url.startsWith('file:') && !url.endsWith('main.js'))
  if (ours < 0) return frames.some(({ url }) => url.includes('/modules/')) ? 'files' : undefined
  const isLoading = frames.slice(ours).some(({ url }) => url.startsWith('node:internal/modules/esm/'))
  if (isLoading) return 'files'
  return frames[ours]?.functionName === '' && frames[ours]?.lineNumber === 0 ? 'what modules do first' : 'the work'
}

const microsecondsIn = ({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<Part, number> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const parts = new Map<number, Part | undefined>()
  for (const { id } of nodes) {
    const frames: Frame[] = []
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = byId.get(at)?.callFrame
      if (frame !== undefined) frames.unshift(frame)
    }
    parts.set(id, partOf(frames))
  }
  const found = new Map<Part, number>()
  for (const [index, id] of samples.entries()) {
    const part = parts.get(id)
    // Longer than two samples are apart, others had the processor.
    const lasted = Math.min(timeDeltas[index + 1] ?? 0, 250)
    if (part !== undefined) found.set(part, (found.get(part) ?? 0) + lasted)
  }
  return found
}

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-start-'))
const env = { ...process.env, MODEL_LEDGER: 'ledger', MODEL_LEDGER_ACTOR: 'bench', TMPDIR: folder }
const run = (args: ReadonlyArray<string>): number => {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return performance.now() - start
}

/** How many files, and how many sources are in them, a start loads; of a driver outside of ours each file is one. */
const loadedBy = (profiles: ReadonlyArray<Profile>): { readonly files: number; readonly modules: number } => {
  const urls = new Set(profiles.flatMap(({ nodes }) => nodes.map(({ callFrame: { url } }) => url)))
  const paths = [...urls].flatMap((url) =>
    url.startsWith('file:') ? [fileURLToPath(url)] : url.startsWith('/') ? [url] : [],
  )
  const modules = paths.map((path) => {
    if (!existsSync(`${path}.map`)) return 1
    const { sources }: { sources: ReadonlyArray<string> } = JSON.parse(readFileSync(`${path}.map`, 'utf8'))
    return sources.length
  })
  return { files: paths.length, modules: modules.reduce((sum, each) => sum + each, 0) }
}

const starts = [
  { name: '--version', args: [program, '--version'] },
  { name: 'resolve', args: [program, 'resolve', 'acme/bench/model:v0'] },
  {
    name: 'import',
    args: [
      '--input-type=module',
      '-e',
      `await import(${JSON.stringify(pathToFileURL(join(root, 'lib/index.js')).href)})`,
    ],
  },
]

const measured = () => {
  writeFileSync(join(folder, 'weights'), 'net')
  run([program, 'init', 'ledger'])
  run([program, 'log', 'acme/bench/model', 'weights', '--type', 'model'])
  const sides = [{ name: 'node', args: ['-e', '0'] }, ...starts]
  const times = new Map<string, number[]>(sides.map(({ name }) => [name, []]))
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { name, args } of turn % 2 === 0 ? sides : sides.toReversed()) times.get(name)?.push(run(args))
  }
  const bare = Math.min(...(times.get('node') ?? []))
  return starts.map(({ name, args }) => {
    const kept = join(folder, `profiles-${name}`)
    for (let turn = 0; turn < TURNS; turn++)
      run(['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', kept, ...args])
    const profiles = readdirSync(kept).map((file): Profile => JSON.parse(readFileSync(join(kept, file), 'utf8')))
    const parts = new Map<Part, number>()
    for (const profile of profiles) {
      for (const [part, lasted] of microsecondsIn(profile)) parts.set(part, (parts.get(part) ?? 0) + lasted)
    }
    const all = [...parts.values()].reduce((sum, each) => sum + each, 0)
    const whole = Math.min(...(times.get(name) ?? []))
    const milliseconds = PARTS.map((part, index) =>
      index === 0 ? bare : ((whole - bare) * (parts.get(part) ?? 0)) / all,
    )
    return { name, whole, ...loadedBy(profiles), milliseconds }
  })
}

const WIDTH = 720
const LEFT = 96
const COLOURS = ['#6e7781', '#0969da', '#9a6700', '#cf222e', '#8250df', '#1a7f37']

const drawn = (rows: ReturnType<typeof measured>): string => {
  const longest = Math.max(...rows.map(({ whole }) => whole))
  const scale = (WIDTH - LEFT - 20) / longest
  const text = (x: number, y: number, words: string, kind = 'soft', anchor = 'start'): string =>
    `<text class="${kind}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-size="13">${xml(words)}</text>`
  const bars = rows.flatMap(({ name, whole, files, modules, milliseconds }, row) => {
    const y = 80 + row * 84
    let x = LEFT
    const boxes = milliseconds.flatMap((lasted, part) => {
      const [from, width] = [x, lasted * scale]
      x += width
      const box = `<rect class="part${part}" x="${px(from)}" y="${px(y)}" width="${px(width)}" height="34"/>`
      return width < 22 ? [box] : [box, text(from + width / 2, y + 22, `${Math.round(lasted)}`, 'inside', 'middle')]
    })
    const told = `${Math.round(whole)} ms; ${modules} modules in ${files} files`
    return [text(LEFT - 12, y + 22, name, 'name', 'end'), ...boxes, text(LEFT, y + 52, told)]
  })
  const legend = PARTS.flatMap((part, index) => {
    const [x, y] = [LEFT + (index % 3) * 200, 80 + rows.length * 84 + 14 + Math.floor(index / 3) * 24]
    return [`<rect class="part${index}" x="${px(x)}" y="${px(y - 11)}" width="12" height="12"/>`, text(x + 18, y, part)]
  })
  const title = `What a start loads, in milliseconds, on Node ${process.versions.node}`
  const told = rows.map(({ name, whole, modules }) => `${name} ${Math.round(whole)} ms and ${modules} modules`)
  return svgDocument({
    width: WIDTH,
    height: 80 + rows.length * 84 + 56,
    title,
    description: `${told.join(', ')}. The least of ${TURNS}, ${new Date().toISOString().slice(0, 10)}.`,
    rules: [
      ...COLOURS.map((colour, index) => [`.part${index}`, `fill: ${colour}`] as const),
      ['.inside', 'fill: #ffffff; font-weight: 600', 'fill: #ffffff'],
      ['.name', 'font-weight: 600'],
    ],
    body: [
      `<text class="title" x="20" y="32" font-size="16" font-weight="600">${xml(title)}</text>`,
      text(20, 54, `The least of ${TURNS} starts, ${new Date().toISOString().slice(0, 10)}`),
      ...bars,
      ...legend,
    ].join('\n'),
  })
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('the file for the picture is wanted')
try {
  const rows = measured()
  writeFileSync(file, drawn(rows))
  for (const { name, whole, files, modules, milliseconds } of rows) {
    const parts = PARTS.map((part, index) => `${part} ${(milliseconds[index] ?? 0).toFixed(1)}`).join(', ')
    console.log(`${name}: ${whole.toFixed(1)} ms, ${modules} modules in ${files} files: ${parts}`)
  }
  console.log(relative(process.cwd(), file))
} finally {
  rmSync(folder, { recursive: true })
}
