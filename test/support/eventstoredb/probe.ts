/** Asks the server at EVENTSTORE_URL what the stand-in is asked with every test run, and prints where it answers otherwise. */
import { readConnectionString } from '../../../adapters/eventstoredb/connection-string.js'
import { differences } from './questions.js'

const connection = readConnectionString(process.env['EVENTSTORE_URL'])
if (connection._tag === 'Left') throw new Error(`EVENTSTORE_URL: ${connection.left.reason}`)
const { asked, differences: found } = await differences(connection.right)
for (const { about, expected, answered, known } of found)
  console.log(`${about}\n  expected (${known}): ${expected}\n  answered: ${answered}`)
console.log(`${found.length} of ${asked} questions were answered otherwise than by the stand-in`)
process.exitCode = found.length === 0 ? 0 : 1
