// Opens the desk in a real browser without access to other hosts, for the tests of one file.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { start } from './server.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// One person takes part in many stories of a file, more quickly than the rate limits allow.
export const server = await start({ RATE_LIMIT: 'off' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
after(async () => {
  await browser.close()
  await server.stop()
})

// visitor opens the desk in a browser context of its own. Its function end fails if the page has
// requested another host, violated its content security policy or reported an error. It may request
// the hosts in others as well.
export async function visitor({ at = server.url, others = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options })
  const faults = []
  const own = (url) => ['data:', 'blob:'].includes(new URL(url).protocol) || [at, ...others].some((one) => new URL(one).host === new URL(url).host)
  await context.exposeBinding('violated', (_, what) => faults.push(`violation of the policy: ${what}`))
  await context.addInitScript(() =>
    addEventListener('securitypolicyviolation', (e) => globalThis.violated(`${e.effectiveDirective} ${e.blockedURI}`)),
  )
  context.on('request', (request) => own(request.url()) || faults.push(`request to ${request.url()}`))
  context.on('console', (message) => {
    // The browser logs "failed to load" for every response with an error status, such as that of the first visit.
    const refused = /\/(graphql|email\/confirm)$/.test(message.location().url) || /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED/.test(message.text())
    if (['error', 'warning'].includes(message.type()) && !refused) faults.push(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (error) => faults.push(`error: ${error.error()}`))
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.on('websocket', (socket) => own(socket.url()) || faults.push(`connection to ${socket.url()}`))
  await page.goto(at)
  return {
    page,
    context,
    async end() {
      await context.close()
      assert.deepEqual(faults, [])
    },
  }
}

// visit runs a test with one visitor.
export const visit = (name, story, options) =>
  test(name, { timeout: 60_000 }, async () => {
    const one = await visitor(options)
    await story(one.page, one.context)
    await one.end()
  })

// accessible fails if axe finds a violation on the page, or in the dialog that covers it.
export async function accessible(page, what) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document.querySelector('.overlay') ?? document, { resultTypes: ['violations'] }))
  assert.deepEqual(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join('; ')}`), [])
}

// shot takes a picture for a person to look at, in the folder SHOTS.
export async function shot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/desk-${name}.png`, animations: 'disabled' })
}
