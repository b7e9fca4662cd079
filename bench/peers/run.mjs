/**
 * The same work by others, side by side: `npm run bench:peers [-- --json] [--smoke] [--repetitions N]`.
 *
 * Each work is done by all in turn, once uncounted and then several times. On disk every append is durable before it
 * is acknowledged (SQLite, WAL, synchronous FULL), and every append says the revision it stands behind.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { spread } from '../../dist/bench/measure.js'
import { contendersIn, evolve, initial } from './contenders.mjs'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    repetitions: { type: 'string', default: '5' },
  },
})
const repetitions = Number(values.repetitions)
if (!(Number.isSafeInteger(repetitions) && repetitions > 0)) {
  console.error('npm run bench:peers -- [--json] [--smoke] [--repetitions N]')
  process.exit(2)
}
// emmett-sqlite prints each commit that SQLite refuses, to where the results go. They are counted instead.
const print = console.log
console.log = () => undefined

/** What all hold before anything is measured; reads and rebuilds come first, while they hold nothing else. */
const HUNDREDS = Array.from({ length: values.smoke ? 5 : 100 }, (_, index) => `aliases-read-${index}`)
const HELD = 100 * HUNDREDS.length

const expectLength = async ({ read }, stream, length) => {
  const found = (await read(stream)).length
  if (found !== length) throw new Error(`${stream} holds ${found} events, not ${length}`)
}

/**
 * A command reads its stream, folds it, and appends one event at the revision read. A stream takes them until it has
 * grown by a tenth, so that the size in the name holds.
 */
const commandOn = (size) => {
  const nameOf = (turn, index) => `aliases-${size}-${turn}-${index}`
  const each = size / 10
  return {
    unit: 'commands/s',
    prepare: async (contender, turn, times) => {
      for (let index = 0; index < times / each; index++) await contender.append(nameOf(turn, index), 0, size)
    },
    run: async (contender, turn, times) => {
      for (let done = 0; done < times; done++) {
        const stream = nameOf(turn, done % (times / each))
        const { moves } = (await contender.read(stream)).reduce(evolve, initial())
        await contender.append(stream, moves, 1)
      }
      return times
    },
    check: (contender, turn) => expectLength(contender, nameOf(turn, 0), size + each),
  }
}

/** `run` answers how many units it did, and is all that is timed. */
const works = {
  'read 100': {
    unit: 'reads/s',
    run: async (contender, _, times) => {
      for (let done = 0; done < times; done++) await expectLength(contender, HUNDREDS[done % HUNDREDS.length], 100)
      return times
    },
  },
  [`rebuild ${HELD.toLocaleString('en')}`]: {
    unit: 'events/s',
    run: async ({ rebuild }) => {
      const folded = await rebuild(HELD, HUNDREDS)
      if (folded !== HELD) throw new Error(`${folded} events folded, not ${HELD}`)
      return folded
    },
  },
  'append one': {
    unit: 'events/s',
    run: async ({ append }, turn, times) => {
      for (let done = 0; done < times; done++) {
        await append(`aliases-append-${turn}-${Math.floor(done / 100)}`, done % 100, 1)
      }
      return times
    },
    check: (contender, turn, times) => expectLength(contender, `aliases-append-${turn}-0`, Math.min(times, 100)),
  },
  'command on 100': commandOn(100),
  'command on 10': commandOn(10),
}

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-peers-'))
const contenders = await contendersIn(folder)
const entries = Object.entries(contenders)
const timesOf = ({ times }) => (values.smoke ? 10 : times)
const machine = {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0],
}
const rates = new Map()
try {
  for (const [, { append }] of entries) for (const stream of HUNDREDS) await append(stream, 0, 100)
  for (const [work, { prepare, run, check }] of Object.entries(works)) {
    if (!values.json) console.error(`${work} ...`)
    // The first turn is not counted.
    for (let turn = 0; turn <= repetitions; turn++) {
      for (const [, contender] of entries) await prepare?.(contender, turn, timesOf(contender))
      for (const [who, contender] of turn % 2 === 0 ? entries : entries.toReversed()) {
        const start = performance.now()
        const done = await run(contender, turn, timesOf(contender))
        const rate = done / ((performance.now() - start) / 1000)
        await check?.(contender, turn, timesOf(contender))
        if (turn > 0) rates.set(`${work}/${who}`, [...(rates.get(`${work}/${who}`) ?? []), rate])
      }
    }
  }
} finally {
  for (const [, { close }] of entries) await close()
  rmSync(folder, { recursive: true, force: true })
}

const results = Object.entries(works).flatMap(([work, { unit }]) =>
  entries.map(([who]) => ({ work, who, unit, rate: spread(rates.get(`${work}/${who}`)) })),
)
const refused = entries.flatMap(([who, { refused }]) => (refused === undefined ? [] : [{ who, times: refused() }]))

const whole = (value) => Math.round(value).toLocaleString('en')
const table = () => {
  const rows = [
    ['', ...Object.entries(works).map(([work, { unit }]) => `${work}, ${unit}`)],
    ...entries.map(([who]) => {
      const ofWho = results.filter((result) => result.who === who)
      return [who, ...ofWho.map(({ rate }) => `${whole(rate.median)} (${whole(rate.min)} to ${whole(rate.max)})`)]
    }),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  return [lines[0], `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.slice(1)].join('\n')
}

if (values.json) print(JSON.stringify({ machine, repetitions, results, refused }, null, 2))
else {
  print(`${machine.date}, Node ${machine.node}, ${machine.cores} × ${machine.cpu}, load ${machine.load.toFixed(1)}`)
  print(`Median of ${repetitions} (least to greatest); higher is better. On disk: SQLite, WAL, synchronous FULL.\n`)
  print(table())
  for (const { who, times } of refused.filter(({ times }) => times > 0)) {
    print(`\n${who}: SQLite refused ${times} of its calls; they were made again, within the time measured.`)
  }
}
