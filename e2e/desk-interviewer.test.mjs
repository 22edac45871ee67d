// Tests the interviewer's page of the desk. Each story has an interviewer of its own.
import assert from 'node:assert/strict'
import { accessible, server, shot, visit } from './desk.mjs'

const hour = 3_600_000

let unused

const wall = (instant, timeZone) => new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(instant)
const dayIn = (instant, timeZone) => wall(instant, timeZone).slice(0, 10)
// instantOf returns when a clock in a zone shows a time such as 2030-03-04 18:00.
function instantOf(time, timeZone) {
  for (let at = Date.parse(`${time.replace(' ', 'T')}Z`) - 14 * hour; ; at += hour / 4) if (wall(at, timeZone) === time) return at
}
const hourIn = (instant, timeZone) => Number(wall(instant, timeZone).slice(11, 13))

// anInterviewer returns one of whom no other story knows, whose day has begun a while ago and goes on for a while.
async function anInterviewer() {
  unused ??= (await server.ask('{ interviewers(first: 100) { nodes { id name email timeZone } } }')).interviewers.nodes
  const index = unused.findIndex(({ timeZone }) => hourIn(Date.now(), timeZone) >= 2 && hourIn(Date.now(), timeZone) <= 17)
  return unused.splice(index, 1)[0]
}

async function ask(query, variables) {
  const payload = Object.values(await server.ask(query, variables))[0]
  assert.deepEqual(payload.errors ?? [], [])
  return payload
}

const publish = (interviewer, start, hours) =>
  ask('mutation ($input: AddAvailabilityInput!) { addAvailability(input: $input) { slots { id } errors { message } } }', {
    input: { interviewerId: interviewer.id, start: new Date(start).toISOString(), end: new Date(start + hours * hour).toISOString() },
  })

// book books a student who has met nobody, at any time.
async function book(student, interviewer, start) {
  const times = [start, start + hour].map((at) => new Date(at).toISOString())
  const csv = ['studentEmail,interviewerEmail,start,end,status', [`${student}@example.org`, interviewer.email, ...times, 'BOOKED']].map(String).join('\n')
  await ask('mutation ($csv: String!) { importInterviews(input: { csv: $csv, exempt: true }) { rows { errors { message } } created errors { message } } }', { csv })
  const { interviews } = await server.ask('query ($id: ID!, $start: DateTime!) { interviews(first: 1, filter: { interviewerId: $id, start: $start }) { nodes { id student { name } } } }', { id: interviewer.id, start: times[0] })
  return interviews.nodes[0]
}

const interviewOf = async (id) => (await server.ask('query ($id: ID!) { interview(id: $id) { status grade note noteShared cancelReason } }', { id })).interview
const lastHalfHour = () => Math.floor(Date.now() / 60_000) * 60_000 - hour / 2
const nextHour = (hours) => Math.ceil(Date.now() / hour) * hour + hours * hour

async function signIn(page, { name }) {
  await page.getByRole('searchbox').fill(name)
  await page.locator('.person').nth(1).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: new RegExp(`^(You are|Du bist) ${name}`) }).click()
  await page.getByRole('tablist').waitFor()
}

const open = (page, name) => page.getByRole('tab', { name }).click()
const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' })
const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const popup = (page) => page.locator('.dialog')
const column = (page, day) => page.getByRole('region', { name: new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(day)) })

visit('an interviewer publishes time, and sees before what is in the way', async (page) => {
  const ada = await anInterviewer()
  const day = dayIn(Date.now() + 7 * 24 * hour, ada.timeZone)
  const six = instantOf(`${day} 18:00`, ada.timeZone)
  const { slots: [slot] } = await publish(ada, six, 1)
  await signIn(page, ada)
  await open(page, 'Calendar')
  await button(page, 'Next week').click()
  await button(page, 'Publish time').click()
  await popup(page).getByLabel('Day').fill(day)
  await popup(page).getByLabel('From').fill('18:00')
  await popup(page).getByLabel('To', { exact: true }).fill('17:00')
  await popup(page).getByText('No interview fits into this time.').waitFor()
  await button(popup(page), 'Publish').click()
  await popup(page).getByText('The end must be after the start.').waitFor()
  await accessible(page, 'a refused window')

  await popup(page).getByLabel('To', { exact: true }).fill('19:00')
  await popup(page).getByText('No time can be published, because all of it overlaps other times or blocked time.').or(popup(page).getByText('No new time will be published.')).waitFor()
  await popup(page).getByLabel('To', { exact: true }).fill('21:00')
  await popup(page).getByText('2 new times will be published.').waitFor()
  await popup(page).getByText('1 time is left out, because you already have:').waitFor()
  await popup(page).getByText('a published time').waitFor()
  await accessible(page, 'the conflict')
  await shot(page, 'interviewer-publish')
  await button(popup(page), 'Publish').click()
  await said(page, '2 times are published. 1 time was left out.')
  await column(page, day).getByRole('button', { name: /^20:00.* Open$/ }).waitFor()
  await accessible(page, 'the calendar')
  await shot(page, 'interviewer-calendar')

  // A booking by a student appears by itself.
  await ask('mutation ($slot: ID!) { bookSlot(input: { studentId: 101, slotId: $slot, intake: "I know Go." }) { errors { message } } }', { slot: slot.id })
  await column(page, day).getByRole('button', { name: /^18:00.* Nora Newcomer \(Booked\)$/ }).click()
  await popup(page).getByText('Nora Newcomer writes:').waitFor()
  await popup(page).getByText('I know Go.').waitFor()
})

visit('an interviewer drags over free time, withdraws a slot, and has a weekly rule', async (page) => {
  const ben = await anInterviewer()
  await signIn(page, ben)
  await open(page, 'Calendar')
  for (let week = 0; week < 4; week++) await button(page, 'Next week').click()
  const free = page.locator('.weekday .free').nth(2)
  const { x, y, width, height } = await free.boundingBox()
  await page.mouse.move(x + width / 2, y + height * 0.1 + 5)
  await page.mouse.down()
  await page.mouse.move(x + width / 2, y + height * 0.4 - 5, { steps: 4 })
  await shot(page, 'interviewer-drag')
  await page.mouse.up()
  assert.equal(await popup(page).getByLabel('From').inputValue(), '09:00')
  assert.equal(await popup(page).getByLabel('To', { exact: true }).inputValue(), '12:00')
  await button(popup(page), 'Publish').click()
  await said(page, '3 times are published.')

  await button(page, /^9:00.* Open$/).click()
  await button(popup(page), 'Withdraw').click()
  await said(page, 'The time is withdrawn.')
  await button(page, /^9:00.* Withdrawn$/).waitFor()

  await button(page, 'Publish time').click()
  await popup(page).getByLabel('Every week').check()
  await popup(page).getByLabel('From').fill('18:00')
  await popup(page).getByLabel('To', { exact: true }).fill('20:00')
  await popup(page).getByText(/new times will be published/).waitFor()
  const [, expected] = /^(\d+)/.exec(await popup(page).getByText(/new times will be published/).textContent())
  await accessible(page, 'a weekly rule')
  await shot(page, 'interviewer-weekly')
  await button(popup(page), 'Publish').click()
  await said(page, `${expected} times are published.`)
  await button(page, /^Remove the rule/).click()
  await button(popup(page), 'Remove').click()
  await said(page, `The rule is removed. ${expected} times are withdrawn.`)
})

visit('an interviewer completes an interview with a grade and a note', async (page) => {
  const chiara = await anInterviewer()
  const { id } = await book('jana.maple', chiara, lastHalfHour())
  await signIn(page, chiara)
  await accessible(page, 'the interviews')
  await shot(page, 'interviewer-today')
  await button(page, 'Complete: Jana Maple').click()
  await popup(page).getByLabel('4', { exact: true }).check()
  await popup(page).getByLabel('Note', { exact: true }).fill('Clear and calm.')
  await popup(page).getByLabel('The student may read the note').check()
  await accessible(page, 'the result')
  await shot(page, 'interviewer-complete')
  await button(popup(page), 'Complete the interview').click()
  await said(page, 'The result for Jana Maple is saved.')
  await page.getByRole('article', { name: 'Jana Maple' }).getByText('Grade 4').waitFor()
  assert.deepEqual(await interviewOf(id), { status: 'COMPLETED', grade: 4, note: 'Clear and calm.', noteShared: true, cancelReason: null })

  // Somebody else changes the interview while the dialog is open.
  await button(page, 'Change the result: Jana Maple').click()
  await ask('mutation ($id: ID!) { completeInterview(input: { interviewId: $id, grade: 2 }) { errors { message } } }', { id })
  await popup(page).getByLabel('5', { exact: true }).check()
  await button(popup(page), 'Save the result').click()
  await popup(page).getByText('This has changed since you opened it.').waitFor()
  assert.equal((await interviewOf(id)).grade, 2)
})

visit('an interviewer records a no-show and undoes it, and cancels another interview', async (page) => {
  const dev = await anInterviewer()
  const missed = await book('otto.rowan', dev, lastHalfHour())
  const later = await book('sven.yew', dev, nextHour(30))
  await signIn(page, dev)
  await button(page, 'No-show: Otto Rowan').click()
  await accessible(page, 'the no-show')
  await button(popup(page), 'Record the no-show').click()
  await said(page, 'The no-show is recorded.')
  assert.equal((await interviewOf(missed.id)).status, 'STUDENT_NO_SHOW')
  await button(page, 'Undo the no-show: Otto Rowan').click()
  await said(page, 'The no-show is undone.')
  assert.equal((await interviewOf(missed.id)).status, 'BOOKED')

  await button(page, 'Cancel: Sven Yew').click()
  await button(popup(page), 'Cancel the interview').click()
  await popup(page).getByText('Give the reason in a few words.').waitFor()
  await popup(page).getByLabel('Reason').fill('My train is late.')
  await button(popup(page), 'Cancel the interview').click()
  await said(page, 'The interview is cancelled.')
  assert.equal((await interviewOf(later.id)).cancelReason, 'My train is late.')
})

visit('an interviewer who is ill cancels the day in two clicks', async (page) => {
  const elif = await anInterviewer()
  const start = nextHour(1)
  await publish(elif, start, 3)
  const { id } = await book('fritz.hazel', elif, start)
  await signIn(page, elif)
  await open(page, 'Calendar')
  await button(page, 'I am ill today').click()
  await popup(page).getByText('1 interview will be cancelled:').waitFor()
  await popup(page).getByText('Fritz Hazel').waitFor()
  await popup(page).getByText('2 open times will be withdrawn.').waitFor()
  await accessible(page, 'the sick day')
  await shot(page, 'interviewer-ill')
  await button(popup(page), 'Cancel 1 interview and block').click()
  await said(page, 'The time is blocked. 1 interview is cancelled. 2 open times are withdrawn.')
  assert.deepEqual(await interviewOf(id), { status: 'CANCELLED', grade: null, note: null, noteShared: false, cancelReason: 'I am ill today.' })
  await button(page, /^All day I am ill today/).click()
  await button(popup(page), 'Remove the block').click()
  await said(page, /The block is removed/)
})

visit('an interviewer changes their profile, makes a calendar feed and turns off an e-mail', async (page) => {
  const femi = await anInterviewer()
  await ask('mutation ($input: UpdateInterviewerInput!) { updateInterviewer(input: $input) { errors { message } } }', {
    input: { interviewerId: femi.id, headline: 'Backend engineer', bio: 'A calm hour.', tags: ['backend'], languages: ['en', 'de'], maxPerDay: 3 },
  })
  await signIn(page, femi)
  await open(page, 'Settings')
  for (const text of [femi.email, 'backend']) await page.locator('dd', { hasText: text }).waitFor()
  const field = (name) => page.getByLabel(name, { exact: true })
  assert.deepEqual(await Promise.all(['Headline', 'Languages', 'Maximum interviews per day'].map((name) => field(name).inputValue())), ['Backend engineer', 'de, en', '3'])
  await field('Headline').fill('Systems engineer')
  await field('Maximum interviews per day').fill('101')
  await field('Maximum interviews per week').fill('8')
  await field('Meeting room').fill('meet.example.org')
  await button(page, 'Save').click()
  await page.getByText('Enter a whole number from 1 to 100.').waitFor()
  await page.getByText('2 fields need a correction.').waitFor()
  await accessible(page, 'a refused profile')
  await field('Maximum interviews per day').fill('')
  await field('Meeting room').fill('https://meet.example.org/femi')
  await button(page, 'Save').click()
  await said(page, 'Your profile is saved.')
  const changed = (await server.ask('query ($id: ID!) { interviewer(id: $id) { headline maxPerDay maxPerWeek meetingUrl tags } }', { id: femi.id })).interviewer
  assert.deepEqual(changed, { headline: 'Systems engineer', maxPerDay: null, maxPerWeek: 8, meetingUrl: 'https://meet.example.org/femi', tags: ['backend'] })
  await button(page, 'Create a feed').click()
  const url = await page.getByLabel('The secret address').inputValue()
  assert.match(await (await fetch(url)).text(), /^BEGIN:VCALENDAR/)
  await page.getByLabel('Daily agenda').uncheck()
  await said(page, 'Your choice is saved.')
  const { interviewer } = await server.ask('query ($id: ID!) { interviewer(id: $id) { notificationPreferences { agenda reminders } } }', { id: femi.id })
  assert.deepEqual(interviewer.notificationPreferences, { agenda: false, reminders: true })
  await accessible(page, 'the settings')
  await shot(page, 'interviewer-settings')
  await button(page, /^Delete the feed/).click()
  await said(page, 'The feed is deleted.')
  assert.equal((await fetch(url)).status, 404)
})

visit('the keyboard alone publishes time', async (page) => {
  const grace = await anInterviewer()
  await signIn(page, grace)
  const reach = async (name) => {
    for (let tries = 0; tries < 60; tries++) {
      const focused = await page.evaluate(() => document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent)
      if (name.test(focused ?? '')) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`Tab does not reach ${name}`)
  }
  await reach(/^Interviews$/)
  await page.keyboard.press('ArrowRight')
  await page.getByRole('tab', { name: 'Calendar', selected: true }).waitFor()
  await reach(/^Publish time$/)
  await page.keyboard.press('Enter')
  await popup(page).waitFor()
  await reach(/^From$/)
  await page.keyboard.type('0500AM')
  await reach(/^To$/)
  await page.keyboard.type('0700AM')
  await popup(page).getByText('2 new times will be published.').waitFor()
  await reach(/^Publish$/)
  await page.keyboard.press('Enter')
  await said(page, '2 times are published.')
})

visit(
  'the page fits a phone in the dark, in German',
  async (page) => {
    const hugo = await anInterviewer()
    await publish(hugo, nextHour(1), 3)
    await book('rosa.willow', hugo, lastHalfHour())
    await signIn(page, hugo)
    const fits = async (what) => {
      await accessible(page, what)
      await shot(page, `interviewer-phone-${what}`)
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, what)
    }
    await button(page, 'Abschließen: Rosa Willow').waitFor()
    await fits('interviews')
    await open(page, 'Kalender')
    await page.locator('.weekday .entry.open').first().waitFor()
    await fits('calendar')
    await button(page, 'Zeit anbieten').click()
    await popup(page).getByText(/angeboten\./).waitFor()
    await fits('publish')
    await button(popup(page), 'Zurück').click()
    await open(page, 'Einstellungen')
    await page.getByText('Kalender-Abos').waitFor()
    await fits('settings')
  },
  { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 390, height: 844 } },
)
