// Calendars that are drawn from a seed, imported into the real server and
// expanded by ical.js: both must come to the same slots. CALENDARS is how many
// are drawn, SEED what of.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import ICAL from 'ical.js'

import { start } from './server.mjs'

const count = Number(process.env.CALENDARS ?? 60)
const seed = Number(process.env.SEED ?? 1)
const hour = 60 * 60 * 1000
const day = 24 * hour
const slot = hour / 4

let server
before(async () => (server = await start({ RATE_LIMIT: 'off', SAMPLE_DATA: 'off' })))
after(() => server?.stop())

const ask = (query, variables) => server.ask(query, variables)

// generator answers numbers from 0 up to n, the same for the same seed (mulberry32).
function generator(state) {
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n)
  }
}

const change = (kind, from, to, start, rule) =>
  [`BEGIN:${kind}`, `DTSTART:${start}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`, `RRULE:FREQ=YEARLY;${rule}`, `END:${kind}`].join('\r\n')

const zones = {
  'Europe/Berlin': [
    change('DAYLIGHT', '+0100', '+0200', '19810329T020000', 'BYMONTH=3;BYDAY=-1SU'),
    change('STANDARD', '+0200', '+0100', '19961027T030000', 'BYMONTH=10;BYDAY=-1SU'),
  ],
  'America/New_York': [
    change('DAYLIGHT', '-0500', '-0400', '20070311T020000', 'BYMONTH=3;BYDAY=2SU'),
    change('STANDARD', '-0400', '-0500', '20071104T020000', 'BYMONTH=11;BYDAY=1SU'),
  ],
  'Australia/Lord_Howe': [
    change('STANDARD', '+1100', '+1030', '20080406T020000', 'BYMONTH=4;BYDAY=1SU'),
    change('DAYLIGHT', '+1030', '+1100', '20081005T020000', 'BYMONTH=10;BYDAY=1SU'),
  ],
  'Asia/Kolkata': [change('STANDARD', '+0530', '+0530', '19700101T000000', 'COUNT=1')],
}

const days = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const pad = (n) => String(n).padStart(2, '0')
const stamp = (date) => date.toISOString().replace(/[-:]|\.\d+/g, '').slice(0, 15)

// draw is a calendar of one series: its zone, rule, exceptions, more times, and
// times that were moved or cancelled.
function draw(random) {
  const one = (...values) => values[random(values.length)]
  const name = one(...Object.keys(zones))
  const id = one(name, name, `/example.org/1/${name}`, 'Our zone') // the last is known by its VTIMEZONE alone
  const first = new Date(Math.floor(Date.now() / day) * day + (random(400) - 350) * day)
  // At hours that clocks neither skip nor repeat: in a gap ical.js takes the offset
  // after it, and RFC 5545 the one before, which tests in Go hold.
  first.setUTCHours(one(3, 6, 9, 11, 22), one(0, 15, 30), 0, 0)
  const rule = drawRule(random, one, first)
  const lasts = one(15, 45, 60, 90)
  const wall = (date) => `;TZID=${id.includes(':') ? `"${id}"` : id}:${stamp(date)}`
  const length = one(true, false)
    ? `DTEND${wall(new Date(first.getTime() + lasts * 60000))}`
    : `DURATION:PT${lasts >= 60 ? `${Math.floor(lasts / 60)}H` : ''}${lasts % 60 ? `${lasts % 60}M` : ''}`
  const zone = ['BEGIN:VTIMEZONE', `TZID:${id}`, ...zones[name], 'END:VTIMEZONE']
  const master = ['BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260101T000000Z', `DTSTART${wall(first)}`, length, `RRULE:${rule}`]
  const plain = calendar(zone, [[...master, 'END:VEVENT']])
  const taken = expand(plain).filter(() => random(6) === 0)
  const exceptions = []
  for (const { wall: at, start } of taken.slice(0, 6)) {
    const when = one(`;TZID=${id}:${at}`, `:${stamp(new Date(start))}Z`)
    const moved = new Date(Date.UTC(at.slice(0, 4), at.slice(4, 6) - 1, at.slice(6, 8), 15, one(0, 20)))
    const event = ['BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260101T000000Z', `RECURRENCE-ID${when}`, `DTSTART${wall(moved)}`, 'DURATION:PT30M']
    switch (random(4)) {
      case 0:
        exceptions.push([...event, 'STATUS:CANCELLED', 'END:VEVENT'])
        break
      case 1:
        exceptions.push([...event, 'END:VEVENT'])
        break
      default:
        master.push(`EXDATE${when}`)
    }
  }
  if (random(3) === 0) {
    const more = [1, 2].map((n) => new Date(Math.floor(Date.now() / day) * day + (20 + random(100)) * day + (18 + n) * hour))
    master.push(`RDATE;TZID=${id}:${more.map(stamp).join(',')}`)
  }
  return calendar(zone, [[...master, 'END:VEVENT'], ...exceptions])
}

// drawRule is a rule that first fits, and whose UNTIL is a time: what others mean,
// RFC 5545 leaves open. The server takes all of a day that UNTIL names.
function drawRule(random, one, first) {
  const weekday = days[first.getUTCDay()]
  const nth = Math.ceil(first.getUTCDate() / 7)
  const others = days.filter((d) => d !== weekday && random(3) === 0)
  const until = new Date(Date.now() + (30 + random(140)) * day)
  const rule = one(
    `FREQ=DAILY;INTERVAL=${1 + random(5)}`,
    `FREQ=WEEKLY;INTERVAL=${1 + random(3)};BYDAY=${[weekday, ...others].join(',')};WKST=${one('MO', 'SU')}`,
    'FREQ=WEEKLY',
    `FREQ=MONTHLY;BYMONTHDAY=${first.getUTCDate()}`,
    `FREQ=MONTHLY;BYDAY=${Math.min(nth, 5)}${weekday}`,
    `FREQ=MONTHLY;BYDAY=${weekday}`,
    `FREQ=YEARLY;BYMONTH=${first.getUTCMonth() + 1};BYMONTHDAY=${first.getUTCDate()}`,
  )
  return rule + one('', `;COUNT=${1 + random(200)}`, `;UNTIL=${stamp(until)}Z`)
}

const calendar = (zone, events) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//', ...zone, ...events.flat(), 'END:VCALENDAR', ''].join('\r\n')

// expand is the windows of a calendar by ical.js.
function expand(text) {
  const all = new ICAL.Component(ICAL.parse(text))
  ICAL.TimezoneService.reset()
  for (const zone of all.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone)
  const [master, ...exceptions] = all.getAllSubcomponents('vevent')
  const event = new ICAL.Event(master, { strictExceptions: false, exceptions })
  const iterator = event.iterator()
  const windows = []
  for (let at = iterator.next(); at && at.toUnixTime() * 1000 < Date.now() + 185 * day; at = iterator.next()) {
    const { item, startDate } = event.getOccurrenceDetails(at)
    if (item.component.getFirstPropertyValue('status') === 'CANCELLED') continue
    const start = startDate.toUnixTime() * 1000
    const long = item.component.getFirstPropertyValue('duration') ?? item.endDate.subtractDate(item.startDate)
    windows.push({ start, end: start + long.toSeconds() * 1000, wall: at.toString().replace(/[-:]/g, '').slice(0, 15) })
  }
  return windows
}

const isCompared = (start) => start > Date.now() + hour && start < Date.now() + 179 * day

async function publish(ical, n) {
  const { created } = await ask(
    `mutation ($email: String!) { created: createInterviewer(input: { name: "Ann", email: $email }) { interviewer { id } } }`,
    { email: `${n}@interviewers.example` },
  )
  const { id } = created.interviewer
  const { done } = await ask(
    `mutation ($id: ID!, $ical: String!) {
      done: importAvailability(input: { interviewerId: $id, ical: $ical, slotMinutes: 15 }) { rows { line status notes errors { message } } errors { message } }
    }`,
    { id, ical },
  )
  assert.deepEqual(done.errors, [], JSON.stringify(done.rows.filter((row) => row.errors.length > 0).slice(0, 3)))
  const slots = []
  const range = { start: new Date(Date.now()).toISOString(), end: new Date(Date.now() + 181 * day).toISOString() }
  for (let after = null; ; ) {
    const { interviewer } = await ask(
      `query ($id: ID!, $start: DateTime!, $end: DateTime!, $after: String) {
        interviewer(id: $id) { slots(start: $start, end: $end, first: 100, after: $after) { nodes { start } pageInfo { hasNextPage endCursor } } }
      }`,
      { id, ...range, after },
    )
    const { nodes, pageInfo } = interviewer.slots
    slots.push(...nodes.map(({ start }) => Date.parse(start)))
    if (!pageInfo.hasNextPage) return slots.filter(isCompared)
    after = pageInfo.endCursor
  }
}

// cut is the slots of windows.
const cut = (windows) =>
  windows.flatMap(({ start, end }) => Array.from({ length: Math.floor((end - start) / slot) }, (_, n) => start + n * slot)).filter(isCompared)

const said = (slots) =>
  [...new Set(slots.map((start) => new Date(start).toISOString()))].sort()

test(`the slots of ${count} drawn calendars are those of ical.js`, async () => {
  const random = generator(seed)
  const differing = []
  let slots = 0
  for (let n = 0; n < count; n++) {
    const text = draw(random)
    const want = said(cut(expand(text)))
    const got = said(await publish(text, n))
    slots += want.length
    if (JSON.stringify(got) !== JSON.stringify(want)) {
      differing.push({ n, text, missing: want.filter((w) => !got.includes(w)).slice(0, 5), added: got.filter((w) => !want.includes(w)).slice(0, 5) })
    }
  }
  console.log(`${count - differing.length} of ${count} calendars agree, with ${slots} slots`)
  assert.ok(slots > count, 'the calendars are nearly empty')
  assert.deepEqual(differing, [])
})
