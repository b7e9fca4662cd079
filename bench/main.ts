/**
 * `npm run bench [-- [--json] [--smoke] [--repetitions N] [name …]]`: every budget as a ratio to its floor.
 * `npm run bench -- --growth [--plots <folder>] […]`: how costs grow, and a picture of each.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.js'
import { type Curve, grow, growths } from './growth.js'
import { measure, type Result, type Spread } from './measure.js'
import { inWords, plot } from './plot.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    plots: { type: 'string' },
    repetitions: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})

const names = (values.growth ? growths : benchmarks).map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
const repetitions = Number(values.repetitions)
if (values.help || unknown.length > 0 || !(Number.isSafeInteger(repetitions) && repetitions > 0)) {
  if (unknown.length > 0) console.error(`There is no benchmark ${unknown.join(', ')}.\n`)
  const usage = 'npm run bench -- [--growth [--plots <folder>]] [--json] [--smoke] [--repetitions N] [name ...]'
  console.error(`${usage}\n\nNames: ${names.join(', ')}`)
  process.exit(values.help ? 0 : 2)
}

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  /** Programs that want a core, on average over the last minute, when this begins. */
  load: loadavg()[0] ?? 0,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  date: new Date().toISOString(),
}

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2)
const range = ({ median, min, max }: Spread): string => `${number(median)} (${number(min)} to ${number(max)})`

const row = ({ name, what, unit, budget, ratio, ours, floor }: Result): string =>
  [
    `${name}: ${budget === null ? 'no budget' : ratio.median >= budget ? 'met' : 'MISSED'}`,
    `  ${what}`,
    `  ratio  ${range(ratio)}${budget === null ? '' : `, budget ${budget}`}`,
    `  ours   ${range(ours)} ${unit}`,
    `  floor  ${range(floor)} ${unit}`,
  ].join('\n')

const asked = <Named extends { readonly name: string }>(all: ReadonlyArray<Named>): ReadonlyArray<Named> =>
  all.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const size = values.smoke ? 'smoke' : 'full'
const say = (text: string): void => {
  if (!values.json) console.log(text)
}

say(`${machine.date}, Node ${machine.node}, ${machine.platform}`)
say(`${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, load ${machine.load.toFixed(1)}\n`)
if (values.growth) {
  const curves: Curve[] = []
  for (const growth of asked(growths)) {
    const curve = await grow(growth, size, repetitions)
    curves.push(curve)
    const points = curve.points.map(({ size, cost }) => `  ${size.toLocaleString('en')}: ${range(cost)}`)
    say(`${curve.name}: ${curve.title}; ${curve.cost}; grows as the ${inWords(curve.exponent)}`)
    say(`${points.join('\n')}\n`)
  }
  if (values.plots !== undefined) {
    await mkdir(values.plots, { recursive: true })
    for (const curve of curves) await writeFile(join(values.plots, `${curve.name}.svg`), plot(curve))
  }
  if (values.json) console.log(JSON.stringify({ machine, curves }, null, 2))
} else {
  say(`Median of ${repetitions} interleaved pairs (least to greatest); higher is better.\n`)
  const results: Result[] = []
  for (const benchmark of asked(benchmarks)) {
    const result = await measure(benchmark, size, repetitions)
    results.push(result)
    say(`${row(result)}\n`)
  }
  if (values.json) console.log(JSON.stringify({ machine, results }, null, 2))
}
