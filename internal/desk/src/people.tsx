// Choosing who one is, on a local server.
import { useDeferredValue, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Button, Input, Label, SearchField } from 'react-aria-components'
import { publicClient } from './api.ts'
import { PeopleDocument } from './generated/graphql.ts'
import type { PeopleQuery } from './generated/graphql.ts'
import type { SignInRole } from './session.ts'
import { useTexts } from './texts/index.tsx'
import { placeOf } from './time.ts'
import { Failure, Initials, Loading } from './ui.tsx'

type Everybody = { students: NonNullable<PeopleQuery['students']>; interviewers: NonNullable<PeopleQuery['interviewers']> }

export function Choices({ onChoose }: { onChoose(role: SignInRole, id: string): void }) {
  const { t } = useTexts()
  return (
    <>
      <div className="actions"><Button className="button" onPress={() => onChoose('admin', '0')}>{t.signIn.admin}</Button></div>
      <People onChoose={onChoose} />
    </>
  )
}

function People({ onChoose }: { onChoose(role: SignInRole, id: string): void }) {
  const { t } = useTexts()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const [people, setPeople] = useState<Everybody | 'unreachable' | 'denied'>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    let late = false
    void publicClient.query(PeopleDocument, { search: search || null }).toPromise().then(({ data, error }) => {
      if (late) return
      if (data?.students && data.interviewers) setPeople({ students: data.students, interviewers: data.interviewers })
      else setPeople(error?.networkError ? 'unreachable' : 'denied')
    })
    return () => void (late = true)
  }, [search, round])
  if (people === 'unreachable') return <Failure onRetry={() => setRound(round + 1)} />
  if (people === 'denied') return <p className="notice">{t.signIn.notAllowed}</p>
  return (
    <>
      <p className="lead">{t.signIn.intro}</p>
      <SearchField className="field" value={text} onChange={setText}>
        <Label>{t.signIn.search}</Label>
        <Input />
      </SearchField>
      {!people ? <Loading /> : people.students.nodes.length + people.interviewers.nodes.length === 0 ? <p className="notice">{t.signIn.none}</p> : (
        <>
          <Group title={t.signIn.students} list={people.students}>
            {people.students.nodes.map((student) => <li key={student.id}><Student student={student} onChoose={() => onChoose('student', student.id)} /></li>)}
          </Group>
          <Group title={t.signIn.interviewers} list={people.interviewers}>
            {people.interviewers.nodes.map(({ id, name, timeZone }) => (
              <li key={id}>
                <Choice name={name} onChoose={() => onChoose('interviewer', id)}><span className="hint">{t.signIn.interviewerIn(placeOf(timeZone))}</span></Choice>
              </li>
            ))}
          </Group>
        </>
      )}
    </>
  )
}

function Group({ title, list, children }: { title: string; list: { totalCount: number; nodes: unknown[] }; children: ReactNode }) {
  const { t } = useTexts()
  const more = list.totalCount - list.nodes.length
  if (list.nodes.length === 0) return null
  return (
    <>
      <h2>{title}</h2>
      <ul className="people">{children}</ul>
      {more > 0 && <p className="hint">{t.signIn.more(more)}</p>}
    </>
  )
}

function Student({ student, onChoose }: { student: Everybody['students']['nodes'][number]; onChoose(): void }) {
  const { t } = useTexts()
  const verdict = student.eligibility
  return (
    <Choice name={student.name} onChoose={onChoose}>
      <span className="hint">{t.signIn.studentIn(placeOf(student.timeZone))}</span>
      {verdict && (verdict.eligible
        ? <span className="hint">{t.signIn.used(verdict.interviewsUsed, verdict.interviewLimit)}</span>
        : <span className="warn">{t.signIn.cannotBook}</span>)}
    </Choice>
  )
}

function Choice({ name, onChoose, children }: { name: string; onChoose(): void; children: ReactNode }) {
  const { t } = useTexts()
  return (
    <Button className="person" onPress={onChoose}>
      <Initials name={name} />
      <span>
        <strong><span className="unseen">{t.signIn.you}</span>{name}</strong>
        {children}
      </span>
    </Button>
  )
}
