// Processes every event of the school once, in commit order. The file POSITION has the id of
// the last event that was processed, so the program continues there after a restart or a lost
// connection. It ends when it has processed EVENTS events; without EVENTS, it never ends.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createClient } from 'graphql-sse'
import { headers, sse, url } from './school.mjs'

const { POSITION = 'position.txt', EVENTS } = process.env
let last = existsSync(POSITION) ? readFileSync(POSITION, 'utf8') : null
let remaining = Number(EVENTS ?? Infinity)

// store replaces the file as a whole, so that it always has an id. A real program stores the id
// in the transaction with its results.
function store(id) {
  last = id
  writeFileSync(`${POSITION}.new`, id)
  renameSync(`${POSITION}.new`, POSITION)
}

function processed({ id, kind, interview }) {
  console.log('event:', id, kind, interview ? `interview ${interview.id}` : '')
  store(id)
  if (--remaining === 0) process.exit()
}

const fields = 'id kind interview { id }'

// check throws the first error. An error that a retry cannot resolve ends the program.
const lasting = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT']
function check(errors) {
  if (errors) throw Object.assign(new Error(errors[0].message), { lasting: lasting.includes(errors[0].extensions?.code) })
}

// catchUp processes all events that were committed while the program did not run.
async function catchUp() {
  for (let hasMore = true; hasMore; ) {
    const query = `query ($after: ID) { eventsAfter(id: $after, first: 100) { nodes { ${fields} } lastId hasMore } }`
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables: { after: last } }),
    })
    const { data, errors } = await response.json()
    check(errors)
    data.eventsAfter.nodes.forEach(processed)
    if (data.eventsAfter.lastId) store(data.eventsAfter.lastId)
    hasMore = data.eventsAfter.hasMore
  }
}

// follow processes events as they are committed, and returns when the connection is lost.
async function follow() {
  const client = createClient({ ...sse(), retryAttempts: 0 }) // a retry would send the same id again, and not the latest
  const query = `subscription ($after: ID) { eventAdded(after: $after) { ${fields} } }`
  for await (const { data, errors } of client.iterate({ query, variables: { after: last } })) {
    check(errors)
    processed(data.eventAdded)
  }
}

for (let pause = 0; ; pause = Math.min(2 * pause + 100, 10_000)) {
  await new Promise((resolve) => setTimeout(resolve, pause))
  try {
    await catchUp()
    pause = 0
    await follow()
  } catch (cause) {
    if (cause.lasting) throw cause
    console.error('trying again:', cause.message)
  }
}
