// Events leave the real server by webhooks, subscriptions and calendar feeds, and are read by
// other people's libraries and by the examples.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import ICAL from 'ical.js'
import { Webhook } from 'standardwebhooks'

import { start } from './server.mjs'

const examples = fileURLToPath(new URL('../examples', import.meta.url))

let server
before(async () => (server = await start({ RATE_LIMIT: 'off', SAMPLE_DATA: 'off' })))
after(() => server?.stop())

// mutate runs a mutation that must not be refused.
async function mutate(name, input, fields) {
  const type = name[0].toUpperCase() + name.slice(1)
  const { done } = await server.ask(`mutation ($input: ${type}Input!) { done: ${name}(input: $input) { ${fields} errors { message } } }`, { input })
  assert.deepEqual(done.errors, [])
  return done
}

let people = 0

// book creates a student and a slot that they may book, books the slot, and returns the ids.
async function book() {
  const email = `${++people}@example.org`
  const { student } = await mutate('createStudent', { name: 'Ada', email: `s${email}` }, 'student { id }')
  const { interviewer } = await mutate('createInterviewer', { name: 'Ann', email: `i${email}` }, 'interviewer { id }')
  const day = new Date(Date.now() + 3 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  const window = { interviewerId: interviewer.id, start: `${day}T10:00:00Z`, end: `${day}T11:00:00Z` }
  const { slots } = await mutate('addAvailability', window, 'slots { id }')
  const { interview } = await mutate('bookSlot', { studentId: student.id, slotId: slots[0].id }, 'interview { id }')
  return { student: student.id, interviewer: interviewer.id, slot: slots[0].id, interview: interview.id, start: window.start }
}

// receiver stores the requests to it. It answers them with the given statuses, and then 204.
async function receiver(t, ...statuses) {
  const requests = []
  const waiting = []
  const listening = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    response.writeHead(statuses.shift() ?? 204).end()
    requests.push({ headers: request.headers, text: Buffer.concat(chunks).toString() })
    waiting.splice(0).forEach((resolve) => resolve())
  })
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  t.after(() => {
    listening.closeAllConnections()
    listening.close()
  })
  return {
    url: `http://127.0.0.1:${listening.address().port}/hooks`,
    // next returns the next request, after the ones that it has returned.
    async next() {
      while (requests.length === 0) await new Promise((resolve) => waiting.push(resolve))
      return requests.shift()
    },
  }
}

// hook creates a webhook that is deleted at the end of the test.
async function hook(t, url, kinds) {
  const { webhook, secret } = await mutate('createWebhook', { url, kinds }, 'webhook { id } secret')
  t.after(() => mutate('deleteWebhook', { webhookId: webhook.id }, 'webhookId'))
  return { id: webhook.id, secret }
}

test('the npm library of Standard Webhooks accepts a request, and rejects changed ones', { timeout: 60_000 }, async (t) => {
  const to = await receiver(t)
  const { id, secret } = await hook(t, to.url, ['INTERVIEW_BOOKED'])
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const { interview, student } = await book()
  const { headers, text } = await to.next()
  const body = new Webhook(secret).verify(text, headers)
  assert.equal(body.type, 'INTERVIEW_BOOKED')
  assert.deepEqual([body.data.interviewId, body.data.studentId, body.data.interview.status], [interview, student, 'BOOKED'])

  const other = new Webhook(`whsec_${Buffer.alloc(32).toString('base64')}`)
  assert.throws(() => other.verify(text, headers), /No matching signature/)
  assert.throws(() => new Webhook(secret).verify(text.replace('BOOKED', 'GRADED'), headers), /No matching signature/)
  assert.throws(() => new Webhook(secret).verify(text, { ...headers, 'webhook-id': 'evt_0' }), /No matching signature/)
  const later = String(Number(headers['webhook-timestamp']) + 1)
  assert.throws(() => new Webhook(secret).verify(text, { ...headers, 'webhook-timestamp': later }), /No matching signature/)

  const rotated = await mutate('rotateWebhookSecret', { webhookId: id }, 'secret')
  await book()
  const both = await to.next()
  for (const valid of [secret, rotated.secret]) new Webhook(valid).verify(both.text, both.headers)
})

test('a refused request is sent again with the same id', { timeout: 60_000 }, async (t) => {
  const to = await receiver(t, 500)
  const { secret } = await hook(t, to.url, ['INTERVIEW_BOOKED'])
  await book()
  const first = await to.next()
  const second = await to.next()
  assert.equal(second.headers['webhook-id'], first.headers['webhook-id'])
  assert.notEqual(second.headers['webhook-timestamp'], first.headers['webhook-timestamp'])
  new Webhook(secret).verify(second.text, second.headers)
})

// program runs an example. line returns the next line that it prints.
function program(t, file, env) {
  const child = spawn('node', [file], {
    cwd: examples,
    env: { ...process.env, REHEARSE_URL: `${server.url}/graphql`, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return { line: async () => (await lines.next()).value?.trim(), ended: once(child, 'exit') }
}

test('the example of a receiver stores each event once', { timeout: 60_000 }, async (t) => {
  const to = await receiver(t, 500)
  const { id, secret } = await hook(t, to.url, ['INTERVIEW_BOOKED'])
  const folder = await mkdtemp(join(tmpdir(), 'rehearse-queue-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const queue = join(folder, 'missing', 'queue.jsonl')
  const { line } = program(t, 'webhook-receiver.mjs', { WEBHOOK_SECRET: secret, PORT: '0', QUEUE: queue })
  const [, url] = /^listening: (\S+)$/.exec(await line())
  const { interview } = await book()
  const { headers, text } = await to.next()
  assert.equal((await fetch(url, { method: 'POST', body: text.replace('BOOKED', 'GRADED'), headers: signed(headers) })).status, 400)
  assert.match(await line(), /^rejected: No matching signature/)
  assert.equal((await fetch(url, { method: 'POST', body: 'x'.repeat((1 << 20) + 1), headers: signed(headers) })).status, 413)
  assert.equal((await fetch(url, { method: 'POST', body: text, headers: signed(headers) })).status, 500) // it cannot be stored
  assert.match(await line(), /^not stored: ENOENT/)
  await mkdir(join(folder, 'missing'))
  for (let n = 0; n < 2; n++) assert.equal((await fetch(url, { method: 'POST', body: text, headers: signed(headers) })).status, 204)
  assert.equal(await line(), `received: ${headers['webhook-id']} INTERVIEW_BOOKED interview ${interview} is BOOKED`)
  const events = (await readFile(queue, 'utf8')).trim().split('\n').map((each) => JSON.parse(each))
  assert.deepEqual(events.map((event) => [event.id, event.data.interviewId]), [[headers['webhook-id'], interview]])

  await mutate('updateWebhook', { webhookId: id, url }, 'webhook { id }')
  const next = await book()
  assert.match(await line(), new RegExp(`^received: evt_\\d+ INTERVIEW_BOOKED interview ${next.interview} is BOOKED$`))
})

// signed returns the headers that a receiver needs.
const signed = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('webhook-')))

test('the example that processes events continues where it stopped', { timeout: 60_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rehearse-events-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const position = join(folder, 'position.txt')
  await book()
  const seen = []
  // Each run ends after some events. Those that are committed in between are processed by the next one.
  for (const EVENTS of ['2', '3', '6']) {
    const { line, ended } = program(t, 'process-events.mjs', { POSITION: position, EVENTS })
    for (let n = 0; n < Number(EVENTS); n++) {
      if (seen.length === 5 || seen.length === 8) await book() // before the program has processed all existing events, and after
      seen.push(/^event: (\d+) /.exec(await line())[1])
    }
    assert.deepEqual(await ended, [0, null])
    assert.equal(await readFile(position, 'utf8'), seen.at(-1))
  }
  const { eventsAfter } = await server.ask('{ eventsAfter(first: 11) { nodes { id } } }')
  assert.deepEqual(seen, eventsAfter.nodes.map(({ id }) => id))
})

test('ical.js reads a calendar feed', { timeout: 60_000 }, async () => {
  const { interviewer, interview, start: at } = await book()
  const { url } = await mutate('createCalendarFeed', { interviewerId: interviewer }, 'url')
  const response = await fetch(url)
  assert.equal(response.headers.get('content-type'), 'text/calendar; charset=utf-8')
  const calendar = new ICAL.Component(ICAL.parse(await response.text()))
  assert.equal(calendar.getFirstPropertyValue('refresh-interval').toSeconds(), 3600)
  const [event, ...others] = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component))
  assert.deepEqual([event.summary, event.startDate.toJSDate().toISOString(), others.length], ['Mock interview with Ada', at.replace('Z', '.000Z'), 0])
  await mutate('cancelInterview', { interviewId: interview, reason: 'ill' }, 'interview { id }')
  const changed = await fetch(url, { headers: { 'If-None-Match': response.headers.get('etag') } })
  const cancelled = new ICAL.Component(ICAL.parse(await changed.text())).getAllSubcomponents('vevent')
  const status = cancelled.filter((component) => component.getFirstPropertyValue('uid') === event.uid).map((component) => component.getFirstPropertyValue('status'))
  assert.deepEqual(status, ['CANCELLED'])
  assert.equal((await fetch(url, { headers: { 'If-None-Match': changed.headers.get('etag') } })).status, 304)
})
