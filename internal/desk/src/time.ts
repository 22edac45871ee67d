// Days and times in a time zone. A day is a text such as 2030-03-04.
import { useEffect, useState } from 'react'

const made = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  const known = made.get(key) ?? new Intl.DateTimeFormat(locale, options)
  made.set(key, known)
  return known
}

const numeric: Intl.DateTimeFormatOptions = {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
}

// wallClock returns what a clock in a zone shows, such as 2030-03-04T09:30:00.
export function wallClock(instant: number, timeZone: string): string {
  const parts = format('en-US', { ...numeric, timeZone }).formatToParts(instant)
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}`
}

// dayOf returns the day of an instant in a zone.
export const dayOf = (instant: number, timeZone: string): string => wallClock(instant, timeZone).slice(0, 10)

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

// instantOf returns when a clock in a zone shows a time, such as 09:30. The second round
// corrects the first on days on which the offset changes.
export function instantOf(day: string, time: string, timeZone: string): string {
  const wall = Date.parse(`${day}T${time}:00Z`)
  let instant = wall
  for (let round = 0; round < 2; round++) instant -= Date.parse(`${wallClock(instant, timeZone)}Z`) - wall
  return new Date(instant).toISOString()
}

// startOf returns when a day begins in a zone.
export const startOf = (day: string, timeZone: string): string => instantOf(day, '00:00', timeZone)

export interface Format {
  time(instant: string): string
  clock(time: string): string // of a time of day, such as 14:30
  timeIn(instant: string, timeZone: string): string
  moment(instant: string): string // weekday, date and time
  longDay(day: string): string
  weekday(day: string): string
  date(day: string): string
}

export function formats(locale: string, timeZone: string): Format {
  const time: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' }
  const noon = (day: string) => Date.parse(`${day}T12:00:00Z`)
  return {
    time: (instant) => format(locale, { ...time, timeZone }).format(Date.parse(instant)),
    clock: (of) => format(locale, { ...time, timeZone: 'UTC' }).format(Date.parse(`2000-01-01T${of}:00Z`)),
    timeIn: (instant, zone) => format(locale, { weekday: 'short', ...time, timeZone: zone }).format(Date.parse(instant)),
    moment: (instant) =>
      format(locale, { weekday: 'long', day: 'numeric', month: 'long', ...time, timeZone }).format(Date.parse(instant)),
    longDay: (day) => format(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(noon(day)),
    weekday: (day) => format(locale, { weekday: 'short', timeZone: 'UTC' }).format(noon(day)),
    date: (day) => format(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(noon(day)),
  }
}

// placeOf returns the readable name of a zone: its city.
export const placeOf = (timeZone: string): string => timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone

// useNow returns the current time, renewed at an interval.
export function useNow(everyMs: number): number {
  const [now, set] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
