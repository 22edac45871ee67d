// The interviewers: the list, a new interviewer, and the page of one.
import { useDeferredValue, useState } from 'react'
import { AdminInterviewerDocument, AdminInterviewersDocument, CreateInterviewerDocument, UpdateInterviewerDocument } from '../generated/admin/graphql.ts'
import type { InterviewerRecordFragment, InterviewerRowFragment } from '../generated/admin/graphql.ts'
import { placeOf } from '../time.ts'
import { Failure, Initials, Loading } from '../ui.tsx'
import { Check, Entry, Fields, useSave } from '../forms.tsx'
import { Choice, isProblem, listOf, whole } from './form.tsx'
import type { Problem } from '../forms.tsx'
import type { Entries } from '../forms.tsx'
import { InterviewRows } from './interviews.tsx'
import { Listing, Missing, Said, Section, useFresh, usePaged } from './list.tsx'
import { useMoments, zone } from './moments.ts'
import { go, to, useFilter } from './place.ts'
import { Search } from './students.tsx'
import { useAdminTexts } from './texts.ts'

type Who = keyof ReturnType<typeof useAdminTexts>['interviewer']['filters']

export function Interviewers() {
  const a = useAdminTexts()
  const [{ search, active }, change] = useFilter('interviewers', ['search', 'active'])
  const kind = (active === 'true' || active === 'false' ? active : '') as Who
  const variables = { search: useDeferredValue(search.trim()) || null, active: kind === '' ? null : kind === 'true' }
  const paged = usePaged(AdminInterviewersDocument, variables, (data) => data.interviewers)
  return (
    <Section title={a.sections.interviewers} tools={<a className="button primary" href={to('interviewers/new')}>{a.interviewer.add}</a>}>
      <div className="filters">
        <Search value={search} onChange={(text) => change('search', text)} />
        <Choice label={a.interviewer.filter} value={kind} options={a.interviewer.filters} onChange={(value) => change('active', value)} />
      </div>
      <Listing paged={paged} label={a.sections.interviewers} empty={a.interviewer.none}>{(one) => <Row interviewer={one} />}</Listing>
    </Section>
  )
}

function Row({ interviewer }: { interviewer: InterviewerRowFragment }) {
  const a = useAdminTexts()
  const { id, name, email, timeZone, headline, active, tags } = interviewer
  return (
    <div className="row">
      <Initials name={name} />
      <div>
        <a className="name" href={to(`interviewers/${id}`)}>{name}</a>
        <p className="hint">{email} · {placeOf(timeZone)}</p>
        {headline && <p>{headline}</p>}
      </div>
      {active ? <ul className="tags">{tags.map((tag) => <li key={tag}>{tag}</li>)}</ul> : <p className="warn">{a.interviewer.inactive}</p>}
    </div>
  )
}

export function Interviewer({ id }: { id: string }) {
  return id === 'new' ? <NewInterviewer /> : <Known id={id} />
}

const names = ['name', 'email', 'timeZone', 'headline', 'bio', 'tags', 'languages', 'maxPerDay', 'maxPerWeek', 'meetingUrl', 'photoUrl'] as const

// read returns what was entered, or the problems of fields that are not numbers.
function read(a: ReturnType<typeof useAdminTexts>, entry: Entries): Problem[] | ReturnType<typeof values> {
  const maxPerDay = whole(a, 'maxPerDay', entry('maxPerDay'))
  const maxPerWeek = whole(a, 'maxPerWeek', entry('maxPerWeek'))
  const problems = [maxPerDay, maxPerWeek].filter(isProblem)
  return problems.length ? problems : values(entry, maxPerDay as number | null, maxPerWeek as number | null)
}

const values = (entry: Entries, maxPerDay: number | null, maxPerWeek: number | null) => ({
  name: entry('name'),
  email: entry('email'),
  timeZone: entry('timeZone'),
  headline: entry('headline') || null,
  bio: entry('bio') || null,
  tags: listOf(entry('tags')),
  languages: listOf(entry('languages')),
  maxPerDay,
  maxPerWeek,
  meetingUrl: entry('meetingUrl') || null,
  photoUrl: entry('photoUrl') || null,
})

function NewInterviewer() {
  const a = useAdminTexts()
  const create = useSave(CreateInterviewerDocument, ['Interviewer'])
  async function add(entry: Entries) {
    const entered = read(a, entry)
    if (Array.isArray(entered)) return create.refuse(entered)
    const made = await create.save((idempotencyKey) => ({ ...entered, idempotencyKey }))
    if (made?.interviewer) go(`interviewers/${made.interviewer.id}`)
  }
  return (
    <Section title={a.interviewer.add}>
      <div className="card"><Fields label={a.interviewer.add} names={names} save={create} submit={a.save} onSubmit={(entry) => void add(entry)} onCancel={() => go('interviewers')}><InterviewerFields /></Fields></div>
    </Section>
  )
}

function InterviewerFields({ interviewer: one }: { interviewer?: InterviewerRecordFragment }) {
  const a = useAdminTexts()
  return (
    <>
      <Entry name="name" label={a.person.name} value={one?.name} />
      <Entry name="email" label={a.person.email} value={one?.email} type="email" />
      <Entry name="timeZone" label={a.person.timeZone} value={one?.timeZone ?? zone} hint={a.person.timeZoneHint} />
      <Entry name="meetingUrl" label={a.interviewer.meetingUrl} value={one?.meetingUrl} hint={a.interviewer.urlHint} />
      <Entry name="headline" label={a.interviewer.headline} value={one?.headline} hint={a.interviewer.headlineHint} />
      <Entry name="photoUrl" label={a.interviewer.photoUrl} value={one?.photoUrl} hint={a.interviewer.urlHint} />
      <Entry name="tags" label={a.interviewer.tags} value={one?.tags.join(', ')} hint={a.interviewer.tagsHint} />
      <Entry name="languages" label={a.interviewer.languages} value={one?.languages.join(', ')} hint={a.interviewer.languagesHint} />
      <Entry name="maxPerDay" label={a.interviewer.maxPerDay} value={one?.maxPerDay} hint={a.interviewer.maxHint} numeric />
      <Entry name="maxPerWeek" label={a.interviewer.maxPerWeek} value={one?.maxPerWeek} hint={a.interviewer.maxHint} numeric />
      <Entry name="bio" label={a.interviewer.bio} value={one?.bio} hint={a.interviewer.bioHint} rows={4} />
    </>
  )
}

function Known({ id }: { id: string }) {
  const a = useAdminTexts()
  const { day } = useMoments()
  const [said, setSaid] = useState('')
  const { data, failed, again } = useFresh(AdminInterviewerDocument, { id })
  if (failed) return <Failure onRetry={again} />
  if (!data) return <Loading />
  const one = data.interviewer
  if (!one) return <Missing />
  return (
    <Section title={one.name} intro={a.person.since(day(one.createdAt))} tools={<a className="button" href={to('events', { interviewer: id })}>{a.person.events}</a>}>
      <Said text={said} />
      <section className="card stack" aria-labelledby="record">
        <h2 id="record">{a.person.record}</h2>
        <Edit key={one.version} interviewer={one} onSaid={setSaid} />
      </section>
      <section className="stack" aria-labelledby="interviews">
        <h2 id="interviews">{a.person.recent}</h2>
        {one.interviews?.nodes.length ? <InterviewRows interviews={one.interviews.nodes.toReversed()} onSaid={setSaid} /> : <p className="hint">{a.person.none}</p>}
        {one.interviews && one.interviews.totalCount > 0 && <a href={to('interviews', { interviewer: id })}>{a.person.allInterviews(one.interviews.totalCount)}</a>}
      </section>
    </Section>
  )
}

function Edit({ interviewer, onSaid }: { interviewer: InterviewerRecordFragment; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const update = useSave(UpdateInterviewerDocument, ['Interview', 'Slot'])
  async function save(entry: Entries) {
    const entered = read(a, entry)
    if (Array.isArray(entered)) return update.refuse(entered)
    const active = entry('active') === 'true'
    const stops = interviewer.active && !active
    const effect = await update.save(() => ({
      interviewerId: interviewer.id, expectedVersion: interviewer.version, ...entered, active, cancelBooked: stops && entry('cancelBooked') === 'true',
    }))
    if (effect) onSaid(stops ? `${a.saved} ${a.interviewer.effect(effect.closedCount, effect.conflictCount, effect.cancelledCount)}` : a.saved)
  }
  return (
    <Fields label={a.person.record} names={names} save={update} submit={a.save} onSubmit={(entry) => void save(entry)}>
      <InterviewerFields interviewer={interviewer} />
      <div className="wide">
        <Check name="active" label={a.interviewer.active} value={interviewer.active} />
        {interviewer.active && <Check name="cancelBooked" label={a.interviewer.cancelBooked} />}
      </div>
    </Fields>
  )
}
