/** An export as a text in pieces: where its lines end, and what stands in them. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type Ledger, openLedger } from '../../index.js'
import { AWKWARD_TEXT } from '../support/awkward.js'

const opened = (): Promise<Ledger> =>
  openLedger({ events: memoryEventStore(), files: memoryFileStore(), actor: 'anna', entity: 'acme', project: 'p' })

const exported = async (ledger: Ledger): Promise<string[]> => {
  const lines: string[] = []
  for await (const line of ledger.exportEvents()) lines.push(line)
  return lines
}

describe('the text of an export', () => {
  let lines: string[]
  let text: string

  beforeAll(async () => {
    const ledger = await opened()
    await ledger.logArtifact({
      name: 'm',
      type: 'model',
      content: [{ bytes: 'a', as: 'm' }],
      description: AWKWARD_TEXT,
      metadata: { [AWKWARD_TEXT]: [AWKWARD_TEXT, { '"': 1, '\\': 2, '\u2028': 3 }] },
    })
    lines = await exported(ledger)
    text = lines.join('')
  })

  /** What a ledger holds that has read the pieces. */
  const imported = async (pieces: Parameters<Ledger['importEvents']>[0]): Promise<string> => {
    const ledger = await opened()
    await ledger.importEvents(pieces)
    return (await exported(ledger)).join('')
  }

  it('stands on as many lines as it has line feeds, whatever else is in it', () => {
    expect(text).toContain('\u2028\u2029\u0085')
    expect(text.split('\n')).toHaveLength(lines.length + 1)
  })

  it('is read in whatever pieces it comes, texts or bytes', async () => {
    const bytes = Buffer.from(text)
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (places, asBytes) => {
        const ends = [...places.toSorted((a, b) => a - b), bytes.length]
        const whole = asBytes ? bytes : text
        const pieces = ends.map((end, at) => whole.slice(ends[at - 1] ?? 0, end))
        expect(await imported(pieces)).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  it('is read from a stream of its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-text-'))
    const file = join(folder, 'events.ndjson')
    writeFileSync(file, text)
    for (const options of [{}, { highWaterMark: 7 }, { encoding: 'utf8', highWaterMark: 5 }] as const)
      expect(await imported(createReadStream(file, options))).toBe(text)
    rmSync(folder, { recursive: true })
  })

  it.each<[string, (whole: string) => string]>([
    ['with a byte order mark', (whole) => `\ufeff${whole}`],
    ['with CR LF', (whole) => whole.replaceAll('\n', '\r\n')],
    ['with blank lines at its end', (whole) => `${whole}\n\r\n\n`],
    ['without its last line feed', (whole) => whole.slice(0, -1)],
    ['with all of these', (whole) => `\ufeff${whole.replaceAll('\n', '\r\n')}\r\n`],
  ])('is the same %s', async (_, changed) => {
    expect(await imported([changed(text)])).toBe(text)
    expect(
      await imported(
        Buffer.from(changed(text))
          .toString('latin1')
          .split(/(?=\n)/)
          .map((piece) => Buffer.from(piece, 'latin1')),
      ),
    ).toBe(text)
  })

  it.each<[string, (all: string[]) => Iterable<string | Uint8Array>, number, string]>([
    ['with a blank line in it', ([first = '', ...rest]) => [first, '\n', ...rest], 2, 'it is not JSON'],
    ['with a second byte order mark', ([first = '', ...rest]) => [first, '\ufeff', ...rest], 2, 'it is not JSON'],
    [
      'that is not UTF-8',
      ([first = '', ...rest]) => [Buffer.from(first), Buffer.of(0xc3), ...rest],
      2,
      'it is not UTF-8',
    ],
    ['that ends within a character', (all) => [Buffer.from(all.join('')), Buffer.of(0xe2)], 6, 'it is not UTF-8'],
    ['whose line feeds were cut off', (all) => [...all, ...all].map((line) => line.trimEnd()), 1, 'it does not end'],
  ])('is refused %s, told by the line', async (_, changed, line, reason) => {
    const ledger = await opened()
    await expect(ledger.importEvents(changed(lines))).rejects.toMatchObject({
      code: 'not-an-export',
      error: { line, reason: expect.stringContaining(reason) },
    })
    await ledger.close()
  })
})
