// Signing in. On a local server, everybody chooses who they are.
import { useDeferredValue, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Button, Input, Label, SearchField } from 'react-aria-components'
import { publicClient } from './api.ts'
import { PeopleDocument } from './generated/graphql.ts'
import type { PeopleQuery } from './generated/graphql.ts'
import { methods, signInAs } from './session.ts'
import type { Method, SignInRole } from './session.ts'
import { useTexts } from './texts/index.tsx'
import { placeOf } from './time.ts'
import { Failure, Frame, Initials, Loading } from './ui.tsx'

type Everybody = { students: NonNullable<PeopleQuery['students']>; interviewers: NonNullable<PeopleQuery['interviewers']> }

export function SignIn({ expired, onSignedIn }: { expired: boolean; onSignedIn(): void }) {
  const { t } = useTexts()
  const [offered, setOffered] = useState<Method[]>()
  const [failed, setFailed] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    setFailed(false)
    methods().then(setOffered, () => setFailed(true))
  }, [round])
  const choose = (role: SignInRole, id: string) => void signInAs(role, id).then(onSignedIn, () => setFailed(true))
  return (
    <Frame>
      <div className="sign-in">
        {expired && <p className="notice" role="status">{t.signIn.expired}</p>}
        <h1>{t.signIn.title}</h1>
        {failed ? <Failure onRetry={() => setRound(round + 1)} /> : !offered ? <Loading /> : offered.includes('local') ? <><div className="actions"><Button className="button" onPress={() => choose('admin', '0')}>{t.signIn.admin}</Button></div><People onChoose={choose} /></> : <p className="notice">{t.signIn.unavailable}</p>}
      </div>
    </Frame>
  )
}

function People({ onChoose }: { onChoose(role: SignInRole, id: string): void }) {
  const { t } = useTexts()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const [people, setPeople] = useState<Everybody | null>()
  useEffect(() => {
    let late = false
    void publicClient.query(PeopleDocument, { search: search || null }).toPromise().then(({ data }) => {
      if (!late) setPeople(data?.students && data.interviewers ? { students: data.students, interviewers: data.interviewers } : null)
    })
    return () => void (late = true)
  }, [search])
  if (people === null) return <p className="notice">{t.signIn.notAllowed}</p>
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
