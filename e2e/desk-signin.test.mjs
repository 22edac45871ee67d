// Tests the sign-in to the desk of a server for others: at an OpenID Connect issuer, and by e-mail.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { accessible, server as local, shot, visitor } from './desk.mjs'
import { startIssuer } from './issuer.mjs'
import { startMailServer } from './mail.mjs'
import { start } from './server.mjs'

async function freeAddress() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${port}`
}

const address = await freeAddress()
const accounts = {}
const client = {
  client_id: 'rehearse', client_secret: 'the secret of the client', redirect_uris: [`http://${address}/session/oidc/callback`],
  post_logout_redirect_uris: [`http://${address}/`],
}
const issuer = await startIssuer({ client, accounts })
const school = await start({
  ADDR: address, PUBLIC_URL: `http://${address}`, AUTH: 'jwt', JWT_SECRET: 'a secret of the tests that is long enough',
  OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: client.client_id, OIDC_CLIENT_SECRET: client.client_secret, ADMIN_EMAILS: 'office@example.org',
})
const mail = await startMailServer()
const otherAddress = await freeAddress()
const byMail = await start({
  ADDR: otherAddress, PUBLIC_URL: `http://${otherAddress}`, AUTH: 'jwt', JWT_SECRET: 'a secret of the tests that is long enough',
  SMTP_URL: mail.url, MAIL_FROM: 'school@example.org', ADMIN_EMAILS: 'office@example.org',
})
after(async () => {
  await byMail.stop()
  await mail.stop()
  await school.stop()
  await issuer.stop()
})

// ask sends an operation as an administrator.
async function ask(query) {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${await school.token('admin', 0)}` }
  const response = await fetch(`${school.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const { data, errors } = await response.json()
  assert.equal(errors, undefined)
  return data
}

const { students, interviewers } = await ask('{ students(first: 1) { nodes { name email } } interviewers(first: 1) { nodes { name email } } }')
const [student] = students.nodes
const [interviewer] = interviewers.nodes
Object.assign(accounts, {
  nora: { email: student.email, email_verified: true },
  ivo: { email: interviewer.email, email_verified: true },
  office: { email: 'office@example.org', email_verified: true },
  mallory: { email: student.email, email_verified: false },
  stranger: { email: 'stranger@example.org', email_verified: true },
})

const visit = (name, story, options = { at: school.url, others: [issuer.url] }) =>
  test(name, { timeout: 120_000 }, async () => {
    const one = await visitor(options)
    await story(one.page, one.context)
    await one.end()
  })

const begin = (page) => page.getByRole('button', { name: 'Sign in with your school account' }).click()

// signIn signs in at the issuer.
async function signIn(page, account) {
  await begin(page)
  await page.getByLabel('Address').fill(account)
  await page.getByRole('button', { name: 'Go on' }).click()
}

const listOf = (page) => page.getByRole('heading', { name: `Hello, ${student.name.split(' ')[0]}` }).waitFor()

visit('a student signs in at the issuer, and signs out there, too', async (page, context) => {
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
  await accessible(page, 'the sign-in')
  await shot(page, 'sign-in-issuer')
  await signIn(page, 'nora')
  await listOf(page)
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/')
  const cookies = await context.cookies(`${school.url}/session/oidc`)
  assert.deepEqual(cookies.filter(({ name }) => name.startsWith('rehearse')).map(({ name, path, httpOnly, sameSite }) => [name, path, httpOnly, sameSite]), [['rehearse_session', '/session', true, 'Strict']])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Yes' }).click()
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
  await begin(page)
  await page.getByLabel('Address').waitFor() // the issuer no longer knows who it is
})

for (const [account, text] of [['mallory', 'is not verified'], ['stranger', 'You are not in the list of this school.']]) {
  visit(`${account} does not get in, and can use another account`, async (page) => {
    await signIn(page, account)
    await page.getByRole('alert').getByText(text).waitFor()
    assert.equal(page.url(), `${school.url}/`)
    await accessible(page, 'the refusal')
    await shot(page, `sign-in-${account}`)
    await signIn(page, 'ivo') // although the issuer knows who it is
    await page.getByText(interviewer.name).first().waitFor()
  })
}

visit('an administrator whose session has ended gets back to the same place', async (page, context) => {
  await signIn(page, 'office')
  const sections = page.getByRole('navigation', { name: 'Sections' })
  await sections.getByRole('link', { name: 'Policy', exact: true }).click()
  await page.getByRole('heading', { name: 'Policy', level: 1 }).waitFor()
  await context.clearCookies({ name: 'rehearse_session' })
  await sections.getByRole('link', { name: 'Webhooks', exact: true }).click()
  await page.getByText('Your session has ended. Sign in again.').waitFor()
  await begin(page) // the issuer still knows who it is
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor()
  assert.equal(await page.evaluate(() => sessionStorage.length), 0)
})

const mailed = { at: byMail.url }
visit('a link in an e-mail signs a student in, once', async (page, context) => {
  const address = page.getByLabel('Your e-mail address')
  await address.fill(student.email)
  await accessible(page, 'the sign-in by e-mail')
  await shot(page, 'sign-in-email')
  await page.getByRole('button', { name: 'Send me a link' }).click()
  await page.getByText('If your school knows this address, a link is on its way.').waitFor()
  const [link] = (await mail.next(student.email)).match(/http\S+/)
  assert.ok(link.startsWith(`${byMail.url}/#sign-in=`))

  // A program that checks e-mails opens the link, and does not press the button.
  await fetch(link)
  const tab = await context.newPage()
  await tab.goto(link)
  await tab.getByText('You have opened a link that signs you in.').waitFor()
  assert.equal(tab.url(), `${byMail.url}/`)
  await accessible(tab, 'the link')
  await shot(tab, 'sign-in-link')
  await tab.getByRole('button', { name: 'Sign in now' }).click()
  await listOf(tab)
  await tab.getByRole('button', { name: 'Sign out' }).click()
  await tab.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()

  await tab.goto('about:blank')
  await tab.goto(link)
  await tab.getByRole('button', { name: 'Sign in now' }).click()
  await tab.getByRole('alert').getByText('This link is no longer valid.').waitFor()
}, mailed)

visit('an address that nobody has gets the same answer and no e-mail, and the office gets in', async (page) => {
  const ask = async (email) => {
    await page.getByLabel('Your e-mail address').fill(email)
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.getByText('If your school knows this address, a link is on its way.').waitFor()
  }
  await ask('stranger@example.org')
  await ask('office@example.org')
  const [link] = (await mail.next('office@example.org')).match(/http\S+/)
  await ask('office@example.org') // whatever was requested before is sent before
  await mail.next('office@example.org')
  assert.deepEqual(mail.messages.filter(({ to }) => to.includes('stranger@example.org')), [])
  await page.goto(link) // in the same tab, which shows the page already
  await page.getByRole('button', { name: 'Sign in now' }).click()
  await page.getByRole('heading', { name: 'Students', level: 1 }).waitFor()
}, mailed)

visit('a list of people that cannot be loaded can be loaded again', async (page, context) => {
  const search = page.getByLabel('Search by name')
  await search.waitFor()
  await context.setOffline(true)
  await search.fill('Nora')
  await page.getByText('The server cannot be reached.').waitFor()
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('.person').first().waitFor()
}, { at: local.url })
