// The profile of an interviewer, their calendar feeds and their e-mails.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useQuery } from 'urql'
import { CreateFeedDocument, DeleteFeedDocument, InterviewerSettingsDocument, UpdatePreferencesDocument } from '../generated/interviewer/graphql.ts'
import type { InterviewerSettingsQuery } from '../generated/interviewer/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import { Failure, Loading } from '../ui.tsx'
import { Refusals } from '../forms.tsx'
import { Check, useSend } from './form.tsx'
import type { Me, Props } from './page.tsx'
import { useInterviewerTexts } from './texts.ts'

type Settings = NonNullable<InterviewerSettingsQuery['interviewer']>

export function Settings(props: Props) {
  const { me } = props
  const [{ data, error }, again] = useQuery({ query: InterviewerSettingsDocument, variables: { id: me.id }, requestPolicy: 'cache-and-network' })
  const settings = data?.interviewer
  return (
    <div className="halves">
      <Profile me={me} />
      {settings ? (
        <div className="stack">
          <Feeds {...props} feeds={settings.calendarFeeds ?? []} />
          <Preferences {...props} preferences={settings.notificationPreferences} />
        </div>
      ) : error ? <Failure onRetry={() => again({ requestPolicy: 'network-only' })} /> : <Loading />}
    </div>
  )
}

// Profile shows what students see. The API lets only administrators change it.
function Profile({ me }: { me: Me }) {
  const i = useInterviewerTexts()
  const { locale } = useTexts()
  const name = new Intl.DisplayNames(locale, { type: 'language' })
  const rows: [string, string | null | undefined][] = [
    [i.settings.name, me.name],
    [i.settings.headline, me.headline],
    [i.settings.bio, me.bio],
    [i.settings.tags, me.tags.join(', ')],
    [i.settings.languages, me.languages.map((tag) => name.of(tag) ?? tag).join(', ')],
    [i.settings.zone, me.timeZone],
  ]
  const own: [string, string | null | undefined][] = [
    [i.settings.email, me.email],
    [i.settings.room, me.meetingUrl],
    [i.settings.perDay, me.maxPerDay?.toLocaleString(locale) ?? i.settings.noCap],
    [i.settings.perWeek, me.maxPerWeek?.toLocaleString(locale) ?? i.settings.noCap],
  ]
  return (
    <section className="card stack" aria-labelledby="profile">
      <h2 id="profile">{i.settings.profile}</h2>
      <p className="hint">{i.settings.profileAbout}</p>
      <Facts rows={rows} />
      <h3>{i.settings.own}</h3>
      <Facts rows={own} />
    </section>
  )
}

function Facts({ rows }: { rows: [string, string | null | undefined][] }) {
  const i = useInterviewerTexts()
  return <dl className="facts">{rows.map(([label, value]) => <div key={label}><dt>{label}</dt><dd className={value ? 'bio' : 'hint'}>{value || i.settings.unset}</dd></div>)}</dl>
}

function Feeds({ me, format, say, feeds }: Props & { feeds: NonNullable<Settings['calendarFeeds']> }) {
  const i = useInterviewerTexts()
  const create = useSend(CreateFeedDocument)
  const remove = useSend(DeleteFeedDocument)
  const [url, setUrl] = useState('')
  const add = async () => {
    const payload = await create.send((idempotencyKey) => ({ interviewerId: me.id, idempotencyKey }))
    setUrl(payload?.url ?? '')
  }
  const drop = async (id: string) => {
    if (!(await remove.send(() => ({ feedId: id })))) return
    setUrl('')
    say(i.feeds.deleted)
  }
  return (
    <section className="card stack" aria-labelledby="feeds">
      <h2 id="feeds">{i.feeds.title}</h2>
      <p className="hint">{i.feeds.about}</p>
      {url && (
        <div className="notice stack" role="status">
          <label className="field"><span>{i.feeds.once}</span><input readOnly value={url} onFocus={(e) => e.target.select()} /></label>
          <div><Button className="button" onPress={() => void navigator.clipboard.writeText(url).then(() => say(i.feeds.copied))}>{i.feeds.copy}</Button></div>
        </div>
      )}
      <ul className="rows">
        {feeds.map((feed) => (
          <li key={feed.id} className="row">
            <div>
              <p>{i.feeds.made(format.moment(feed.createdAt))}</p>
              <p className="hint">{feed.lastReadAt ? i.feeds.read(format.moment(feed.lastReadAt)) : i.feeds.never}</p>
            </div>
            <Button className="button quiet bad" isDisabled={remove.sending} aria-label={i.feeds.deleteLabel(format.moment(feed.createdAt))} onPress={() => void drop(feed.id)}>{i.feeds.delete}</Button>
          </li>
        ))}
      </ul>
      <Refusals problems={[...create.problems, ...remove.problems]} />
      <div><Button className="button" isDisabled={create.sending} onPress={() => void add()}>{i.feeds.create}</Button></div>
    </section>
  )
}

const categories = ['bookings', 'reminders', 'agenda', 'feedback'] as const

function Preferences({ me, say, preferences }: Props & { preferences: Settings['notificationPreferences'] }) {
  const i = useInterviewerTexts()
  const { problems, send } = useSend(UpdatePreferencesDocument)
  const [chosen, setChosen] = useState<Partial<Record<(typeof categories)[number], boolean>>>({})
  const change = async (category: (typeof categories)[number], on: boolean) => {
    setChosen({ ...chosen, [category]: on }) // until it is saved
    const payload = await send(() => ({ interviewerId: me.id, [category]: on }))
    if (payload) say(i.emails.saved)
    else setChosen({})
  }
  return (
    <section className="card stack" aria-labelledby="emails">
      <h2 id="emails">{i.emails.title}</h2>
      <p className="hint">{i.emails.about(me.email ?? '')}</p>
      <div>
        {categories.map((one) => <Check key={one} label={i.emails.categories[one]} checked={chosen[one] ?? preferences?.[one] ?? false} onChange={(on) => void change(one, on)} />)}
      </div>
      <Refusals problems={problems} />
    </section>
  )
}
