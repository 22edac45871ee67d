// Days, weeks and windows in the interviewer's time zone.
import { addDays, instantOf, wallClock } from '../time.ts'

export const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const

// weekdayOf returns 0 for a Monday.
const weekdayOf = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

export const nameOf = (day: string) => weekdays[weekdayOf(day)]!
export const mondayOf = (day: string): string => addDays(day, -weekdayOf(day))
export const clock = (instant: string, timeZone: string): string => wallClock(Date.parse(instant), timeZone).slice(11, 16)

export const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
export const timeAt = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

// A Span is a period of time in milliseconds.
export interface Span {
  start: number
  end: number
}

export const spanOf = ({ start, end }: { start: string; end: string }): Span => ({ start: Date.parse(start), end: Date.parse(end) })
export const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

// windowOn returns the window that starts on a day. It ends on the next day if its end is midnight or,
// where a window may pass midnight, before its start.
export function windowOn(day: string, from: string, to: string, timeZone: string, mayPassMidnight = false): Span {
  const next = to === '00:00' || (mayPassMidnight && to <= from)
  return { start: Date.parse(instantOf(day, from, timeZone)), end: Date.parse(instantOf(next ? addDays(day, 1) : day, to, timeZone)) }
}
