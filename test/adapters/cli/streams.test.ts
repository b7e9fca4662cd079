import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, ENV } from '../../support/command-line.js'

const cwd = mkdtempSync(join(tmpdir(), 'model-ledger-streams-'))
const ledger = commandLine(cwd)
const main = fileURLToPath(new URL('../../../lib/adapters/cli/main.js', import.meta.url))
const env = { ...process.env, ...ENV }

beforeAll(async () => {
  await ledger('init')
  writeFileSync(join(cwd, 'a.txt'), 'a')
  await ledger('log', 'model', 'a.txt', '--type', 'model')
})
afterAll(() => rmSync(cwd, { recursive: true }))

/** The program as users run it, with standard output on a device that is always full. */
const onFullDevice = async (args: ReadonlyArray<string>) => {
  const full = openSync('/dev/full', 'w')
  try {
    const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', full, 'pipe'] })
    const [err, [code]] = await Promise.all([child.stderr === null ? '' : text(child.stderr), once(child, 'exit')])
    return { code, err }
  } finally {
    closeSync(full)
  }
}

const WORDS = 'the answer could not be written to standard output: ENOSPC: no space left on device, write'

const failing = commandLine(cwd, {
  out: () => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' })
  },
})

describe('an answer that cannot be written', () => {
  it.each([
    ['text', 'list', 'versions', 'model'],
    ['json', 'list', 'versions', 'model', '--json'],
    ['csv', 'history', '--csv'],
    ['ndjson', 'history', '--ndjson'],
    ['an export', 'export'],
    ['an export to -', 'export', '-'],
    ['a picture', 'aliases', 'model', '--svg'],
    ['a picture to -', 'lineage', 'model:v0', '--format', 'svg', '--output', '-'],
    ['replay', 'replay'],
    ['what verify found', 'verify'],
    ['help', '--help'],
    ['help of a command', 'log', '--help'],
    ['the version', '--version'],
    ['the version in JSON', '--version', '--json'],
    ['completion', 'completion', 'bash'],
    ['a receipt', 'tag', 'model:v0', 'told-to-nobody'],
  ])('is a failure in one line: %s', async (_, ...args) => {
    const { code, err } = await failing(...args)
    expect(code).toBe(6)
    if (args.includes('--json'))
      expect(JSON.parse(err)).toEqual({
        code: 'ENOSPC',
        category: 'unavailable',
        message: 'no space left',
        details: {},
      })
    else expect(err).toBe('model-ledger: no space left\n')
  })

  it('leaves what was recorded', async () => {
    expect(JSON.parse((await ledger('show', 'model:v0', '--json')).out).tags).toEqual(['told-to-nobody'])
  })
})

describe('the program as users run it', () => {
  it('says in one line that a device is full', async () => {
    const [inText, inJson] = await Promise.all([onFullDevice(['export']), onFullDevice(['--version', '--json'])])
    expect(inText).toEqual({ code: 6, err: `model-ledger: ${WORDS}\n` })
    expect({ ...inJson, err: JSON.parse(inJson.err) }).toEqual({
      code: 6,
      err: { code: 'ENOSPC', category: 'unavailable', message: WORDS, details: {} },
    })
  })

  it('does not take for written what a disk took half of', async () => {
    const failed = inBash('ulimit -f 1; exec "$0" "$1" completion bash > part')
    await expect(failed).rejects.toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/^model-ledger: the answer could not be written to standard output: EFBIG: .*\n$/),
    })
    expect(readFileSync(join(cwd, 'part'))).toHaveLength(1024)
  })

  it('says nothing where a reader has seen enough', async () => {
    const ended = await inBash('set -o pipefail; "$0" "$1" completion bash | head -c 10')
    expect(ended).toEqual({ stdout: '_model_led', stderr: '' })
  })

  it('ends as it would where only standard error is full', async () => {
    await expect(inBash('"$0" "$1" resolve nothing 2> /dev/full')).rejects.toMatchObject({ code: 3, stdout: '' })
  })
})

const inBash = (script: string) => promisify(execFile)('bash', ['-c', script, process.execPath, main], { cwd, env })

describe('a file of a version', () => {
  const bytes = Buffer.from([...Array(70_000).keys()].map((at) => at % 251))

  it('is written to a pipe or a file as it was logged, or some bytes of it', async () => {
    writeFileSync(join(cwd, 'weights.bin'), bytes)
    expect((await ledger('log', 'weights', 'weights.bin', '--type', 'model')).code).toBe(0)
    const cat = (...more: ReadonlyArray<string>) => [main, 'cat', 'weights:v0', 'weights.bin', ...more]
    const options = { cwd, env, encoding: 'buffer' } as const
    for (const [more, [start, end]] of [
      [[], [0, bytes.length]],
      [
        ['--start', '69990'],
        [69_990, bytes.length],
      ],
      [
        ['--end', '5'],
        [0, 5],
      ],
      [
        ['--start', '250', '--end', '66000'],
        [250, 66_000],
      ],
      [
        ['--start', '7', '--end', '7'],
        [7, 7],
      ],
      [
        ['--start', '80000'],
        [0, 0],
      ],
    ] as const) {
      const { stdout } = await promisify(execFile)(process.execPath, cat(...more), options)
      expect([more, bytes.subarray(start, end).equals(stdout)]).toEqual([more, true])
    }
    await inBash('"$0" "$1" cat weights weights.bin > copy.bin')
    expect(readFileSync(join(cwd, 'copy.bin')).equals(bytes)).toBe(true)
  })

  it('is refused in words where there are no such bytes, and where they cannot be written', async () => {
    expect(await ledger('cat', 'weights', 'wieghts.bin')).toMatchObject({ code: 3, out: '' })
    expect(await ledger('cat', 'weights', 'weights.bin', '--start', '9', '--end', '8')).toMatchObject({
      code: 2,
      out: '',
    })
    expect(await ledger('cat', 'weights', 'weights.bin', '--start', '-1')).toMatchObject({ code: 2, out: '' })
    await expect(inBash('"$0" "$1" cat weights weights.bin > /dev/full')).rejects.toMatchObject({ code: 6 })
    const head = await inBash('set -o pipefail; "$0" "$1" cat weights weights.bin --start 97 | head -c 2')
    expect(head).toEqual({ stdout: 'ab', stderr: '' })
  })
})

describe('a file that is called -', () => {
  it('is standard output of what writes one', async () => {
    const whole = await ledger('export')
    expect(await ledger('export', '-')).toEqual(whole)
    expect(whole.out.split('\n').length).toBeGreaterThan(3)
    expect((await ledger('aliases', 'model', '--output', '-')).out).toMatch(/^<svg /)
    expect((await ledger('lineage', 'model:v0', '--format', 'dot', '--output', '-')).out).toMatch(/^digraph /)
    expect(existsSync(join(cwd, '-'))).toBe(false)
  })

  it('is standard input of what reads one', async () => {
    const { out } = await ledger('export')
    async function* given() {
      yield Buffer.from(out.slice(0, 100))
      yield Buffer.from(out.slice(100))
    }
    const reading = commandLine(cwd, { in: given() })
    expect(await reading('verify', '--export', '-')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^All is well/),
    })
    await ledger('init', 'copy')
    const importing = commandLine(cwd, { in: given() })
    expect(await importing('--ledger', 'copy', 'import', '-')).toMatchObject({ code: 0, err: '' })
    expect((await ledger('--ledger', 'copy', 'export')).out).toBe(out)
  })

  it.each([
    ['log', 'other', '-', '--type', 'model'],
    ['log', 'other', '--type', 'model', '--', '-=x'],
    ['upsert', 'other', '-', '--type', 'model', '--id', 'x'],
    ['draft', 'model:v0', '--add', '-'],
    ['draft', 'model:v0', '--replace', '-'],
    ['download', 'model:v0', '-'],
    ['use', 'model:v0', '--to', '-'],
    ['use', 'model:v0', '--cache', '-'],
    ['init', '-'],
    ['--ledger', '-', 'list', 'models'],
  ])('is refused where it can be neither: %s %s %s', async (...args) => {
    expect(await ledger(...args)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^model-ledger: "-" is standard input or output, and a .* is wanted: .* \.\/- .*\n$/),
    })
    expect(readdirSync(cwd)).not.toContain('-')
  })

  it('is a file by its path', async () => {
    writeFileSync(join(cwd, '-'), 'dash')
    expect((await ledger('log', 'dash', './-', '--type', 'model')).code).toBe(0)
    expect(JSON.parse((await ledger('files', 'dash', '--json')).out)).toMatchObject({ path: '-', size: 4 })
    rmSync(join(cwd, '-'))
  })
})
