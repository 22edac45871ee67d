// Receives webhooks: verifies the signature of each request, ignores events that it has
// handled, and prints the others. WEBHOOK_SECRET is the secret of the webhook, or both secrets
// while it is rotated, separated by a space.
import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

const { WEBHOOK_SECRET, PORT = '9999' } = process.env
if (!WEBHOOK_SECRET) throw new Error('WEBHOOK_SECRET is not set: expected the secret of the webhook')
const webhooks = WEBHOOK_SECRET.split(' ').map((secret) => new Webhook(secret))
const largest = 1 << 20 // bytes of a body
const handled = new Set() // a real program stores the ids with its results

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

async function bytesOf(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > largest) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const server = createServer(async (request, response) => {
  let body
  try {
    body = verified(await bytesOf(request), request.headers) // the bytes, not parsed JSON
  } catch (cause) {
    response.writeHead(400).end()
    console.log('rejected:', cause.message)
    return
  }
  const id = request.headers['webhook-id']
  response.writeHead(204).end()
  if (handled.has(id)) return
  handled.add(id)
  console.log('received:', id, body.type, body.data.interview ? `interview ${body.data.interview.id} is ${body.data.interview.status}` : '')
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening: http://127.0.0.1:${server.address().port}/`))
