// A proxy that delays subscriptions, as a busy server does.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'

const { WebSocket, WebSocketServer } = createRequire(new URL('../examples/package.json', import.meta.url))('ws')

// delay starts a proxy that forwards requests and sockets to the server at the URL until
// stop is called. It delays each subscription by the given time, and with it the later
// messages of the same socket, so that the order is kept.
export async function delay(url, milliseconds) {
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming
    const passed = request(new URL(incoming.url, url), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] })
  sockets.on('connection', (near, { url: path }) => {
    const far = new WebSocket(new URL(path, url.replace(/^http/, 'ws')), near.protocol)
    let sent = once(far, 'open').catch(() => near.close())
    near.on('message', (message) => {
      const text = message.toString()
      sent = sent.then(async () => {
        if (/subscription/.test(text)) await setTimeout(milliseconds)
        far.send(text)
      })
    })
    far.on('message', (message) => near.send(message.toString()))
    near.on('close', () => far.close())
    far.on('close', () => near.close())
    far.on('error', () => near.close())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      sockets.clients.forEach((socket) => socket.terminate())
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
