import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../index.js'

const temporary = mkdtempSync(join(tmpdir(), 'model-ledger-test-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

/** Runs built JavaScript as a reader's shell would: without what vitest adds to the environment. */
const run = (args: ReadonlyArray<string>, folder = temporary) => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url))
  const { PATH } = process.env
  return spawnSync(process.execPath, args, { cwd, env: { PATH, TMPDIR: folder, TEMP: folder }, encoding: 'utf8' })
}

/** A module by which a process, and each that it forks, ends with its processor time; other tests run beside this one. */
const TELLS_ITS_TIME = `data:text/javascript,process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  console.error(Math.round((user + system) / 1000))
})`

describe('the quickstart', () => {
  let output: string
  let milliseconds: ReadonlyArray<number>
  let directory: string
  let ledger: Ledger
  beforeAll(async () => {
    const { status, stdout, stderr } = run(['--import', TELLS_ITS_TIME, 'dist/examples/quickstart.js'])
    expect(stderr).toMatch(/^(\d+\n){4}$/)
    expect(status).toBe(0)
    milliseconds = stderr.split('\n').map(Number)
    output = stdout
    directory = /^The ledger lies in (.+); go on with$/m.exec(output)?.[1] ?? ''
    ledger = await openLedger({ directory, entity: 'acme', project: 'digits', readOnly: true })
    return () => ledger.close()
  })

  const linesAfter = (heading: string): ReadonlyArray<string> => {
    const [, section = ''] = output.split(`\n${heading}\n`)
    return section.split('\n\n', 1)[0]?.split('\n') ?? []
  }

  it('takes well under ten seconds of one processor, its three child processes included', () => {
    expect(milliseconds.reduce((sum, time) => sum + time)).toBeLessThan(9000)
  })

  it('prints a page of plain text and leaves nothing but the ledger', () => {
    expect(output.split('\n').length).toBeLessThanOrEqual(40)
    const [page = ''] = output.split('The ledger lies in')
    expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(output).not.toMatch(/\x1b|undefined|NaN| $/m)
    expect(readdirSync(temporary).map((name) => join(temporary, name))).toEqual([directory])
  })

  it('changed three files of the data set and kept the others', async () => {
    const [second, first, ...others] = (await ledger.versions('digits')).items
    expect(others).toEqual([])
    expect(first).toMatchObject({ actor: 'anna', base: null, manifest: { entries: 4 } })
    expect(second).toMatchObject({ actor: 'ben', base: 'acme/digits/digits:v0', manifest: { entries: 4 } })
    const files = async (version: string) =>
      new Map((await ledger.content(version)).manifest.map(({ path, digest }) => [path, digest]))
    const [before, after] = [await files('digits:v0'), await files('digits:v1')]
    const day = (name: string) => [before.get(`train/${name}.csv`), after.get(`train/${name}.csv`)]
    expect(day('monday')).toEqual([expect.any(String), day('monday')[0]])
    expect(day('tuesday')).toEqual([expect.any(String), expect.not.stringMatching(String(day('tuesday')[0]))])
    expect(day('wednesday')).toEqual([undefined, expect.any(String)])
    expect(day('friday')).toEqual([expect.any(String), undefined])
  })

  it('logged four checkpoints, and no version for the content that it had already', async () => {
    const { items: checkpoints } = await ledger.versions('digit-net')
    expect(checkpoints.map(({ run }) => run)).toEqual(Array(4).fill('acme/digits/train'))
    expect(await ledger.runDetails('train')).toMatchObject({ used: [{ version: 'acme/digits/digits:v1' }] })
    expect(output).toMatch(/anna +saves the final model +digit-net:v3 /)
  })

  it('evaluated in three processes, whose parts are one version', async () => {
    const [evaluation, ...others] = (await ledger.versions('evaluation')).items
    expect(others).toEqual([])
    expect(evaluation).toMatchObject({
      manifest: { entries: 3 },
      run: 'acme/digits/evaluate',
      distributed: { distributedId: 'evaluate', generation: 0 },
    })
    const { items: runs } = await ledger.runs()
    expect(runs.filter(({ group }) => group === 'evaluate').map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('finished'),
    )
  })

  it('linked the best checkpoint first, and a worse one', async () => {
    const accuracy = new Map(
      (await ledger.versions('digit-net')).items.map(({ path, metadata }) => [path, Number(metadata?.['accuracy'])]),
    )
    const [worse, best, ...others] = (await ledger.versions('digit-reader')).items
    expect(others).toEqual([])
    expect(accuracy.get(String(best?.source))).toBe(Math.max(...accuracy.values()))
    expect(accuracy.get(String(best?.source))).toBeGreaterThan(0.85)
    expect(accuracy.get(String(worse?.source))).toBeLessThan(Math.max(...accuracy.values()))
    const rows = linesAfter('The registered model digit-reader')
    const percent = (path: unknown) => `${((accuracy.get(String(path)) ?? 0) * 100).toFixed(1)}%`
    expect(rows[1]).toMatch(RegExp(`v0 .*${percent(best?.source)} .*production`))
    expect(rows[2]).toMatch(RegExp(`v1 .*${percent(worse?.source)} .*latest`))
  })

  it('promoted, promoted by mistake and rolled back, and says who did it, when and why', async () => {
    expect(await ledger.resolve('digit-reader:production')).toMatchObject({ version: 0 })
    const { items: tenures } = await ledger.aliasHistory({ of: 'digit-reader', alias: 'production' })
    expect(tenures.map(({ version, from }) => [version, from.actor])).toEqual([
      [0, 'anna'],
      [1, 'ben'],
      [0, 'anna'],
    ])
    const [, ...rows] = linesAfter('Who put production where, when and why')
    expect(rows).toHaveLength(3)
    for (const [index, { version, from }] of tenures.entries()) {
      expect(rows[index]).toMatch(RegExp(`${from.time} +v${version} +${from.actor} +${from.reason}$`))
    }
    const [, mistake] = tenures
    expect(await ledger.at(mistake?.from.time).resolve('digit-reader:production')).toMatchObject({ version: 1 })
  })

  it('says where the versions come from', () => {
    expect(linesAfter('Where its versions come from')).toEqual([
      '  digit-reader:v0  ←  digit-net:v1  ←  run train  ←  digits:v1  ←  digits:v0',
      '  digit-reader:v1  ←  digit-net:v3  ←  run train  ←  digits:v1  ←  digits:v0',
    ])
  })

  it('goes on with the commands that it ends with', () => {
    const [history, asOf, ...others] = output
      .split('\n')
      .filter((line) => line.startsWith('  node '))
      .map((line) => run(line.trim().split(' ').slice(1)))
    expect(others).toEqual([])
    expect(history).toMatchObject({ status: 0, stderr: '' })
    expect(history?.stdout).toContain('because: it has trained the longest')
    expect(asOf).toMatchObject({ status: 0, stderr: '' })
    expect(asOf?.stdout).toMatch(/^acme\/model-registry\/digit-reader:v1\n/)
  })
})

it('fails with an exit code where the quickstart has no place to work in', () => {
  const { status, stderr } = run(['dist/examples/quickstart.js'], join(temporary, 'missing'))
  expect(status).toBe(1)
  expect(stderr).toContain('ENOENT')
})
