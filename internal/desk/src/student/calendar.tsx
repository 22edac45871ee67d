// A student's calendar feeds: create one, copy its URL, delete it.
import { useRef, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { useMutation, useQuery } from 'urql'
import { CreateFeedDocument, DeleteFeedDocument, FeedsDocument } from '../generated/graphql.ts'
import type { FeedFragment, MeFragment, RefusalFragment } from '../generated/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import type { Format } from '../time.ts'
import { Failure } from '../ui.tsx'

function useFeeds(me: MeFragment) {
  const [{ data }, reload] = useQuery({ query: FeedsDocument, variables: { student: me.id } })
  const [, create] = useMutation(CreateFeedDocument)
  const [, remove] = useMutation(DeleteFeedDocument)
  const [url, setUrl] = useState('')
  const [errors, setErrors] = useState<RefusalFragment[]>([])
  const [retry, setRetry] = useState<() => void>()
  const key = useRef(crypto.randomUUID())

  // done shows the outcome of a mutation. Without a payload its outcome is unknown.
  function done(payload: { errors: RefusalFragment[] } | null | undefined, again: () => void) {
    setRetry(() => (payload ? undefined : again))
    setErrors(payload?.errors ?? [])
    if (payload) reload({ requestPolicy: 'network-only' })
  }
  async function add() {
    const { data } = await create({ student: me.id, key: key.current })
    const payload = data?.createCalendarFeed
    if (payload) {
      key.current = crypto.randomUUID()
      setUrl(payload.url ?? '')
    }
    done(payload, () => void add())
  }
  async function drop(feed: FeedFragment) {
    const { data } = await remove({ feed: feed.id })
    if (data?.deleteCalendarFeed) setUrl('')
    done(data?.deleteCalendarFeed, () => void drop(feed))
  }
  return { feeds: data?.student?.calendarFeeds ?? [], url, errors, retry, add, drop }
}

export function Calendar({ me, format }: { me: MeFragment; format: Format }) {
  const { t } = useTexts()
  const { feeds, url, errors, retry, add, drop } = useFeeds(me)
  return (
    <section className="calendar" aria-labelledby="calendar">
      <h2 id="calendar">{t.calendar.title}</h2>
      <p className="hint">{t.calendar.intro}</p>
      {url && <Address url={url} />}
      {errors.length > 0 && <div className="notice bad" role="alert">{errors.map((e) => <p key={e.code}>{t.refusals[e.code] ?? e.message}</p>)}</div>}
      {retry && <Failure onRetry={retry} />}
      {feeds.length > 0 && <ul>
        {feeds.map((feed) => (
          <li key={feed.id} className="feed">
            <span>{t.calendar.created(format.moment(feed.createdAt))}<span className="hint">{feed.lastReadAt ? t.calendar.read(format.moment(feed.lastReadAt)) : t.calendar.unread}</span></span>
            <Button className="button quiet bad" aria-label={t.calendar.removeLabel(format.moment(feed.createdAt))} onPress={() => void drop(feed)}>{t.calendar.remove}</Button>
          </li>
        ))}
      </ul>}
      <div className="actions"><Button className="button" onPress={() => void add()}>{t.calendar.add}</Button></div>
    </section>
  )
}

// Address shows the secret URL of a new feed, which the server shows only once.
function Address({ url }: { url: string }) {
  const { t } = useTexts()
  const [copied, setCopied] = useState('')
  const copy = () => void navigator.clipboard.writeText(url).then(() => setCopied(url), () => setCopied(''))
  return (
    <div className="notice good" role="status">
      <TextField className="field" value={url} isReadOnly>
        <Label>{t.calendar.url}</Label>
        <Input onFocus={(e) => e.target.select()} />
      </TextField>
      <p className="hint">{t.calendar.secret}</p>
      <Button className="button" onPress={copy}>{copied === url ? t.calendar.copied : t.calendar.copy}</Button>
    </div>
  )
}
