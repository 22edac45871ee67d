// Receives webhooks: verifies the signature of each request, ignores events that it has
// stored, and appends the others to the file QUEUE, from which another program could process
// them. WEBHOOK_SECRET is the secret of the webhook, or both secrets while it is rotated,
// separated by a space.
import { appendFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

const { WEBHOOK_SECRET, PORT = '9999', QUEUE = 'queue.jsonl' } = process.env
if (!WEBHOOK_SECRET) throw new Error('WEBHOOK_SECRET is not set: expected the secret of the webhook')
const webhooks = WEBHOOK_SECRET.split(' ').map((secret) => new Webhook(secret))
const largest = 1 << 20 // bytes of a body
const stored = new Map() // promises by id; a real program stores the ids with the events, in a database

// verified returns the body, or throws if no secret has signed it or if it is old.
function verified(text, headers) {
  let cause
  for (const webhook of webhooks) {
    try {
      return webhook.verify(text, headers)
    } catch (failure) {
      cause = failure
    }
  }
  throw cause
}

// bytesOf returns the body of a request, or null if it is too large.
async function bytesOf(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= largest) chunks.push(chunk)
  }
  return size > largest ? null : Buffer.concat(chunks)
}

// enqueue stores an event.
async function enqueue(id, body) {
  await appendFile(QUEUE, JSON.stringify({ id, ...body }) + '\n')
  console.log('received:', id, body.type, body.data.interview ? `interview ${body.data.interview.id} is ${body.data.interview.status}` : '')
}

// enqueueOnce stores an event unless it is stored already.
async function enqueueOnce(id, body) {
  if (!stored.has(id)) stored.set(id, enqueue(id, body))
  try {
    await stored.get(id)
  } catch (cause) {
    stored.delete(id)
    throw cause
  }
}

// receive handles a request and returns the status of the response.
async function receive(request) {
  const bytes = await bytesOf(request)
  if (bytes === null) return 413
  let body
  try {
    body = verified(bytes, request.headers) // the bytes, not parsed JSON
  } catch (cause) {
    console.log('rejected:', cause.message)
    return 400
  }
  try {
    await enqueueOnce(request.headers['webhook-id'], body)
  } catch (cause) {
    console.log('not stored:', cause.message)
    return 500 // the server sends the event again
  }
  return 204
}

const server = createServer(async (request, response) => {
  const status = await receive(request).catch(() => 400) // the request has ended early
  response.writeHead(status).end()
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening: http://127.0.0.1:${server.address().port}/`))
