// Runs all audits of the GraphQL over HTTP specification against the real server.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { auditServer } from 'graphql-http'

import { start } from './server.mjs'

let server
before(async () => (server = await start()))
after(() => server?.stop())

test('the server passes every audit of GraphQL over HTTP', async () => {
  const counts = { ok: 0, warn: 0, notice: 0, error: 0 }
  for (const result of await auditServer({ url: `${server.url}/graphql` })) {
    counts[result.status]++
    if (result.status !== 'ok') console.log(`${result.status}: ${result.name}: ${result.reason}`)
  }
  console.log(counts)
  assert.deepEqual(counts, { ok: 61, warn: 0, notice: 0, error: 0 })
})
