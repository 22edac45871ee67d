// Times in the zone of the administrator's browser.
import { useMemo } from 'react'
import { useTexts } from '../texts/index.tsx'
import { addDays, startOf } from '../time.ts'

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

// startOfDay and endOfDay return the bounds of a day such as 2030-03-04, or null for no day.
export const startOfDay = (day: string): string | null => (day ? startOf(day, zone) : null)
export const endOfDay = (day: string): string | null => (day ? startOf(addDays(day, 1), zone) : null)

export interface Moments {
  moment(instant: string): string
  day(instant: string): string
  month(month: string): string // of a month such as 2030-03
  number(value: number): string
}

export function useMoments(): Moments {
  const { locale } = useTexts()
  return useMemo(() => {
    const date = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: zone } as const
    const moment = new Intl.DateTimeFormat(locale, { ...date, hour: 'numeric', minute: '2-digit' })
    const day = new Intl.DateTimeFormat(locale, date)
    const month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' })
    const number = new Intl.NumberFormat(locale)
    return {
      moment: (instant) => moment.format(Date.parse(instant)),
      day: (instant) => day.format(Date.parse(instant)),
      month: (of) => month.format(Date.parse(`${of}-01T00:00:00Z`)),
      number: (value) => number.format(value),
    }
  }, [locale])
}
