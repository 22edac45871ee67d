// Tests the student's page of the desk.
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { accessible, server, shot, visit, visitor } from './desk.mjs'
import { start } from './server.mjs'

before(describeInterviewers)

// describeInterviewers gives the interviewers of the sample school profiles.
async function describeInterviewers() {
  const { interviewers } = await server.ask('{ interviewers(first: 100) { nodes { id } } }')
  const profiles = [
    { headline: 'Backend engineer, former bar raiser', tags: ['backend', 'system design'], languages: ['en', 'de'], bio: 'I have interviewed for fifteen years.\nExpect a calm hour, and notes that you can use.' },
    { headline: 'Product manager in health care', tags: ['behavioural', 'product'], languages: ['en'], bio: 'We practise stories until they are short and true.' },
    { headline: 'Data scientist', tags: ['data', 'statistics'], languages: ['en', 'pt-BR'] },
  ]
  for (const [i, { id }] of interviewers.nodes.entries()) {
    const { updateInterviewer } = await server.ask(
      'mutation ($input: UpdateInterviewerInput!) { updateInterviewer(input: $input) { errors { message } } }',
      { input: { interviewerId: id, ...profiles[i % profiles.length] } },
    )
    assert.deepEqual(updateInterviewer.errors, [])
  }
}

async function signIn(page, name) {
  await page.getByRole('button', { name: new RegExp(`^You are ${name}`) }).click()
  await page.getByRole('heading', { name: 'Book an interview' }).waitFor()
  await page.locator('.offer').first().waitFor()
}

const firstTime = (page) => page.locator('.offer .time').first()
// twoInOneZone returns the names of two students who may book and who see the same times.
async function twoInOneZone() {
  const { students } = await server.ask('{ students(first: 100, filter: { eligible: true }) { nodes { name timeZone } } }')
  const [first, second] = students.nodes.flatMap((one, i) => students.nodes.slice(i + 1).filter((other) => other.timeZone === one.timeZone).map((other) => [one, other]))[0]
  return [first.name, second.name]
}

// bookTheFirst books the first slot on the page for someone else, and waits until it disappears.
async function bookTheFirst(on, page) {
  const label = await firstTime(page).getAttribute('aria-label')
  const { availableSlots } = await on.ask(
    'query ($start: DateTime!, $end: DateTime!) { availableSlots(studentId: 101, start: $start, end: $end, first: 1) { nodes { id } } }',
    { start: new Date(), end: new Date(Date.now() + 12 * 86_400_000) },
  )
  const { bookSlot } = await on.ask('mutation ($slot: ID!) { bookSlot(input: { studentId: 107, slotId: $slot }) { errors { message } } }', {
    slot: availableSlots.nodes[0].id,
  })
  assert.deepEqual(bookSlot.errors, [])
  await page.getByRole('button', { name: label, exact: true }).waitFor({ state: 'detached' })
}

const dialog = (page) => page.getByRole('dialog')

visit('a student signs in, books an interview, cancels it and signs out', async (page) => {
  await page.locator('.person').first().waitFor()
  await accessible(page, 'sign in')
  await shot(page, 'sign-in')
  await signIn(page, 'Nora Newcomer')
  await accessible(page, 'the list')
  await shot(page, 'list')
  await page.getByText('15 interviews left').waitFor()
  await page.getByText('All times are in your time zone, Europe/Berlin.').waitFor()

  await page.locator('.day:not(.empty)').nth(2).click() // late enough to be cancelled
  await firstTime(page).click()
  await dialog(page).getByText('We hold this time for you for').waitFor()
  assert.match(await dialog(page).getByRole('timer').textContent(), /^[45]:\d\d$/)
  await accessible(page, 'the booking')
  await shot(page, 'booking')
  await dialog(page).getByLabel('What should your interviewer know?').fill('I know Go.\nAsk me about SQL.')
  await dialog(page).getByRole('button', { name: 'Book this interview' }).click()
  await dialog(page).getByRole('heading', { name: 'Your interview is booked' }).waitFor()
  await dialog(page).getByText('You can cancel until').waitFor()
  await shot(page, 'booked')
  await dialog(page).getByRole('button', { name: 'Done' }).click()
  await page.getByText('14 interviews left').waitFor()
  assert.equal(await page.locator('.upcoming').count(), 1)
  await shot(page, 'upcoming')

  await page.locator('.upcoming').getByText('Ask me about SQL.').waitFor()
  await page.getByRole('button', { name: /^Message to .* for the interview/ }).click()
  assert.equal(await dialog(page).getByLabel('Your message').inputValue(), 'I know Go.\nAsk me about SQL.')
  await dialog(page).getByLabel('Your message').fill('I know SQL.')
  await accessible(page, 'the message')
  await shot(page, 'message')
  await dialog(page).getByRole('button', { name: 'Save the message' }).click()
  await page.getByText('Your message to the interviewer is saved.').waitFor()
  await page.locator('.upcoming').getByText('I know SQL.').waitFor()

  await page.getByText('You can cancel until').waitFor()
  const booked = await page.locator('.upcoming').getByText('with ').textContent()
  await page.getByRole('button', { name: /^Move the interview with/ }).click()
  await dialog(page).getByText('You can move it 3 more times.').waitFor()
  await dialog(page).locator('.choices .time').first().filter({ hasText: booked }).click() // another time of the same interviewer
  await accessible(page, 'the move')
  await shot(page, 'move')
  await dialog(page).getByRole('button', { name: 'Move the interview' }).click()
  await page.getByText('Your interview has been moved.').waitFor()
  await page.locator('.upcoming').getByText(booked).waitFor()
  await page.getByText('14 interviews left').waitFor()

  await page.getByRole('button', { name: /^Cancel the interview with/ }).click()
  const cancel = page.getByRole('alertdialog')
  await accessible(page, 'the cancellation')
  await shot(page, 'cancel')
  await cancel.getByRole('button', { name: 'Cancel the interview' }).click()
  await cancel.getByText('Say in a few words why you are cancelling.').waitFor()
  await cancel.getByRole('textbox', { name: 'Reason' }).fill('I am ill.')
  await cancel.getByRole('button', { name: 'Cancel the interview' }).click()
  await page.getByText('Your interview has been cancelled.').waitFor()
  await page.getByText('15 interviews left').waitFor()
  await page.locator('.ended').getByText('Cancelled: I am ill.').waitFor()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Who are you today?' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Who are you today?' }).waitFor()
})

test('of two students who want a slot, one gets it and the other gets alternatives', { timeout: 60_000 }, async () => {
  const anna = await visitor()
  const ben = await visitor()
  // Without live changes, Ben does not see that Anna is faster.
  await ben.page.routeWebSocket(/graphql/, () => {})
  await ben.page.reload()
  const [first, second] = await twoInOneZone()
  await signIn(anna.page, first)
  await signIn(ben.page, second)
  const offered = (page) => page.locator('.offer .time').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  const theirs = await offered(ben.page)
  const wanted = (await offered(anna.page)).find((label) => theirs.includes(label))
  const time = (page) => page.getByRole('button', { name: wanted, exact: true })

  await time(anna.page).click()
  await dialog(anna.page).getByRole('button', { name: 'Book this interview' }).click()
  await dialog(anna.page).getByRole('heading', { name: 'Your interview is booked' }).waitFor()

  await time(ben.page).click()
  await dialog(ben.page).getByText('Another student was faster and booked this time.').waitFor()
  await dialog(ben.page).getByRole('heading', { name: 'Other times that you can book' }).waitFor()
  await accessible(ben.page, 'the refusal')
  await shot(ben.page, 'refused')
  await dialog(ben.page).locator('.alternatives .time').first().click()
  await dialog(ben.page).getByText('We hold this time for you for').waitFor()
  await dialog(ben.page).getByRole('button', { name: 'Back to the list' }).click()
  await anna.end()
  await ben.end()
})

visit('a slot that someone else books disappears from the list', async (page) => {
  await signIn(page, 'Nora Newcomer')
  await bookTheFirst(server, page)
})

visit('a student with low grades sees the feedback, and why they cannot book', async (page) => {
  const { student } = await server.ask('{ student(id: 104) { interviews(last: 1) { nodes { id } } } }')
  const { completeInterview } = await server.ask(
    'mutation ($id: ID!) { completeInterview(input: { interviewId: $id, grade: 1, note: "Think aloud.", shareNote: true }) { errors { message } } }',
    { id: student.interviews.nodes[0].id },
  )
  assert.deepEqual(completeInterview.errors, [])
  await page.getByRole('button', { name: /^You are Gus Gradeslow/ }).click()
  await page.getByText('You cannot book at the moment').waitFor()
  await page.locator('.nothing').getByText('One of your latest grades is too low to book.').waitFor()
  await page.locator('.ended').first().waitFor()
  assert.deepEqual(await page.locator('.ended .grade .unseen').allTextContents(), ['Grade 1 of 5', 'Grade 4 of 5']) // the latest first
  await page.locator('.ended').first().getByText('Think aloud.').waitFor()
  await accessible(page, 'the reasons')
  await shot(page, 'blocked')
})

visit('a filter without a match can be cleared', async (page) => {
  await signIn(page, 'Nora Newcomer')
  await page.getByLabel('Topic').selectOption('data')
  await page.locator('.offer', { hasText: 'Backend engineer' }).first().waitFor({ state: 'detached' })
  await page.locator('.offer', { hasText: 'Data scientist' }).first().waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.locator('.offer', { hasText: 'Backend engineer' }).first().waitFor()
  await page.getByLabel('Interviewer').selectOption('Dev Patel')
  await page.locator('.offer', { hasText: 'Mei Tanaka' }).first().waitFor({ state: 'detached' })
  await page.getByText('About Dev Patel').click()
  await page.getByText('Expect a calm hour').waitFor()
  for (let week = 0; week < 3; week++) await page.getByRole('button', { name: 'Next week', exact: true }).click()
  await page.getByText('No interviewer has published a time for these days.').waitFor()
  await accessible(page, 'an empty week')
  await shot(page, 'empty')
})

visit('the week shows the times of all days, and a hold ends', async (page) => {
  await signIn(page, 'Nora Newcomer')
  const days = await page.locator('.day .count').allTextContents()
  await page.getByRole('radio', { name: 'Week' }).click()
  await page.locator('.grid .cell').first().waitFor()
  const columns = await page.locator('.column').evaluateAll((all) => all.map((one) => String(one.querySelectorAll('.cell').length || '–')))
  assert.deepEqual(columns, days)
  await accessible(page, 'the week')
  await shot(page, 'week')
  await page.clock.install()
  await page.locator('.cell').first().click()
  await dialog(page).getByText('We hold this time for you for').waitFor()
  await page.clock.fastForward('05:00')
  await dialog(page).getByText('Your hold on this time has ended.').waitFor()
})

visit('a calendar program reads the interviews at a secret address until it is deleted', async (page) => {
  await signIn(page, 'Nora Newcomer')
  await page.getByRole('button', { name: 'Create a feed' }).click()
  const address = page.getByRole('textbox', { name: 'Address to subscribe to' })
  const url = await address.inputValue()
  assert.match(await (await fetch(url)).text(), /^BEGIN:VCALENDAR/)
  await accessible(page, 'the calendar')
  await page.getByRole('button', { name: /^Delete the feed created on/ }).click()
  await page.getByRole('button', { name: /^Delete the feed created on/ }).waitFor({ state: 'detached' })
  assert.equal((await fetch(url)).status, 404)
})

visit('the keyboard alone books an interview', async (page) => {
  await page.locator('.person').first().waitFor()
  const press = async (name) => {
    for (let tries = 0; tries < 80; tries++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent)
      if (name.test(focused ?? '')) return page.keyboard.press('Enter')
    }
    assert.fail(`Tab does not reach ${name}`)
  }
  await press(/You are Nora Newcomer/)
  await page.locator('.offer').first().waitFor()
  await press(/ to .* with /)
  await dialog(page).getByText('We hold this time for you for').waitFor()
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'detached' })
  await press(/ to .* with /)
  await dialog(page).getByText('We hold this time for you for').waitFor()
  await press(/^Book this interview$/)
  await dialog(page).getByRole('heading', { name: 'Your interview is booked' }).waitFor()
})

visit('a session that ends leads to the sign-in', async (page, context) => {
  await signIn(page, 'Nora Newcomer')
  await context.clearCookies()
  await firstTime(page).click()
  await page.getByText('Your session has ended. Sign in again.').waitFor()
  await page.locator('.person').first().waitFor()
})

visit('a page without a network says so and recovers', async (page, context) => {
  await signIn(page, 'Nora Newcomer')
  await context.setOffline(true)
  await page.getByText('You are offline.').waitFor()
  await firstTime(page).click()
  await dialog(page).getByText('The server cannot be reached.').waitFor()
  await context.setOffline(false)
  await dialog(page).getByRole('button', { name: 'Try again' }).click()
  await dialog(page).getByText('We hold this time for you for').waitFor()
})

test('a page that is open while the server restarts is live again', { timeout: 60_000 }, async () => {
  const data = await mkdtemp(join(tmpdir(), 'rehearse-desk-'))
  await chmod(data, 0o755) // so that the account of Postgres can enter it
  const first = await start({ DATA_DIR: join(data, 'data') })
  const nora = await visitor({ at: first.url })
  await signIn(nora.page, 'Nora Newcomer')
  await first.stop()
  await nora.page.getByText('Live updates are interrupted. We are reconnecting.').waitFor()
  const second = await start({ DATA_DIR: join(data, 'data'), ADDR: new URL(first.url).host })
  await nora.page.getByText('Live updates are interrupted').waitFor({ state: 'detached' })
  await bookTheFirst(second, nora.page)
  await nora.end()
  await second.stop()
  await rm(data, { recursive: true, force: true })
})

visit(
  'the page fits a phone in the dark, in German',
  async (page) => {
    await page.getByRole('button', { name: /^Du bist Nora Newcomer/ }).click()
    await page.locator('.offer').first().waitFor()
    await accessible(page, 'the list in the dark')
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390)
    await shot(page, 'phone-dark')
    await firstTime(page).click()
    await dialog(page).getByRole('timer').waitFor()
    await accessible(page, 'the booking in the dark')
    await shot(page, 'phone-dark-booking')
    const [red, green, blue] = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number))
    assert.ok(Math.max(red, green, blue) < 100, `rgb(${red}, ${green}, ${blue})`)
  },
  { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 390, height: 844 } },
)

test('only the path of sessions takes the cookie, and only the cookie', { timeout: 60_000 }, async () => {
  const post = (path, body, headers = {}) =>
    fetch(`${server.url}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const viewer = async (path, headers) => (await post(path, { query: '{ viewer { role } }' }, headers)).json()
  const signedIn = await post('/session', { role: 'student', id: '101' })
  assert.equal(signedIn.status, 204)
  const [set] = signedIn.headers.getSetCookie()
  assert.match(set, /^rehearse_session=[^;]+; Path=\/session; Max-Age=43200; HttpOnly; SameSite=Strict$/)
  const Cookie = set.split(';')[0]

  assert.equal((await viewer('/session/graphql', { Cookie })).data.viewer.role, 'STUDENT')
  assert.equal((await viewer('/graphql', { Cookie })).data.viewer.role, 'ADMIN') // the cookie means nothing here
  for (const headers of [{}, { Cookie: `${Cookie}x` }, { Authorization: `Bearer ${await server.token('student', 101)}` }]) {
    assert.equal((await viewer('/session/graphql', headers)).errors[0].extensions.code, 'UNAUTHENTICATED')
  }
  const foreign = await post('/session/graphql', { query: '{ viewer { role } }' }, { Cookie, Origin: 'http://127.0.0.1:1' })
  assert.equal(foreign.status, 403)
})

visit('the session outlives the page, and no script can read it', async (page, context) => {
  await signIn(page, 'Nora Newcomer')
  await page.reload()
  await page.getByRole('heading', { name: 'Hello, Nora' }).waitFor()
  const [cookie, ...others] = await context.cookies(`${server.url}/session`)
  assert.deepEqual([cookie.path, cookie.httpOnly, cookie.sameSite, others.length], ['/session', true, 'Strict', 0])
  assert.equal(await page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length), 0)
})

test('a page that asks too much waits, says so, and goes on by itself', { timeout: 60_000 }, async () => {
  const limited = await start({ RATE_LIMIT_BURST: '1500', RATE_LIMIT_PER_SECOND: '300', MAX_COST: '1500' })
  const { page, end } = await visitor({ at: limited.url })
  await signIn(page, 'Nora Newcomer')
  const next = page.getByRole('button', { name: 'Next week', exact: true })
  const previous = page.getByRole('button', { name: 'Previous week', exact: true })
  const waiting = page.getByText('The server has had too many requests.')
  const seen = waiting.waitFor({ timeout: 20_000 })
  for (let changes = 0; changes < 5; changes++) {
    await next.click()
    await previous.click()
  }
  await seen
  await accessible(page, 'a list that waits')
  await waiting.waitFor({ state: 'detached' })
  await page.locator('.offer').first().waitFor()
  await end()
  await limited.stop()
})
