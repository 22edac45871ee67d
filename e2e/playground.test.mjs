// Tests the playground in a real browser without access to other hosts.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { start } from './server.mjs'

let server, browser

before(async () => {
  server = await start()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

// visit runs a test with its own page. The test fails if the page requests another host,
// violates its content security policy or reports an error.
function visit(name, story, options) {
  test(name, { timeout: 60_000 }, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    const faults = []
    await context.exposeBinding('violated', (_, what) => faults.push(`violation of the policy: ${what}`))
    await context.addInitScript(() =>
      addEventListener('securitypolicyviolation', (e) => globalThis.violated(`${e.effectiveDirective} ${e.blockedURI}`)),
    )
    const own = (url) => ['data:', 'blob:'].includes(new URL(url).protocol) || new URL(url).host === new URL(server.url).host
    context.on('request', (request) => own(request.url()) || faults.push(`request to ${request.url()}`))
    context.on('console', (message) => {
      // The browser logs "failed to load" for every response with an error status.
      const refused = message.location().url.endsWith('/graphql')
      if (['error', 'warning'].includes(message.type()) && !refused) faults.push(`${message.type()}: ${message.text()}`)
    })
    context.on('weberror', (error) => faults.push(`error: ${error.error()}`))
    const page = await context.newPage()
    page.on('websocket', (socket) => own(socket.url()) || faults.push(`connection to ${socket.url()}`))

    await page.goto(`${server.url}/playground`)
    await page.locator('.graphiql-query-editor .view-line').first().waitFor()
    await story(page)
    await context.close()
    assert.deepEqual(faults, [])
  })
}

// write replaces the content of an editor by pasting, because typing would add closing
// brackets.
async function write(page, editor, text) {
  await page.locator(`${editor} .view-lines`).click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)
  await page.locator(`${editor} .view-lines`, { hasText: text }).waitFor()
}

const operation = '.graphiql-query-editor'
const headers = '.graphiql-editor-tool .graphiql-editor:not(.hidden)'

// run executes the operation in the editor and returns the response.
async function run(page) {
  const answered = page.waitForResponse((r) => r.request().method() === 'POST' && !r.request().postData().includes('IntrospectionQuery'))
  await page.locator('.graphiql-execute-button').click()
  return (await answered).json()
}

const shown = (page, text) => page.locator('.graphiql-response .view-lines', { hasText: text }).waitFor()

visit('a query is executed and its response is shown', async (page) => {
  await write(page, operation, '{ student(id: 101) { name } }')
  assert.deepEqual(await run(page), { data: { student: { name: 'Nora Newcomer' } } })
  await shown(page, '"name": "Nora Newcomer"')
})

visit('the documentation shows a field of the schema', async (page) => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
  const docs = page.locator('.graphiql-doc-explorer')
  await docs.getByRole('link', { name: 'Query', exact: true }).click()
  await docs.getByRole('link', { name: 'availableSlots', exact: true }).click()
  await docs.getByText('that the student can book now').waitFor()
})

visit('a worker with the schema marks errors and completes input', async (page) => {
  await write(page, operation, '{ nonsense }')
  await page.locator(`${operation} .squiggly-error`).waitFor()
  assert.ok(page.workers().some((worker) => worker.url().startsWith(`${server.url}/playground/assets/graphql.worker`)))

  await write(page, operation, 'query Typed { ')
  await page.keyboard.type('bookingP')
  await page.keyboard.press('Control+Space') // typing also opens the completion, but not if it is too fast
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'bookingPolicy' }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator(`${operation} .view-lines`, { hasText: 'query Typed { bookingPolicy' }).waitFor()
})

visit('the headers identify the caller', async (page) => {
  await write(page, operation, '{ viewer { role } }')
  assert.deepEqual(await run(page), { data: { viewer: { role: 'ADMIN' } } })
  await shown(page, '"role": "ADMIN"')
  await write(page, headers, JSON.stringify({ Authorization: `Bearer ${await server.token('student', 101)}` }))
  assert.deepEqual(await run(page), { data: { viewer: { role: 'STUDENT' } } })
  await shown(page, '"role": "STUDENT"')
})

visit('an invalid token shows the error of the server and is not stored', async (page) => {
  await write(page, headers, '{"Authorization": "Bearer nonsense"}')
  assert.equal((await run(page)).errors[0].extensions.code, 'UNAUTHENTICATED')
  await shown(page, '"code": "UNAUTHENTICATED"')
  await write(page, operation, 'query Kept { viewer { role } }')
  const storage = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
  await page.waitForFunction(() => sessionStorage.getItem('graphiql:tabState').includes('query Kept'))
  const kept = await page.evaluate(storage)
  assert.ok(!kept.includes('nonsense'), kept)
})

visit('the prepared operations do what they describe', async (page) => {
  const tab = async (name) => {
    await page.locator('.graphiql-tab-button', { hasText: name }).click()
    await page.locator(`${operation} .view-lines`, { hasText: name }).waitFor()
    const { data, errors } = await run(page)
    assert.equal(errors, undefined, `${name}: ${JSON.stringify(errors)}`)
    return data
  }
  const { availableSlots } = await tab('WhatMayBeBooked')
  assert.equal(availableSlots.nodes.length, 5)
  assert.equal(availableSlots.eligibility.eligible, true)

  const verdicts = await tab('Eligibility')
  assert.equal(verdicts.new.interviewsUsed, 0)
  assert.equal(verdicts.oneLeft.interviewsRemaining, 1)
  assert.deepEqual(verdicts.noneLeft.reasons.map((r) => r.code), ['LIMIT_REACHED'])
  assert.deepEqual(verdicts.lowGrades.reasons.map((r) => r.code), ['GRADES_TOO_LOW'])

  assert.equal((await tab('BookASlot')).bookSlot.interview.status, 'BOOKED')
  const { anna, fay } = await tab('SeeTheRefusal')
  assert.deepEqual(anna.errors.map((e) => e.code), ['SLOT_TAKEN'])
  const used = fay.errors.find((e) => e.code === 'LIMIT_REACHED')
  assert.deepEqual(used.eligibility, { interviewsUsed: 15, interviewLimit: 15 })

  assert.ok((await tab('Interviews')).interviews.nodes.some((i) => i.student.name === 'Nora Newcomer'))
  assert.equal((await tab('PublishAvailability')).addAvailability.slots.length, 2)
})

visit('a subscription shows the events of the student in its headers', async (page) => {
  const opened = page.waitForEvent('websocket')
  await page.locator('.graphiql-tab-button', { hasText: 'SlotsChanged' }).click()
  await page.locator(`${operation} .view-lines`, { hasText: 'subscription SlotsChanged' }).waitFor()
  await write(page, headers, JSON.stringify({ Authorization: `Bearer ${await server.token('student', 101)}` }))
  await page.locator('.graphiql-execute-button').click()
  const socket = await opened
  const told = socket.waitForEvent('framereceived', (frame) => frame.payload.includes('"type":"next"'))

  // The server does not report that the subscription has started, so slots are published
  // until an event arrives.
  let heard = false
  told.then(() => (heard = true))
  for (let hour = 0; !heard; hour++) await publish(hour)
  await shown(page, '"name": "Ben Okafor"')
  const closed = socket.waitForEvent('close')
  await page.locator('.graphiql-execute-button').click() // stops the subscription
  await closed
})

// publish adds fifteen minutes to Ben Okafor's availability, starting tomorrow night.
async function publish(quarter) {
  const start = new Date().setUTCHours(44, 0, 0, 0) + quarter * 900_000
  const input = { interviewerId: 2, start: new Date(start), end: new Date(start + 900_000), slotMinutes: 15 }
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: 'mutation ($input: AddAvailabilityInput!) { addAvailability(input: $input) { slots { id } } }', variables: { input } }),
  })
  const { data, errors } = await response.json()
  assert.equal(data?.addAvailability.slots.length, 1, JSON.stringify(errors))
}

visit('a subscription with an invalid token shows why it ended', async (page) => {
  await write(page, headers, '{"Authorization": "Bearer nonsense"}')
  await write(page, operation, 'subscription { interviewChanged { id } }')
  await page.locator('.graphiql-execute-button').click()
  await shown(page, 'the connection ended: 4403 the token is not valid')
})

visit(
  'the playground follows the dark mode of the system',
  async (page) => {
    const [red, green, blue] = await page.evaluate(() => getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor.match(/\d+/g).map(Number))
    assert.ok(Math.max(red, green, blue) < 100, `rgb(${red}, ${green}, ${blue})`)
  },
  { colorScheme: 'dark' },
)
