// Runs a mail server that delivers nothing and keeps the texts of the messages.
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export async function startMailServer() {
  const messages = []
  const waiting = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    async onData(stream, session, done) {
      messages.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: plain(await text(stream)) })
      done()
      waiting.splice(0).forEach((look) => look())
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${server.server.address().port}`,
    messages,
    // next waits for a message to the address, and returns its plain text.
    async next(address) {
      for (;;) {
        const at = messages.findIndex(({ to, read }) => !read && to.includes(address))
        if (at >= 0) {
          messages[at].read = true
          return messages[at].text
        }
        await new Promise((resolve) => waiting.push(resolve)) // the test has a time limit
      }
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

// plain returns the text of the first part, which is in quoted-printable.
function plain(message) {
  const part = message.split(/^Content-Type: text\/plain.*$/im)[1] ?? message
  return part.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)))
}
