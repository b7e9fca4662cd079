import { expect, it } from 'vitest'
import { tellFailure } from '../../../adapters/cli/program.js'
import { categoriesOnPage, errorsOf } from '../../support/error-categories.js'

it.each(categoriesOnPage())(
  '$category has the exit code of the page of errors, whichever code it is',
  ({ category, exitCode }) => {
    const errors = errorsOf(category)
    expect(errors).not.toEqual([])
    for (const error of errors) {
      const told: string[] = []
      expect(tellFailure(error, ['--json'], (text) => told.push(text))).toBe(exitCode)
      expect(JSON.parse(told.join(''))).toMatchObject({ code: error.code, category })
    }
  },
)
