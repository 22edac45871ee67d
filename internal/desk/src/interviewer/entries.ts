// What an interviewer's week shows: their slots and blocked time, as entries of one day each.
import type { CalendarBlockFragment, CalendarSlotFragment, InterviewerCalendarQuery, MeetingFragment } from '../generated/interviewer/graphql.ts'
import { addDays, startOf } from '../time.ts'
import { clock, minutes, overlap, spanOf } from './days.ts'

export type Kind = 'open' | 'held' | 'booked' | 'finished' | 'withdrawn' | 'blocked'

export interface Entry {
  key: string
  kind: Kind
  from: number // minutes of the day
  to: number
  slot?: CalendarSlotFragment
  meeting?: MeetingFragment
  block?: CalendarBlockFragment
}

export interface Loaded {
  slots: CalendarSlotFragment[]
  meetings: MeetingFragment[]
  blocks: CalendarBlockFragment[]
}

export function loadedOf(data: InterviewerCalendarQuery | undefined): Loaded | undefined {
  const { slots, interviews, blocks } = data?.interviewer ?? {}
  if (!slots || !interviews || !blocks) return undefined
  return { slots: slots.nodes, meetings: interviews.nodes.filter((one) => one.status !== 'CANCELLED'), blocks: blocks.nodes }
}

const kinds: Record<CalendarSlotFragment['status'], Kind> = { OPEN: 'open', HELD: 'held', BOOKED: 'booked', WITHDRAWN: 'withdrawn' }

// entriesOn returns the entries of a day, in the order in which they start. A withdrawn slot is left
// out if its time is used otherwise.
export function entriesOn(day: string, { slots, meetings, blocks }: Loaded, timeZone: string): Entry[] {
  const whole = { start: Date.parse(startOf(day, timeZone)), end: Date.parse(startOf(addDays(day, 1), timeZone)) }
  const bounds = (one: { start: string; end: string }) => ({
    from: Date.parse(one.start) <= whole.start ? 0 : minutes(clock(one.start, timeZone)),
    to: Date.parse(one.end) >= whole.end ? 24 * 60 : minutes(clock(one.end, timeZone)),
  })
  const today = <T extends { start: string; end: string }>(list: T[]) => list.filter((one) => overlap(spanOf(one), whole))
  const used = [...today(slots).filter((one) => one.status !== 'WITHDRAWN'), ...today(blocks)].map(spanOf)
  const shown = today(slots).filter((one) => one.status !== 'WITHDRAWN' || !used.some((span) => overlap(span, spanOf(one))))
  return [
    ...today(blocks).map((block): Entry => ({ key: `block ${block.id}`, kind: 'blocked', ...bounds(block), block })),
    ...shown.map((slot): Entry => {
      const meeting = meetings.find((one) => one.slot.id === slot.id)
      const kind = meeting && meeting.status !== 'BOOKED' ? 'finished' : kinds[slot.status]
      return { key: `slot ${slot.id}`, kind, ...bounds(slot), slot, ...(meeting ? { meeting } : {}) }
    }),
  ].sort((a, b) => a.from - b.from)
}
