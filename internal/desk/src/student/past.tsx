// A student's past and cancelled interviews, with the interviewers' feedback.
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useClient } from 'urql'
import { PastDocument } from '../generated/graphql.ts'
import type { MeFragment, PastFragment } from '../generated/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import type { Format } from '../time.ts'
import { Failure, Initials, Loading } from '../ui.tsx'

interface List {
  interviews: PastFragment[] // the latest first
  before: string | null // where the next page ends; null if there is none
}

// usePast loads the latest page again after each change, and earlier pages when asked.
function usePast(student: string, changes: number) {
  const client = useClient()
  const [list, setList] = useState<List>()
  const [failed, setFailed] = useState(false)

  async function page(before: string | null, earlier: PastFragment[]): Promise<List | undefined> {
    const { data } = await client.query(PastDocument, { student, before }, { requestPolicy: 'network-only' }).toPromise()
    const found = data?.student?.interviews
    if (!found) return undefined
    const ended = found.nodes.filter(({ status, end }) => status !== 'BOOKED' || Date.parse(end) <= Date.now())
    return { interviews: [...earlier, ...ended.reverse()], before: found.pageInfo.hasPreviousPage ? (found.pageInfo.startCursor ?? null) : null }
  }
  const show = (loaded: List | undefined) => {
    setFailed(!loaded)
    if (loaded) setList(loaded)
  }
  useEffect(() => {
    let late = false
    void page(null, []).then((loaded) => late || show(loaded))
    return () => void (late = true)
  }, [client, student, changes])

  const more = () => void (list?.before && page(list.before, list.interviews).then(show))
  const retry = () => void page(null, []).then(show)
  return { list, failed, more, retry }
}

export function Past({ me, changes, format }: { me: MeFragment; changes: number; format: Format }) {
  const { t } = useTexts()
  const { list, failed, more, retry } = usePast(me.id, changes)
  return (
    <section className="past" aria-labelledby="past">
      <h2 id="past">{t.past.title}</h2>
      {failed ? <Failure onRetry={retry} /> : !list ? <Loading /> : list.interviews.length === 0 ? <p className="hint">{t.past.none}</p> : (
        <ul>{list.interviews.map((one) => <li key={one.id}><Ended interview={one} format={format} /></li>)}</ul>
      )}
      {list?.before && <Button className="button" onPress={more}>{t.past.more}</Button>}
    </section>
  )
}

function Ended({ interview, format }: { interview: PastFragment; format: Format }) {
  const { t } = useTexts()
  const { interviewer, start, status, grade, note, cancelReason } = interview
  return (
    <article className="card ended">
      <div className="profile">
        <Initials name={interviewer.name} />
        <div>
          <p><strong>{format.moment(start)}</strong></p>
          <p>{t.interviews.with(interviewer.name)}</p>
          <p className="hint">{t.past.status[status]}{cancelReason && `: ${cancelReason}`}</p>
        </div>
        {grade != null && <p className="grade"><strong aria-hidden="true">{grade}</strong><span className="unseen">{t.past.grade(grade)}</span></p>}
      </div>
      {note && <blockquote className="bio">{note}</blockquote>}
    </article>
  )
}
