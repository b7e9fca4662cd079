/** `npm run bench [-- [--json] [--smoke] [--repetitions N] [name …]]`: every budget as a ratio to its floor. */
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.js'
import { measure, type Result, type Spread } from './measure.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    repetitions: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})

const names = benchmarks.map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
const repetitions = Number(values.repetitions)
if (values.help || unknown.length > 0 || !(Number.isSafeInteger(repetitions) && repetitions > 0)) {
  if (unknown.length > 0) console.error(`There is no benchmark ${unknown.join(', ')}.\n`)
  console.error(`npm run bench -- [--json] [--smoke] [--repetitions N] [name ...]\n\nNames: ${names.join(', ')}`)
  process.exit(values.help ? 0 : 2)
}

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
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

if (!values.json) {
  console.log(`Node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB`)
  console.log(`Median of ${repetitions} interleaved pairs (least to greatest); higher is better.\n`)
}
const results: Result[] = []
for (const benchmark of benchmarks) {
  if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue
  const result = await measure(benchmark, values.smoke ? 'smoke' : 'full', repetitions)
  results.push(result)
  if (!values.json) console.log(`${row(result)}\n`)
}
if (values.json) console.log(JSON.stringify({ machine, results }, null, 2))
