// Tests the administrator's pages of the desk.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessible, server, shot, visit } from './desk.mjs'

async function signIn(page) {
  await page.getByRole('button', { name: 'You are an administrator' }).click()
  await page.getByRole('heading', { name: 'Students', level: 1 }).waitFor()
}

async function open(page, section) {
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section, exact: true }).click()
  await page.getByRole('heading', { name: section, level: 1 }).waitFor()
}

const row = (page, text) => page.locator('.rows > li', { hasText: text })
const save = (page) => page.getByRole('button', { name: 'Save' })

// refused waits for a refusal beside a field, which a screen reader announces with it.
async function refused(page, label, text) {
  await page.getByText(text).waitFor()
  const described = await page.getByLabel(label, { exact: true }).evaluate((input) =>
    (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent).join(' '),
  )
  assert.ok(described.includes(text), `${label} is described by: ${described}`)
}

visit('an administrator imports a file after a row is corrected', async (page, context) => {
  await signIn(page)
  await open(page, 'Import')
  const chooser = page.getByLabel('Choose a CSV file')
  const csv = (email) => `name,email,timeZone\nIda Import,ida@example.org,Europe/Berlin\nJo Import,${email},Mars/Olympus\n`
  await chooser.setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(csv('jo')) })
  await page.getByText('1 new, 0 unchanged, 1 with errors.').waitFor()
  const failed = page.getByRole('table', { name: 'Rows with errors' }).getByRole('row')
  assert.deepEqual((await failed.allTextContents()).slice(1).map((text) => text.slice(0, 6)), ['3email', '3timeZ'])
  await accessible(page, 'the rows that fail')
  await shot(page, 'admin-import')

  // The file is corrected and dragged to the page.
  const folder = await mkdtemp(join(tmpdir(), 'rehearse-import-'))
  const path = join(folder, 'new.csv')
  await writeFile(path, csv('jo@example.org').replace('Mars/Olympus', 'Europe/Rome'))
  const { x, y, width, height } = await chooser.boundingBox()
  const browser = await context.newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await browser.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data: { items: [], files: [path], dragOperationsMask: 1 } })
  }
  await page.getByText('2 new, 0 unchanged, 0 with errors.').waitFor()
  await rm(folder, { recursive: true })
  const before = await server.ask('{ students(filter: { search: "Import" }) { totalCount } }')
  assert.equal(before.students.totalCount, 0) // a check writes nothing
  await page.getByRole('button', { name: 'Import 2 rows' }).click()
  await page.getByText('2 rows were imported.').waitFor()
  await accessible(page, 'the import')

  await open(page, 'Students')
  await page.getByLabel('Search by name or e-mail').fill('import')
  await page.getByText('1–2 of 2').waitFor()
  await row(page, 'Jo Import').waitFor()

  await open(page, 'Import')
  await chooser.setInputFiles({ name: 'latin.csv', mimeType: 'text/csv', buffer: Buffer.from('name,email\nJos\xe9,jose@example.org\n', 'latin1') })
  await page.getByText('The file is not in UTF-8.').waitFor()
})

visit('an administrator imports available time, a calendar and past interviews', async (page) => {
  const { interviewers, students } = await server.ask('{ interviewers(first: 1) { nodes { id name email } } students(first: 1) { nodes { email } } }')
  const [{ id, name, email }] = interviewers.nodes
  await signIn(page)
  await open(page, 'Import')
  const choose = async (kind, text) => {
    await page.getByLabel('What the file contains').selectOption(kind)
    await page.getByLabel('Choose a CSV file').setInputFiles({ name: 'file.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  }
  const windows = `interviewer,start,end,slotMinutes\n${email},2035-03-05T09:00:00Z,2035-03-05T11:00:00Z,60\n${email},2035-03-06T09:00:00Z,2035-03-06T08:00:00Z,60\n`
  await choose('Available time', windows)
  await page.getByText('1 new, 0 unchanged, 1 with errors.').waitFor()
  await accessible(page, 'available time with an error')
  await page.getByRole('button', { name: 'Import only the 1 valid row' }).click()
  await page.getByText('1 row was imported.').waitFor()
  const published = async (start) => (await server.ask('query ($id: ID!, $start: DateTime!) { interviewer(id: $id) { slots(start: $start) { totalCount } } }', { id, start })).interviewer.slots.totalCount
  assert.equal(await published('2035-01-01T00:00:00Z'), 2)

  await page.getByLabel('What the file contains').selectOption('A calendar of available time')
  await page.getByText('Choose the interviewer first.').waitFor()
  await page.getByRole('combobox', { name: 'Interviewer' }).fill(name)
  await page.getByRole('option', { name }).click()
  const [first, last] = [20, 21].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10))
  const free = await server.ask('query ($id: ID!, $start: DateTime!, $end: DateTime!) { interviewer(id: $id) { slots(start: $start, end: $end) { nodes { start } } } }', { id, start: `${first}T00:00:00Z`, end: `${last}T00:00:00Z` })
  const hour = Array.from({ length: 24 }, (_, h) => String(h).padStart(2, '0')).find((h) => !free.interviewer.slots.nodes.some(({ start }) => Math.abs(Date.parse(start) - Date.parse(`${first}T${h}:00:00Z`)) < 7_200_000))
  const at = `${first.replaceAll('-', '')}T${hour}`
  const calendar = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', 'BEGIN:VEVENT', 'UID:one', 'DTSTAMP:20300101T000000Z', `DTSTART:${at}0000Z`, 'DURATION:PT1H', 'SUMMARY:Free', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')
  await page.getByLabel('Choose a calendar file').setInputFiles({ name: 'free.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar) })
  await page.getByText('1 new, 0 unchanged, 0 with errors.').waitFor()
  await accessible(page, 'a calendar')
  await page.getByRole('button', { name: 'Import 1 row' }).click()
  await page.getByText('1 row was imported.').waitFor()
  const { slots } = (await server.ask('query ($id: ID!, $start: DateTime!) { interviewer(id: $id) { slots(start: $start, first: 1) { nodes { start } } } }', { id, start: `${first}T${hour}:00:00Z` })).interviewer
  assert.equal(Date.parse(slots.nodes[0].start), Date.parse(`${first}T${hour}:00:00Z`))

  const past = (status) => `studentEmail,interviewerEmail,start,end,status,grade\n${students.nodes[0].email},${email},2019-03-05T09:00:00Z,2019-03-05T10:00:00Z,${status},\n`
  await choose('Interviews', past('DONE'))
  await page.getByText('0 new, 0 unchanged, 1 with errors.').waitFor()
  await page.getByLabel('Also import interviews that break rules').check()
  await page.getByLabel('Choose a CSV file').setInputFiles({ name: 'file.csv', mimeType: 'text/csv', buffer: Buffer.from(past('STUDENT_NO_SHOW')) })
  await page.getByText('1 new, 0 unchanged, 0 with errors.').waitFor()
  await page.getByRole('button', { name: 'Import 1 row' }).click()
  await page.getByText('1 row was imported.').waitFor()
  await page.locator('.section').getByRole('link', { name: 'Interviews' }).click()
  await page.getByRole('heading', { name: 'Interviews', level: 1 }).waitFor()
})

visit('each e-mail is shown as it would be sent, as text and as HTML without scripts', async (page) => {
  const { interviews } = await server.ask('{ interviews(first: 1, orderBy: { field: BOOKED_AT, direction: DESC }) { nodes { id student { name } interviewer { name } } } }')
  const [{ id, student, interviewer }] = interviews.nodes
  await signIn(page)
  await open(page, 'E-mails')
  await page.getByText('This server sends no e-mail').waitFor()
  await page.getByRole('heading', { name: /^Mock interview with Ann Abbott/ }).waitFor()
  await accessible(page, 'an e-mail as text')
  await shot(page, 'admin-mail')
  await page.getByLabel('About').selectOption(`i${id}`)
  await page.getByRole('heading', { name: new RegExp(interviewer.name) }).waitFor()
  await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('The interviewer')
  await page.getByRole('heading', { name: new RegExp(student.name) }).waitFor()
  await page.getByRole('radio', { name: 'HTML' }).click()
  const frame = page.frameLocator('iframe.message')
  await frame.getByText(`Hello ${interviewer.name}`).waitFor()
  assert.match(await frame.locator('body').evaluate((body) => getComputedStyle(body).fontFamily), /sans-serif/)
  assert.equal(await page.locator('iframe.message').getAttribute('sandbox'), 'allow-same-origin')
  await accessible(page, 'an e-mail as HTML')
  await page.getByLabel('Message').selectOption('Daily agenda')
  await page.getByText(`Hello ${interviewer.name}`).waitFor()
})

visit('a student who is stuck gets a waiver', async (page) => {
  await signIn(page)
  await open(page, 'Who is stuck')
  await page.getByLabel('Reason').selectOption('A low grade')
  const gus = page.getByRole('article', { name: 'Gus Gradeslow' })
  await gus.getByText('One of the latest grades is too low: 1, 4. Each must be 2 or better.').waitFor()
  await accessible(page, 'who is stuck')
  await shot(page, 'admin-stuck')
  await gus.getByRole('button', { name: 'Grant a waiver: Gus Gradeslow' }).click()
  assert.equal(await gus.getByLabel('Rule').inputValue(), 'GRADES')
  await gus.getByRole('button', { name: 'Grant a waiver', exact: true }).click()
  await refused(page, 'Reason', 'Enter 1 to 500 characters.')
  await accessible(page, 'a refused waiver')
  await shot(page, 'admin-waiver')
  await gus.getByRole('textbox', { name: 'Reason' }).fill('They have practised since.')
  await gus.getByRole('button', { name: 'Grant a waiver', exact: true }).click()
  await page.getByText('The waiver for Gus Gradeslow is granted.').waitFor()
  await gus.waitFor({ state: 'detached' })

  await open(page, 'Students')
  await page.getByLabel('Search by name or e-mail').fill('gradeslow')
  await page.getByRole('link', { name: 'Gus Gradeslow' }).click()
  await page.getByText('Can book. 2 of 15 interviews used.').waitFor()
  await accessible(page, 'a student')
  await shot(page, 'admin-student')
  await page.getByRole('button', { name: 'Withdraw: Low grades' }).click()
  await page.getByText('The waiver is withdrawn.').waitFor()
  await page.getByText('Cannot book.').waitFor()
})

visit('the policy shows what is refused beside the field', async (page) => {
  await signIn(page)
  await open(page, 'Policy')
  const limit = page.getByLabel('Interviews per student', { exact: true })
  const hold = page.getByLabel('Duration of a hold, in minutes', { exact: true })
  await shot(page, 'admin-policy')
  await limit.fill('1001')
  await hold.fill('0.1')
  await save(page).click()
  await refused(page, 'Interviews per student', 'Enter a whole number, 0 to 1,000.')
  await refused(page, 'Duration of a hold, in minutes', 'Enter a number, 0.5 to 60.')
  await page.getByText('2 fields need a correction.').waitFor()
  await accessible(page, 'a refused policy')
  await shot(page, 'admin-policy-refused')
  await limit.fill('many')
  await save(page).click()
  await refused(page, 'Interviews per student', 'Enter a whole number.')
  await limit.fill('16')
  await hold.fill('7.5')
  await save(page).click()
  await page.getByText('Saved.').waitFor()
  const { bookingPolicy } = await server.ask('{ bookingPolicy { interviewLimit holdSeconds minimumNoticeSeconds } }')
  assert.deepEqual([bookingPolicy.interviewLimit, bookingPolicy.holdSeconds], [16, 450])

  // Somebody else changes the policy while the form is open.
  await server.ask('mutation { updateBookingPolicy(input: { interviewLimit: 15, holdSeconds: 300 }) { errors { message } } }')
  await limit.fill('17')
  await save(page).click()
  await page.getByText('Somebody else has changed this.').waitFor()
})

visit('a webhook is created, and a delivery that failed is sent again', async (page) => {
  const statuses = [500, 200]
  const receiver = createServer((request, response) => {
    request.resume()
    response.writeHead(statuses.shift() ?? 200).end('received')
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  await signIn(page)
  await open(page, 'Webhooks')
  await page.getByText('There is no webhook yet.').waitFor()
  await page.getByRole('link', { name: 'Add a webhook' }).click()
  await page.getByLabel('Address').fill('ftp://example.org')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByText('1 field needs a correction.').waitFor()
  await accessible(page, 'a refused webhook')
  await page.getByLabel('Address').fill(`http://127.0.0.1:${receiver.address().port}/hook`)
  await page.getByLabel('People').check()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByText('The webhook is created.').waitFor()
  assert.match(await page.locator('.secret').textContent(), /^whsec_/)
  await accessible(page, 'a new webhook')
  await shot(page, 'admin-webhook-new')

  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByText('Nothing has been sent in the last 30 days.').waitFor()
  await server.ask('mutation { updateStudent(input: { studentId: 120, name: "Otto Rowan-Reed" }) { errors { message } } }')
  await refreshUntil(page, page.getByText('1 request · Response 500'))
  await accessible(page, 'the deliveries')
  await shot(page, 'admin-deliveries')
  await page.getByRole('button', { name: /^Send again: Student changed/ }).click()
  await page.getByText('1 event is queued.').waitFor()
  await refreshUntil(page, page.getByText('2 requests · Response 200'))
  await page.locator('.status', { hasText: 'Delivered' }).waitFor()

  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('There is no webhook yet.').waitFor()
  receiver.close()
})

// refreshUntil reads the deliveries again until one is as expected.
async function refreshUntil(page, expected) {
  for (let tries = 0; tries < 40; tries++) {
    if (await expected.waitFor({ timeout: 250 }).then(() => true, () => false)) return
    await page.getByRole('button', { name: 'Refresh' }).click()
  }
  assert.fail('the delivery does not arrive')
}

visit('an interview is cancelled, a grade corrected, and both are in the events', async (page) => {
  await signIn(page)
  await open(page, 'Interviews')
  await page.getByRole('combobox', { name: 'Student' }).fill('holly')
  await page.getByRole('option', { name: /Gina Holly/ }).click()
  await page.getByRole('button', { name: 'Gina Holly: clear the filter Student' }).waitFor()
  await page.getByText('1–3 of 3').waitFor()
  await page.getByLabel('Status').selectOption('Booked')
  await page.getByText('1–1 of 1').waitFor()
  await page.getByText('Gina Holly writes:').waitFor()
  await page.getByText('My next interview is at a bank.').waitFor()
  await accessible(page, 'interviews')
  await shot(page, 'admin-interviews')
  await page.getByRole('button', { name: /^Cancel: Gina Holly with/ }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByRole('button', { name: 'Cancel the interview' }).click()
  await dialog.getByText('Enter 1 to 500 characters.').waitFor()
  await accessible(page, 'a refused cancellation')
  await dialog.getByLabel('Reason').fill('The building is closed.')
  await dialog.getByRole('button', { name: 'Cancel the interview' }).click()
  await page.getByText('The interview is cancelled.').waitFor()
  await page.getByText('No interview matches.').waitFor()

  await page.getByLabel('Status').selectOption('Completed')
  await page.getByRole('button', { name: /^Correct the grade: Gina Holly/ }).first().click()
  await page.getByRole('dialog').getByLabel('Grade', { exact: true }).fill('6')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await refused(page.getByRole('dialog'), 'Grade', 'Enter a whole number, 0 to 5.')
  await accessible(page, 'a refused grade')
  await shot(page, 'admin-grade')
  await page.getByRole('dialog').getByLabel('Grade', { exact: true }).fill('5')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('The result is saved.').waitFor()
  await page.getByRole('link', { name: 'Gina Holly' }).first().click()
  await page.getByRole('link', { name: 'Events' }).last().click()
  await row(page, 'Interview graded').getByText('by an administrator').waitFor()
  await row(page, 'Interview graded').locator('summary').click()
  await row(page, 'Interview graded').getByText('3 → 5').waitFor()
  await row(page, 'Interview cancelled').waitFor()
  await accessible(page, 'events')
  await shot(page, 'admin-events')
})

visit('the figures agree with the interviews, as a table and as a file', async (page) => {
  await signIn(page)
  await open(page, 'Figures')
  await page.getByLabel('Status').selectOption('Completed')
  const table = page.getByRole('table', { name: 'Interviews by month and interviewer' })
  await table.waitFor()
  await page.getByRole('img', { name: /^Interviews by month, \d+ in total/ }).waitFor()
  await accessible(page, 'the figures')
  await shot(page, 'admin-report')
  const { interviews } = await server.ask('{ interviews(filter: { status: [COMPLETED] }) { totalCount } }')
  const total = await table.locator('tfoot td').last().textContent()
  assert.equal(Number(total), interviews.totalCount)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as CSV' }).click()])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
  assert.match(lines[0], /^"Interviewer",("\d{4}-\d\d",){6}"Total"$/)
  assert.equal(lines.slice(1).reduce((sum, line) => sum + Number(line.split(',').at(-1)), 0), interviews.totalCount)
})

visit('the keyboard alone adds a student and edits an interviewer', async (page) => {
  const reach = async (name) => {
    for (let tries = 0; tries < 120; tries++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        const one = document.activeElement
        return one?.getAttribute('aria-label') ?? one?.labels?.[0]?.textContent ?? one?.textContent
      })
      if (name.test(focused ?? '')) return
    }
    assert.fail(`Tab does not reach ${name}`)
  }
  const press = async (name) => {
    await reach(name)
    await page.keyboard.press('Enter')
  }
  const type = async (name, text) => {
    await reach(name)
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  }
  await page.locator('.person').first().waitFor()
  await press(/^You are an administrator$/)
  await page.locator('.rows').waitFor()
  await press(/^Add a student$/)
  const heading = page.getByRole('heading', { name: 'Add a student' })
  await heading.waitFor()
  assert.ok(await heading.evaluate((one) => one === document.activeElement)) // a reader hears where they are
  await type(/^Name$/, 'Kay Board')
  await type(/^E-mail$/, 'nora.newcomer@example.com')
  await type(/^Time zone$/, 'Moon')
  await page.keyboard.press('Enter')
  await refused(page, 'Time zone', 'Enter a time zone, such as Europe/Berlin.')
  await type(/^Time zone$/, 'Europe/Oslo')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Kay Board' }).waitFor()
  await page.getByText('Can book. 0 of 15 interviews used.').waitFor()

  await press(/^Interviewers$/)
  await page.locator('.rows').waitFor()
  await press(/^Mei Tanaka$/)
  await page.getByRole('heading', { name: 'Mei Tanaka' }).waitFor()
  await type(/^Headline$/, 'Compilers')
  await page.keyboard.press('Enter')
  await page.getByText('Saved.').waitFor()
  assert.equal((await server.ask('{ interviewers(filter: { search: "tanaka" }) { nodes { headline } } }')).interviewers.nodes[0].headline, 'Compilers')
})

const sections = ['students', 'students/new', 'students/103', 'interviewers', 'interviewers/new', 'interviewers/1', 'import', 'stuck', 'interviews', 'report', 'events', 'policy', 'mail', 'webhooks', 'webhooks/new']

// look opens each section and checks that it is accessible and not wider than the window.
async function look(page, picture) {
  const { width } = page.viewportSize()
  for (const section of sections) {
    await page.evaluate((to) => (location.hash = `#/${to}`), section)
    await page.locator('.section h1').waitFor()
    await page.locator('.loading').waitFor({ state: 'detached' })
    await accessible(page, section)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, section)
    await shot(page, `${picture}-${section.replace('/', '-')}`)
  }
}

visit('every section is accessible', async (page) => {
  await signIn(page)
  await look(page, 'admin')
})

visit(
  'every section fits a phone in the dark, in German',
  async (page) => {
    await page.getByRole('button', { name: 'Du verwaltest die Schule' }).click()
    await page.getByRole('heading', { name: 'Lernende', level: 1 }).waitFor()
    await look(page, 'admin-phone-dark')
  },
  { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 390, height: 844 } },
)

visit('a student downloads nothing of the administrator’s pages', async (page) => {
  const scripts = []
  page.on('response', (response) => /\.(js|css)$/.test(response.url()) && scripts.push(new URL(response.url()).pathname))
  await page.reload()
  await page.getByRole('button', { name: /^You are Nora Newcomer/ }).click()
  await page.getByRole('heading', { name: 'Book an interview' }).waitFor()
  const first = scripts.length
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.evaluate(() => (location.hash = '#/policy'))
  await page.getByRole('button', { name: 'You are an administrator' }).click()
  await page.getByRole('heading', { name: 'Policy', level: 1 }).waitFor()
  assert.ok(scripts.length > first, `${scripts}`)
})
