#!/usr/bin/env node
/** The program `model-ledger`. A Node that can keeps what it compiles for the next start, if it is told so before the rest is loaded. */
import * as nodeModule from 'node:module'

/** Node 22 and later have it. Where nothing can be kept, or `NODE_DISABLE_COMPILE_CACHE` is set, it does nothing. */
const keepCompiled: unknown = Reflect.get(nodeModule, 'enableCompileCache')
if (typeof keepCompiled === 'function') keepCompiled()

const { commandLine } = await import('./command-line.js')
await commandLine(process.argv.slice(2))
