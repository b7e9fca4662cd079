import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { comparePredictions } from '../../examples/wandb/compare-predictions.js'
import { distributedByGroup } from '../../examples/wandb/distributed-by-group.js'
import { distributedOnABase } from '../../examples/wandb/distributed-on-a-base.js'
import { distributedWithAnId } from '../../examples/wandb/distributed-with-an-id.js'
import { draftInsideARun } from '../../examples/wandb/draft-inside-a-run.js'
import { draftOutsideARun } from '../../examples/wandb/draft-outside-a-run.js'
import { type Given, inTemporaryLedger } from '../../examples/wandb/in-temporary-ledger.js'
import { linkALoggedVersion } from '../../examples/wandb/link-a-logged-version.js'
import { linkAModel } from '../../examples/wandb/link-a-model.js'
import { logAndLink } from '../../examples/wandb/log-and-link.js'
import { logInsideARun } from '../../examples/wandb/log-inside-a-run.js'
import { saveOutsideARun } from '../../examples/wandb/save-outside-a-run.js'
import { sourceAndLinks } from '../../examples/wandb/source-and-links.js'
import { useAModel } from '../../examples/wandb/use-a-model.js'
import { useBestOrLatest } from '../../examples/wandb/use-best-or-latest.js'

/** What the ledger itself says after an example ran. */
const example = (name: string, check: (given: Given) => Promise<void>) => it(name, () => inTemporaryLedger(check))

/** The files of a version with their content. */
const filesOf = async ({ ledger, folder }: Given, version: string): Promise<Record<string, string>> => {
  const { directory } = await ledger.download({ version, to: join(folder, 'downloaded') })
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const contents = files.map(async ({ parentPath, name }): Promise<[string, string]> => {
    const path = join(parentPath, name)
    return [path.slice(directory.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')]
  })
  return Object.fromEntries(await Promise.all(contents))
}

describe('the samples of W&B', () => {
  example('link a model by path and registered name', async (given) => {
    const { ledger } = given
    expect(await linkAModel(given)).toEqual({
      first: 'acme/model-registry/cat-or-dog:v0',
      second: 'acme/model-registry/cat-or-dog:v1',
    })
    const [run] = (await ledger.runs()).items
    expect(run).toMatchObject({ outcome: 'finished', logged: [expect.anything(), expect.anything()] })
    const { items: versions } = await ledger.versions('cat-or-dog', { order: 'ascending' })
    expect(versions.map(({ source }) => source)).toEqual(run?.logged)
    expect(versions.map(({ run: producer }) => producer)).toEqual([run?.path, run?.path])
    expect(await ledger.registeredModel('cat-or-dog')).toMatchObject({ type: 'model', aliases: { latest: 1 } })
    expect(await filesOf(given, 'cat-or-dog:v0')).toEqual({ 'weights.json': '[0.1, 0.2]' })
  })

  example('log and link in one go', async (given) => {
    const { ledger } = given
    expect(await logAndLink(given)).toEqual({
      logged: 'acme/animals/animal-net:v0',
      linked: 'acme/model-registry/cat-or-dog:v0',
    })
    expect(await ledger.resolve('cat-or-dog:staging')).toMatchObject({ source: 'acme/animals/animal-net:v0' })
    expect(await ledger.resolve('animal-net:v0')).toMatchObject({ type: 'model', aliases: ['latest'] })
  })

  example('link a version that was logged before, and once more', async (given) => {
    const link = 'acme/model-registry/cat-or-dog:v0'
    expect(await linkALoggedVersion(given)).toEqual({ link, again: link, isNew: false })
    expect(await given.ledger.resolve('cat-or-dog:staging')).toMatchObject({ path: link })
    expect((await given.ledger.versions('cat-or-dog')).items).toHaveLength(1)
  })

  example('log inside a run', async (given) => {
    const { logged, run } = await logInsideARun(given)
    expect(await given.ledger.resolve('animals:first-try')).toMatchObject({
      path: logged,
      version: 0,
      run,
      metadata: { source: 'drawn by hand' },
    })
    expect(await given.ledger.runDetails(run)).toMatchObject({ logged: [logged], jobType: 'collect' })
    expect(await filesOf(given, logged)).toEqual({
      'labels.csv': 'cat,dog',
      'images/cat.txt': '=^.^=',
      'images/dog.txt': 'U・ᴥ・U',
    })
  })

  example('save outside a run', async (given) => {
    expect(await saveOutsideARun(given)).toEqual({ saved: 'acme/animals/animals:v0' })
    expect(await given.ledger.resolve('animals')).toMatchObject({ version: 0, run: null, actor: 'anna' })
    expect(await given.ledger.runs()).toEqual({ items: [] })
    expect(await filesOf(given, 'animals:v0')).toEqual({ 'labels.csv': 'cat,dog' })
  })

  example('a distributed version with an id', async (given) => {
    expect(await distributedWithAnId(given)).toEqual({ version: 'acme/animals/animals:v0' })
    expect(await filesOf(given, 'animals:v0')).toEqual({
      'cats.csv': 'Tom',
      'dogs.csv': 'Spike',
      'mice.csv': 'Jerry',
    })
    expect(await given.ledger.resolve('animals:latest')).toMatchObject({
      version: 0,
      distributed: { distributedId: 'night-of-3-may', generation: 0 },
    })
    expect(await given.ledger.openDrafts()).toEqual([])
    expect((await given.ledger.runs()).items.map(({ group, outcome }) => ({ group, outcome }))).toEqual(
      Array(3).fill({ group: null, outcome: 'finished' }),
    )
  })

  example('a distributed version by the group of its runs', async (given) => {
    expect(await distributedByGroup(given)).toEqual({ version: 'acme/animals/animals:v0' })
    expect(await filesOf(given, 'animals:v0')).toEqual({ 'cats.csv': 'Tom', 'dogs.csv': 'Spike' })
    expect((await given.ledger.versions('animals')).items).toMatchObject([
      { distributed: { distributedId: 'night-of-3-may', generation: 0 } },
    ])
    expect((await given.ledger.runs()).items.map(({ group }) => group)).toEqual(Array(3).fill('night-of-3-may'))
  })

  example('a distributed version on a base', async (given) => {
    expect(await distributedOnABase(given)).toEqual({ version: 'acme/animals/animals:v1' })
    expect(await filesOf(given, 'animals:v1')).toEqual({
      'birds.csv': 'Tweety',
      'cats.csv': 'Tom, Butch',
      'mice.csv': 'Jerry',
    })
    expect(await given.ledger.resolve('animals:latest')).toMatchObject({
      base: 'acme/animals/animals:v0',
      distributed: { distributedId: 'night-of-3-may', generation: 0, writers: ['first', 'second'] },
    })
  })

  const changed = { 'cats.csv': 'Tom, Butch', 'mice.csv': 'Jerry' }

  example('a draft inside a run', async (given) => {
    expect(await draftInsideARun(given)).toEqual({ next: 'acme/animals/animals:v1' })
    expect(await filesOf(given, 'animals:v1')).toEqual(changed)
    const [run] = (await given.ledger.runs()).items
    expect(run).toMatchObject({
      used: [{ version: 'acme/animals/animals:v0' }],
      logged: ['acme/animals/animals:v1'],
    })
    expect(await given.ledger.resolve('animals:latest')).toMatchObject({
      version: 1,
      base: 'acme/animals/animals:v0',
      run: run?.path,
    })
  })

  example('a draft outside a run', async (given) => {
    expect(await draftOutsideARun(given)).toEqual({ next: 'acme/animals/animals:v1' })
    expect(await filesOf(given, 'animals:v1')).toEqual(changed)
    expect(await given.ledger.resolve('animals:latest')).toMatchObject({
      version: 1,
      base: 'acme/animals/animals:v0',
      run: null,
    })
  })

  example('use what is best or latest', async (given) => {
    const [best, latest] = ['acme/animals/animal-net:v0', 'acme/animals/animal-net:v1']
    expect(await useBestOrLatest(given)).toEqual({ best, latest, weights: '[0.1, 0.2]' })
    const [run] = (await given.ledger.runs()).items
    expect(run?.used).toEqual([
      { version: best, through: null },
      { version: latest, through: null },
    ])
  })

  example('which predictions differ', async (given) => {
    const cells = [
      { column: 'label', from: 'cat', to: 'dog' },
      { column: 'score', from: 0.6, to: 0.8 },
    ]
    expect(await comparePredictions(given)).toMatchObject({
      compared: 'acme/animals/predictions:v1',
      tables: [
        {
          path: 'predictions.table.json',
          changed: { count: 1, rows: [{ key: { image: 'dog.png' }, cells }] },
          removed: { count: 0 },
          added: { count: 0 },
        },
      ],
    })
    expect(JSON.parse((await filesOf(given, 'predictions:v0'))['predictions.table.json'] ?? '')).toMatchObject({
      _type: 'table',
      nrows: 2,
    })
  })

  example('use a registered model', async (given) => {
    expect(await useAModel(given)).toEqual({
      used: [{ version: 'acme/animals/weights.json:v0', through: 'acme/model-registry/cat-or-dog:v0' }],
      text: '[0.1, 0.2]',
    })
  })

  example('the source of a link, and the links of a source', async (given) => {
    const answer = await sourceAndLinks(given)
    expect(answer).toEqual({
      source: 'acme/animals/animal-net:v0',
      run: (await given.ledger.runs()).items[0]?.path,
      links: ['acme/model-registry/cat-or-dog:v0', 'acme/model-registry/mouse-or-not:v0'],
    })
  })
})

describe('the files of the samples', () => {
  const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const names = readdirSync(folder('examples/wandb'))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => name !== 'in-temporary-ledger')

  it.concurrent.each(names)('runs on its own and leaves nothing behind: %s', async (name) => {
    const temporary = await mkdtemp(join(tmpdir(), 'model-ledger-test-'))
    const env = { ...process.env, TMPDIR: temporary, TEMP: temporary }
    const script = folder(`dist/examples/wandb/${name}.js`)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { env })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^\{.*acme\/.*\}\n$/s)
    await rmdir(temporary)
  })

  it('stand in the table of examples/README.md, all of them and nothing else', () => {
    const table = readFileSync(folder('examples/README.md'), 'utf8')
    const rows = [...table.matchAll(/\(wandb\/([\w-]+)\.ts\)/g)].map(([, name]) => name)
    expect(rows.sort()).toEqual(names.sort())
  })

  it('are tested above, each by its outcome', () => {
    const imports = [...readFileSync(folder('test/examples/wandb.test.ts'), 'utf8').matchAll(/wandb\/([\w-]+)\.js'/g)]
    expect(imports.map(([, name]) => name).filter((name) => name !== 'in-temporary-ledger')).toEqual(names.sort())
  })
})
