// The students: the list, a new student, and the page of one.
import { useDeferredValue, useState } from 'react'
import { Button, Input, Label, SearchField } from 'react-aria-components'
import { AdminStudentDocument, AdminStudentsDocument, CreateStudentDocument, UpdateStudentDocument } from '../generated/admin/graphql.ts'
import type { AdminStudentsQueryVariables, StudentRecordFragment, StudentRowFragment } from '../generated/admin/graphql.ts'
import { placeOf } from '../time.ts'
import { Failure, Initials, Loading } from '../ui.tsx'
import { Entry, Fields, useSave } from '../forms.tsx'
import { Choice, isProblem, whole } from './form.tsx'
import type { Entries } from '../forms.tsx'
import { InterviewRows } from './interviews.tsx'
import { Listing, Missing, Said, Section, useFresh, usePaged } from './list.tsx'
import { useMoments, zone } from './moments.ts'
import { go, to, useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'
import { Verdict, Waivers } from './waivers.tsx'

type Who = keyof ReturnType<typeof useAdminTexts>['student']['filters']

const filters: Record<Who, Pick<AdminStudentsQueryVariables, 'stuck' | 'eligible'>> = {
  '': {},
  eligible: { eligible: true },
  LIMIT_REACHED: { stuck: ['LIMIT_REACHED'] },
  GRADES_TOO_LOW: { stuck: ['GRADES_TOO_LOW'] },
}

export function Students() {
  const a = useAdminTexts()
  const [{ search, who }, change] = useFilter('students', ['search', 'who'])
  const kind = who in filters ? (who as Who) : ''
  const paged = usePaged(AdminStudentsDocument, { search: useDeferredValue(search.trim()) || null, ...filters[kind] }, (data) => data.students)
  return (
    <Section title={a.sections.students} tools={<a className="button primary" href={to('students/new')}>{a.student.add}</a>}>
      <div className="filters">
        <Search value={search} onChange={(text) => change('search', text)} />
        <Choice label={a.student.filter} value={kind} options={a.student.filters} onChange={(value) => change('who', value)} />
      </div>
      <Listing paged={paged} label={a.sections.students} empty={a.student.none}>{(student) => <Row student={student} />}</Listing>
    </Section>
  )
}

export function Search({ value, onChange }: { value: string; onChange(text: string): void }) {
  const a = useAdminTexts()
  return (
    <SearchField className="field" value={value} onChange={onChange} maxLength={254}>
      <Label>{a.search}</Label>
      <Input />
    </SearchField>
  )
}

function Row({ student }: { student: StudentRowFragment }) {
  const a = useAdminTexts()
  const verdict = student.eligibility
  return (
    <div className="row">
      <Initials name={student.name} />
      <div>
        <a className="name" href={to(`students/${student.id}`)}>{student.name}</a>
        <p className="hint">{student.email} · {placeOf(student.timeZone)}</p>
      </div>
      {verdict && <p className={verdict.eligible ? 'hint' : 'warn'}>{!verdict.eligible && `${a.student.cannot} `}{a.student.used(verdict.interviewsUsed, verdict.interviewLimit)}</p>}
    </div>
  )
}

export function Student({ id }: { id: string }) {
  return id === 'new' ? <NewStudent /> : <Known id={id} />
}

const names = ['name', 'email', 'timeZone', 'interviewLimit'] as const

function NewStudent() {
  const a = useAdminTexts()
  const create = useSave(CreateStudentDocument, ['Student'])
  async function add(entry: Entries) {
    const limit = whole(a, 'interviewLimit', entry('interviewLimit'))
    if (isProblem(limit)) return create.refuse([limit])
    const made = await create.save((idempotencyKey) => ({
      name: entry('name'), email: entry('email'), timeZone: entry('timeZone'), interviewLimit: limit, idempotencyKey,
    }))
    if (made?.student) go(`students/${made.student.id}`)
  }
  return (
    <Section title={a.student.add}>
      <div className="card"><Fields label={a.student.add} names={names} save={create} submit={a.save} onSubmit={(entry) => void add(entry)} onCancel={() => go('students')}><StudentFields /></Fields></div>
    </Section>
  )
}

function StudentFields({ student }: { student?: StudentRecordFragment }) {
  const a = useAdminTexts()
  return (
    <>
      <Entry name="name" label={a.person.name} value={student?.name} autoFocus={Boolean(student)} />
      <Entry name="email" label={a.person.email} value={student?.email} type="email" />
      <Entry name="timeZone" label={a.person.timeZone} value={student?.timeZone ?? zone} hint={a.person.timeZoneHint} />
      <Entry name="interviewLimit" label={a.student.limit} value={student?.interviewLimit} hint={a.student.limitHint} numeric />
    </>
  )
}

function Known({ id }: { id: string }) {
  const a = useAdminTexts()
  const { moment } = useMoments()
  const [said, setSaid] = useState('')
  const { data, failed, again } = useFresh(AdminStudentDocument, { id })
  if (failed) return <Failure onRetry={again} />
  if (!data) return <Loading />
  const student = data.student
  if (!student) return <Missing />
  const { hold, interviews } = student
  return (
    <Section title={student.name} tools={<a className="button" href={to('events', { student: id })}>{a.person.events}</a>}>
      <Said text={said} />
      <div className="halves">
        <Record key={student.version} student={student} onSaid={setSaid} />
        <section className="card stack" aria-labelledby="standing">
          <h2 id="standing">{a.student.standing}</h2>
          <Verdict verdict={student.eligibility} least={(data.bookingPolicy?.minimumGradeExclusive ?? 0) + 1} />
          {hold && <p>{a.student.holds(hold.slot.interviewer.name, moment(hold.slot.start))}</p>}
          <Waivers student={student} onSaid={setSaid} />
        </section>
      </div>
      <section className="stack" aria-labelledby="interviews">
        <h2 id="interviews">{a.person.recent}</h2>
        {interviews?.nodes.length ? <InterviewRows interviews={interviews.nodes.toReversed()} onSaid={setSaid} /> : <p className="hint">{a.person.none}</p>}
        {interviews && interviews.totalCount > 0 && <a href={to('interviews', { student: id })}>{a.person.allInterviews(interviews.totalCount)}</a>}
      </section>
    </Section>
  )
}

function Record({ student, onSaid }: { student: StudentRecordFragment; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const { day } = useMoments()
  const [editing, setEditing] = useState(false)
  const update = useSave(UpdateStudentDocument)
  async function save(entry: Entries) {
    const limit = whole(a, 'interviewLimit', entry('interviewLimit'))
    if (isProblem(limit)) return update.refuse([limit])
    const done = await update.save(() => ({
      studentId: student.id,
      expectedVersion: student.version,
      name: entry('name'),
      email: entry('email'),
      timeZone: entry('timeZone'),
      ...(limit === student.interviewLimit ? {} : { interviewLimit: limit }), // the policy's limit must not become the student's own
    }))
    if (done) onSaid(a.saved)
  }
  return (
    <section className="card stack" aria-labelledby="record">
      <h2 id="record">{a.person.record}</h2>
      {editing ? (
        <Fields label={a.person.record} names={names} save={update} submit={a.save} onSubmit={(entry) => void save(entry)} onCancel={() => setEditing(false)}>
          <StudentFields student={student} />
        </Fields>
      ) : (
        <>
          <p>{student.email}</p>
          <p className="hint">{a.person.in(student.timeZone)} · {a.person.since(day(student.createdAt))}</p>
          <div className="actions"><Button className="button" onPress={() => setEditing(true)}>{a.edit}</Button></div>
        </>
      )}
    </section>
  )
}
