import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { print, styled } from '../../../adapters/cli/output.js'
import { commandLine, ENV, terminalIn } from '../../support/command-line.js'

const cwd = mkdtempSync(join(tmpdir(), 'model-ledger-environment-'))
const plainFile = join(cwd, 'a.json')
const ledgerWith = (env: Readonly<Record<string, string>>) => commandLine(cwd, { env: { ...ENV, ...env } })

beforeAll(async () => {
  writeFileSync(plainFile, '1')
  await ledgerWith({})('init')
  await ledgerWith({})('log', 'model', 'a.json', '--type', 'model')
})
afterAll(() => rmSync(cwd, { recursive: true }))

describe('a variable of the environment', () => {
  it.each([
    ['MODEL_LEDGER'],
    ['MODEL_LEDGER_EVENTS'],
    ['MODEL_LEDGER_EVENTS_LEDGER'],
    ['MODEL_LEDGER_ACTOR'],
    ['MODEL_LEDGER_ENTITY'],
    ['MODEL_LEDGER_PROJECT'],
    ['MODEL_LEDGER_CACHE'],
  ])('that is set to nothing is unset: %s', async (name) => {
    const ledger = ledgerWith({ [name]: '' })
    expect(await ledger('resolve', 'acme/churn/model')).toMatchObject({ code: 0, err: '' })
    const tagged = await ledger('tag', 'acme/churn/model:v0', name.toLowerCase())
    expect(tagged).toMatchObject({ code: 0, err: '' })
    const bare = await ledger('resolve', 'model')
    const [code, message] =
      name === 'MODEL_LEDGER_ENTITY'
        ? [2, 'say --entity or MODEL_LEDGER_ENTITY']
        : name === 'MODEL_LEDGER_PROJECT'
          ? [3, 'did you mean acme/churn/model?']
          : [0, '']
    expect(bare).toMatchObject({ code, err: expect.stringContaining(message) })
  })

  it.each([
    ['MODEL_LEDGER', '/nowhere/at/all', 3, 'there is no ledger in'],
    ['MODEL_LEDGER', plainFile, 3, 'there is no ledger in'],
    ['MODEL_LEDGER_EVENTS', 'http://localhost', 2, 'a connection string must be'],
    ['MODEL_LEDGER_ACTOR', 'an\nna', 2, 'expected the actor'],
    ['MODEL_LEDGER_ENTITY', 'a/b', 2, 'expected the name of an entity'],
    ['MODEL_LEDGER_PROJECT', 'a/b/c', 2, 'expected the name of a project'],
    ['MODEL_LEDGER_PROJECT', 'acme/b?', 2, 'expected the name of a project'],
    ['MODEL_LEDGER_CACHE', plainFile, 2, 'expected the path of a folder'],
  ])('with a wrong value is named: %s=%j', async (name, value, code, message) => {
    const refused = await ledgerWith({ [name]: value })('--json', 'use', 'model')
    expect(refused).toMatchObject({ code, out: '' })
    expect(JSON.parse(refused.err).message).toMatch(new RegExp(`^${name}: ${message}`))
  })

  it.each([
    ['MODEL_LEDGER_ENTITY', '..', 'a name other than'],
    ['MODEL_LEDGER_ENTITY', 'Jose\u0301', 'its NFC form "José"'],
    ['MODEL_LEDGER_PROJECT', '.', 'a name other than'],
    ['MODEL_LEDGER_PROJECT', 'acme/two\u00a0words', 'a name without control, format and separator'],
    ['MODEL_LEDGER_PROJECT', '../churn', 'a name other than'],
  ])('with a value that nothing new may have is named when it is written: %s=%j', async (name, value, message) => {
    const ledger = ledgerWith({ MODEL_LEDGER_ENTITY: name === 'MODEL_LEDGER_ENTITY' ? '' : 'acme', [name]: value })
    const refused = await ledger('--json', 'log', 'new', 'a.json', '--type', 'model')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(JSON.parse(refused.err).message).toMatch(
      new RegExp(`^${name}: expected.* ${message}|^${name}: expected ${message}`),
    )
    // What is wrong with a name that was typed is not the variable's.
    expect((await ledger('log', 'a/b\u200b/new', 'a.json', '--type', 'model')).err).toContain('project of "a/b')
  })

  it('with the entity before the project is named by the project', async () => {
    const refused = await ledgerWith({ MODEL_LEDGER_ENTITY: '', MODEL_LEDGER_PROJECT: 'a?/churn' })('resolve', 'model')
    expect(refused.err).toContain('MODEL_LEDGER_PROJECT: expected the name of an entity')
  })

  it('is not named where the option is given', async () => {
    const refused = await ledgerWith({ MODEL_LEDGER_ENTITY: 'acme' })('--entity', 'a?', 'resolve', 'model')
    expect(refused.err).toContain('entity: expected the name of an entity')
    expect(refused.err).not.toContain('MODEL_LEDGER')
  })

  it('NO_COLOR takes colours away where it says anything', () => {
    const colour = (value: string) =>
      print(terminalIn(cwd, { isPerson: true, env: { NO_COLOR: value } }).terminal, styled('red', 'x'))
    expect(colour('')).not.toBe('x')
    expect(colour('1')).toBe('x')
  })
})
