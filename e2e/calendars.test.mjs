// Random calendars are imported into the real server and expanded by ical.js. Both
// must produce the same slots. CALENDARS is the number of calendars, SEED the seed of
// the random numbers.
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

// generator returns a function that returns random numbers from 0 to n-1 (mulberry32).
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

// Times that are skipped or repeated on the day of a clock change, and times next to
// them.
const changing = {
  'Europe/Berlin': ['0130', '0200', '0230', '0300'],
  'America/New_York': ['0100', '0130', '0200', '0230'],
  'Australia/Lord_Howe': ['0130', '0145', '0200', '0215'],
  'Asia/Kolkata': ['0230'],
}

const formats = new Map()

// offset returns the UTC offset of a zone at a time, from Node's time zone database.
function offset(name, at) {
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' }))
  const [, sign, hours, minutes] = /GMT([+-])?(\d+)?:?(\d+)?/.exec(formats.get(name).formatToParts(at).find(({ type }) => type === 'timeZoneName').value)
  return (sign === '-' ? -1 : 1) * ((hours ?? 0) * hour + ((minutes ?? 0) * hour) / 60)
}

// changes returns the next days with a clock change in a zone, as midnight UTC.
function changes(name) {
  const today = Math.floor(Date.now() / day) * day
  return Array.from({ length: 175 }, (_, n) => today + (n + 2) * day).filter((at) => offset(name, at - day / 2) !== offset(name, at + day / 2))
}

const days = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const pad = (n) => String(n).padStart(2, '0')
const stamp = (date) => date.toISOString().replace(/[-:]|\.\d+/g, '').slice(0, 15)

// draw returns a random calendar of one series and the name of its zone. The zone, the rule, the exceptions, the
// additional times, and the moved and cancelled occurrences are random.
function draw(random) {
  const one = (...values) => values[random(values.length)]
  const name = one(...Object.keys(zones))
  const id = one(name, name, `/example.org/1/${name}`, 'Our zone') // the last one is defined only by its VTIMEZONE
  const first = new Date(Math.floor(Date.now() / day) * day + (random(400) - 350) * day)
  const at = random(2) === 0 ? one(...changing[name]) : `${pad(one(3, 6, 9, 11, 22))}${one('00', '15', '30')}`
  first.setUTCHours(at.slice(0, 2), at.slice(2), 0, 0)
  const rule = drawRule(random, one, first)
  const lasts = one(15, 45, 60, 90, 8 * 60)
  const wall = (date) => `;TZID=${id.includes(':') ? `"${id}"` : id}:${stamp(date)}`
  const length = one(true, false)
    ? `DTEND${wall(new Date(first.getTime() + lasts * 60000))}`
    : !/DAILY|BYHOUR/.test(rule) && random(3) === 0
    ? `DURATION:${one('P1D', 'P1DT1H')}`
    : `DURATION:PT${lasts >= 60 ? `${Math.floor(lasts / 60)}H` : ''}${lasts % 60 ? `${lasts % 60}M` : ''}`
  const zone = ['BEGIN:VTIMEZONE', `TZID:${id}`, ...zones[name], 'END:VTIMEZONE']
  const master = ['BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260101T000000Z', `DTSTART${wall(first)}`, length, `RRULE:${rule}`]
  const plain = calendar(zone, [[...master, 'END:VEVENT']])
  const taken = expand(plain, name).filter(() => random(6) === 0)
  const exceptions = []
  for (const { wall: at, start, differs } of taken.slice(0, 6)) {
    const local = `;TZID=${id}:${at}`
    const when = differs ? local : one(local, `:${stamp(new Date(start))}Z`) // ical.js matches its own instant
    // All times are at quarter hours, because the server keeps only one of two overlapping
    // slots, and ical.js keeps both.
    const moved = new Date(Date.UTC(at.slice(0, 4), at.slice(4, 6) - 1, at.slice(6, 8), 15, one(0, 45)))
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
    for (const midnight of changes(name)) {
      const time = one(...changing[name])
      more.push(new Date(midnight + time.slice(0, 2) * hour + (time.slice(2) * hour) / 60))
    }
    master.push(`RDATE;TZID=${id}:${more.map(stamp).join(',')}`)
  }
  return { name, text: calendar(zone, [[...master, 'END:VEVENT'], ...exceptions]) }
}

// drawRule returns a random rule that has `first` as an occurrence, and whose UNTIL is a time.
// RFC 5545 does not define other rules. The server includes the whole day of an UNTIL date.
function drawRule(random, one, first) {
  const weekday = days[first.getUTCDay()]
  const nth = Math.ceil(first.getUTCDate() / 7)
  const others = days.filter((d) => d !== weekday && random(3) === 0)
  const until = new Date(Date.now() + (30 + random(140)) * day)
  const rule = one(
    'FREQ=DAILY',
    `FREQ=DAILY;INTERVAL=${1 + random(5)}`,
    `FREQ=DAILY;BYHOUR=${[1, 2, 3].includes(first.getUTCHours()) ? '1,2,3' : first.getUTCHours()}`,
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

// instant returns the instant of a time by RFC 5545, 3.3.5: a skipped local time has
// the offset before the gap, and a repeated one is the first of the two. ical.js uses
// the offset after a gap. differs reports that the instant of ical.js is a different one.
function instant(time, name) {
  const theirs = time.toUnixTime() * 1000
  if (time.zone === ICAL.Timezone.utcTimezone) return { at: theirs, differs: false }
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
  const isShown = (at) => at + offset(name, at) === wall
  const earlier = wall - offset(name, wall - day)
  const later = wall - offset(name, wall + day)
  const at = isShown(earlier) || !isShown(later) ? earlier : later
  return { at, differs: at !== theirs }
}

// ending returns the end of an occurrence by RFC 5545, 3.8.5.3: with DTEND, every
// occurrence has the exact duration of the first, and the days of a DURATION are
// calendar days. ical.js adds both to the wall-clock time.
function ending(item, startDate, start, name) {
  const lasts = item.component.getFirstPropertyValue('duration')
  if (!lasts) return start + instant(item.endDate, name).at - instant(item.startDate, name).at
  const days = lasts.weeks * 7 + lasts.days
  if (days === 0) return start + lasts.toSeconds() * 1000
  const later = startDate.clone()
  later.adjust(days, 0, 0, 0)
  return instant(later, name).at + (lasts.toSeconds() - days * 86400) * 1000
}

let differing = 0 // occurrences whose instant by RFC 5545 differs from that of ical.js

// expand returns the windows that ical.js finds in a calendar of a zone.
function expand(text, name) {
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
    const { at: start, differs } = instant(startDate, name)
    if (differs) differing++
    windows.push({ start, end: ending(item, startDate, start, name), differs, wall: at.toString().replace(/[-:]/g, '').slice(0, 15) })
  }
  return windows
}

const isCompared = (start) => start > Date.now() + 30 * hour && start < Date.now() + 179 * day

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

// cut returns the slots of windows.
const cut = (windows) =>
  windows.flatMap(({ start, end }) => Array.from({ length: Math.floor((end - start) / slot) }, (_, n) => start + n * slot)).filter(isCompared)

const said = (slots) =>
  [...new Set(slots.map((start) => new Date(start).toISOString()))].sort()

test(`the slots of ${count} random calendars match those of ical.js`, async () => {
  const random = generator(seed)
  const unequal = []
  let slots = 0
  for (let n = 0; n < count; n++) {
    const { name, text } = draw(random)
    const want = said(cut(expand(text, name)))
    const got = said(await publish(text, n))
    slots += want.length
    if (JSON.stringify(got) !== JSON.stringify(want)) {
      unequal.push({ n, text, missing: want.filter((w) => !got.includes(w)).slice(0, 5), added: got.filter((w) => !want.includes(w)).slice(0, 5) })
    }
  }
  console.log(`${count - unequal.length} of ${count} calendars agree, with ${slots} slots; the instants of ${differing} occurrences differ between RFC 5545 and ical.js`)
  assert.ok(slots > count, 'the calendars have too few slots')
  assert.deepEqual(unequal, [])
})
