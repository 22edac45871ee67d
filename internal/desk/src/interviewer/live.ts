// Reading again what others may have changed.
import { useEffect, useRef } from 'react'
import type { Connection } from '../api.ts'
import { InterviewerMeetingChangedDocument } from '../generated/interviewer/graphql.ts'

// Interviewers are not told of holds, so the page reads at this interval.
const everyMs = 30_000

// useChanges calls a function when an interview of the interviewer has changed, and regularly.
export function useChanges(connection: Connection, id: string, refresh: () => void): void {
  const latest = useRef(refresh)
  latest.current = refresh
  useEffect(() => {
    const changed = () => latest.current()
    const subscription = connection.client.subscription(InterviewerMeetingChangedDocument, { id }).subscribe(({ data }) => data && changed())
    const stopListening = connection.onReconnect(changed)
    const timer = setInterval(() => document.visibilityState === 'visible' && changed(), everyMs)
    return () => {
      subscription.unsubscribe()
      stopListening()
      clearInterval(timer)
    }
  }, [connection, id])
}
