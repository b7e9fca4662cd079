/**
 * Makes what is published, below `lib/` or the folder that is named: one file for each entry of package.json and for
 * the command line, over shared ones that hold our modules and those of the packages that all of them need. Node
 * takes half a millisecond for each file that it loads, and the sources are six hundred. See ADR 38.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

// As npm runs scripts.
const root = process.cwd()
const manifest = readFileSync(join(root, 'package.json'), 'utf8')

/** `./lib/domain/index.js` is made of `domain/index.ts`. */
const entries = [...manifest.matchAll(/"\.\/lib\/(.+)\.js"/g)].map(([, name = '']) => name)

/** The terms of the packages that are built in, which go with every copy of them. */
const licences: Plugin = {
  name: 'licences',
  generateBundle(_, bundle) {
    const inside = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
    const packages = inside.flatMap(
      (id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll(sep, '/'))?.[1] ?? [],
    )
    const terms = [...new Set(packages)].sort().map((name) => {
      const folder = join(root, 'node_modules', name)
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
      if (file === undefined) throw new Error(`${folder} does not say on what terms it may be passed on`)
      return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
    })
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: terms.join(`\n${'-'.repeat(80)}\n\n`) })
  },
}

const bundled = await rolldown({
  cwd: root,
  platform: 'node',
  input: {
    ...Object.fromEntries(entries.map((name) => [name, `${name}.ts`])),
    // A thread begins with a file, which is looked for beside the one that begins it.
    'shared/reading-worker': 'adapters/sqlite/reading-worker.ts',
  },
  // Native, or for one store alone, which loads it when it is used.
  external: ['better-sqlite3', /^@eventstore\/db-client(\/|$)/],
  resolve: {
    // As ES modules, of which what is not used is left out.
    alias: {
      'fp-ts/lib': join(root, 'node_modules/fp-ts/es6'),
      rxjs: join(root, 'node_modules/rxjs/dist/esm/index.js'),
    },
    mainFields: ['module', 'main'],
  },
  plugins: [licences],
})
await bundled.write({
  dir: process.argv[2] ?? 'lib',
  entryFileNames: '[name].js',
  // What has the name of its folder would be called after the checkout.
  chunkFileNames: ({ name }) => `shared/${name === basename(root) ? 'ledger' : name}.js`,
  sourcemap: true,
})
await bundled.close()
