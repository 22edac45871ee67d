import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start } from './server.mjs'

let server
before(async () => (server = await start()))
after(() => server.stop())

async function viewer(headers = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ viewer { role person { ... on Student { id } } } }' }),
  })
  return { status: response.status, ...(await response.json()) }
}

test('a request without a token is from the local administrator', async () => {
  assert.deepEqual((await viewer()).data, { viewer: { role: 'ADMIN', person: null } })
})

test('a token from the token command identifies the student', async () => {
  const Authorization = `Bearer ${await server.token('student', 101)}`
  assert.deepEqual((await viewer({ Authorization })).data, { viewer: { role: 'STUDENT', person: { id: '101' } } })
})

test('a token of another server is refused', async () => {
  const other = await start({ SAMPLE_DATA: 'off' })
  const Authorization = `Bearer ${await other.token('student', 101)}`
  await other.stop()
  const answer = await viewer({ Authorization })
  assert.equal(answer.status, 401)
  assert.equal(answer.errors[0].extensions.code, 'UNAUTHENTICATED')
})
