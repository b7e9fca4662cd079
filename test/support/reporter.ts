import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends the output of a run with one plain line, `12 passed, 0 failed` or `12 passed, 1 failed, 3 skipped`,
 * for whoever reads it by machine. A file that does not load, a failing hook, an error outside every test
 * and a run without tests count as failures; the exit code is 0 only if nothing failed.
 */
export default class LastLine implements Reporter {
  private passed = 0
  private failed = 0
  private skipped = 0

  onInit(): void {
    // At exit, because coverage is printed after the last reporter was called.
    process.once('exit', (code) => {
      const nothingRan = this.passed + this.failed === 0
      const failed = Math.max(this.failed, code !== 0 || nothingRan ? 1 : 0)
      const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : ''
      process.exitCode = failed === 0 ? 0 : code || 1
      const seed = process.env['MODEL_LEDGER_SEED']
      if (seed !== undefined) process.stdout.write(`The random rounds of this run again: MODEL_LEDGER_SEED=${seed}\n`)
      process.stdout.write(`${this.passed} passed, ${failed} failed${skipped}\n`)
    })
  }

  onTestRunEnd(testModules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    this.passed = 0
    this.skipped = 0
    this.failed = unhandledErrors.length
    for (const module of testModules) {
      this.failed += failures(module.errors())
      for (const suite of module.children.allSuites()) this.failed += failures(suite.errors())
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') this.passed += 1
        else if (state === 'skipped') this.skipped += 1
        else this.failed += 1
      }
    }
  }
}

const failures = (errors: ReadonlyArray<unknown>): number => (errors.length > 0 ? 1 : 0)
