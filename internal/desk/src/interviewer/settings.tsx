// The profile of an interviewer, their calendar feeds and their e-mails.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useQuery } from 'urql'
import { CreateFeedDocument, DeleteFeedDocument, InterviewerSettingsDocument, UpdatePreferencesDocument, UpdateProfileDocument } from '../generated/interviewer/graphql.ts'
import type { InterviewerSettingsQuery } from '../generated/interviewer/graphql.ts'
import { Failure, Loading } from '../ui.tsx'
import { Check, Entry, Fields, Refusals, useSave } from '../forms.tsx'
import type { Props } from './page.tsx'
import { mine } from './mine.ts'
import { useInterviewerTexts } from './texts.ts'

type Settings = NonNullable<InterviewerSettingsQuery['interviewer']>

export function Settings(props: Props) {
  const { me } = props
  const [{ data, error }, again] = useQuery({ query: InterviewerSettingsDocument, variables: { id: me.id }, requestPolicy: 'cache-and-network' })
  const settings = data?.interviewer
  return (
    <div className="halves">
      <Profile {...props} />
      {settings ? (
        <div className="stack">
          <Feeds {...props} feeds={settings.calendarFeeds ?? []} />
          <Preferences {...props} preferences={settings.notificationPreferences} />
        </div>
      ) : error ? <Failure onRetry={() => again({ requestPolicy: 'network-only' })} /> : <Loading />}
    </div>
  )
}

// Profile shows what the school decides, and a form for the rest.
function Profile({ me, say }: Props) {
  const i = useInterviewerTexts()
  return (
    <section className="card stack" aria-labelledby="profile">
      <h2 id="profile">{i.settings.profile}</h2>
      <p className="hint">{i.settings.profileAbout}</p>
      <ProfileForm key={me.version} me={me} say={say} />
      <h3>{i.settings.school}</h3>
      <Facts rows={[[i.settings.name, me.name], [i.settings.email, me.email], [i.settings.tags, me.tags.join(', ')]]} />
    </section>
  )
}

const own = ['headline', 'bio', 'photoUrl', 'languages', 'timeZone', 'meetingUrl', 'maxPerDay', 'maxPerWeek'] as const

function ProfileForm({ me, say }: Pick<Props, 'me' | 'say'>) {
  const i = useInterviewerTexts()
  const sender = useSave(UpdateProfileDocument, mine)
  const [entered, setEntered] = useState(() => Object.fromEntries(own.map((name) => [name, name === 'languages' ? me.languages.join(', ') : String(me[name] ?? '')])) as Record<(typeof own)[number], string>)
  const field = (name: (typeof own)[number]) => ({ name, label: i.settings[name], value: entered[name], onChange: (value: string) => setEntered({ ...entered, [name]: value }) })

  async function save() {
    const caps = { maxPerDay: capOf(entered.maxPerDay), maxPerWeek: capOf(entered.maxPerWeek) }
    const wrong = (['maxPerDay', 'maxPerWeek'] as const).filter((name) => caps[name] === undefined)
    if (wrong.length > 0) return sender.refuse(wrong.map((name) => ({ field: name, text: i.settings.whole })))
    const { headline, bio, photoUrl, timeZone, meetingUrl } = entered
    const languages = entered.languages.split(',').map((one) => one.trim()).filter(Boolean)
    const done = await sender.save(() => ({ interviewerId: me.id, expectedVersion: me.version, headline, bio, photoUrl, timeZone, meetingUrl, languages, maxPerDay: caps.maxPerDay ?? null, maxPerWeek: caps.maxPerWeek ?? null }))
    if (done) say(i.settings.saved)
  }

  return (
    <Fields names={own} save={sender} submit={i.settings.save} onSubmit={() => void save()}>
      <Entry {...field('headline')} hint={i.settings.headlineHint} maxLength={120} />
      <Entry {...field('bio')} rows={5} maxLength={1000} />
      <Entry {...field('photoUrl')} hint={i.settings.urlHint} />
      <Entry {...field('languages')} hint={i.settings.languagesHint} />
      <Entry {...field('timeZone')} hint={i.settings.timeZoneHint} />
      <Entry {...field('meetingUrl')} hint={i.settings.meetingUrlHint} />
      <Entry {...field('maxPerDay')} hint={i.settings.maxHint} />
      <Entry {...field('maxPerWeek')} hint={i.settings.maxHint} />
    </Fields>
  )
}

// capOf returns null for no maximum, and undefined for what is not a whole number.
function capOf(text: string): number | null | undefined {
  if (!text.trim()) return null
  const value = Number(text)
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : undefined
}

function Facts({ rows }: { rows: [string, string | null | undefined][] }) {
  const i = useInterviewerTexts()
  return <dl className="facts">{rows.map(([label, value]) => <div key={label}><dt>{label}</dt><dd className={value ? 'bio' : 'hint'}>{value || i.settings.unset}</dd></div>)}</dl>
}

function Feeds({ me, format, say, feeds }: Props & { feeds: NonNullable<Settings['calendarFeeds']> }) {
  const i = useInterviewerTexts()
  const create = useSave(CreateFeedDocument, mine)
  const remove = useSave(DeleteFeedDocument, mine)
  const [url, setUrl] = useState('')
  const add = async () => {
    const payload = await create.save((idempotencyKey) => ({ interviewerId: me.id, idempotencyKey }))
    setUrl(payload?.url ?? '')
  }
  const drop = async (id: string) => {
    if (!(await remove.save(() => ({ feedId: id })))) return
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
            <Button className="button quiet bad" isDisabled={remove.saving} aria-label={i.feeds.deleteLabel(format.moment(feed.createdAt))} onPress={() => void drop(feed.id)}>{i.feeds.delete}</Button>
          </li>
        ))}
      </ul>
      <Refusals problems={[...create.problems, ...remove.problems]} />
      <div><Button className="button" isDisabled={create.saving} onPress={() => void add()}>{i.feeds.create}</Button></div>
    </section>
  )
}

const categories = ['bookings', 'reminders', 'agenda', 'feedback'] as const

function Preferences({ me, say, preferences }: Props & { preferences: Settings['notificationPreferences'] }) {
  const i = useInterviewerTexts()
  const sender = useSave(UpdatePreferencesDocument, mine)
  const [chosen, setChosen] = useState<Partial<Record<(typeof categories)[number], boolean>>>({})
  const change = async (category: (typeof categories)[number], on: boolean) => {
    setChosen({ ...chosen, [category]: on }) // until it is saved
    const payload = await sender.save(() => ({ interviewerId: me.id, [category]: on }))
    if (payload) say(i.emails.saved)
    else setChosen({})
  }
  return (
    <section className="card stack" aria-labelledby="emails">
      <h2 id="emails">{i.emails.title}</h2>
      <p className="hint">{i.emails.about(me.email ?? '')}</p>
      <div>
        {categories.map((one) => <Check key={one} label={i.emails.categories[one]} value={chosen[one] ?? preferences?.[one] ?? false} onChange={(on) => void change(one, on)} />)}
      </div>
      <Refusals problems={sender.problems} />
    </section>
  )
}
