// Signing in. On a local server, everybody chooses who they are.
import { useDeferredValue, useEffect, useState } from 'react'
import { Button, Input, Label, SearchField } from 'react-aria-components'
import { publicClient } from './api.ts'
import { PeopleDocument } from './generated/graphql.ts'
import type { PeopleQuery } from './generated/graphql.ts'
import { methods, signInAs } from './session.ts'
import type { Method } from './session.ts'
import { useTexts } from './texts/index.tsx'
import { placeOf } from './time.ts'
import { Failure, Frame, Initials, Loading } from './ui.tsx'

type Students = NonNullable<PeopleQuery['students']>

export function SignIn({ expired, onSignedIn }: { expired: boolean; onSignedIn(): void }) {
  const { t } = useTexts()
  const [offered, setOffered] = useState<Method[]>()
  const [failed, setFailed] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    setFailed(false)
    methods().then(setOffered, () => setFailed(true))
  }, [round])
  const choose = (role: 'student' | 'admin', id: string) => void signInAs(role, id).then(onSignedIn, () => setFailed(true))
  return (
    <Frame>
      <div className="sign-in">
        {expired && <p className="notice" role="status">{t.signIn.expired}</p>}
        <h1>{t.signIn.title}</h1>
        {failed ? <Failure onRetry={() => setRound(round + 1)} /> : !offered ? <Loading /> : offered.includes('local') ? <><div className="actions"><Button className="button" onPress={() => choose('admin', '0')}>{t.signIn.admin}</Button></div><People onChoose={(id) => choose('student', id)} /></> : <p className="notice">{t.signIn.unavailable}</p>}
      </div>
    </Frame>
  )
}

function People({ onChoose }: { onChoose(id: string): void }) {
  const { t } = useTexts()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const [students, setStudents] = useState<Students | null>()
  useEffect(() => {
    let late = false
    void publicClient.query(PeopleDocument, { search: search || null }).toPromise().then(({ data }) => {
      if (!late) setStudents(data?.students ?? null)
    })
    return () => void (late = true)
  }, [search])
  if (students === null) return <p className="notice">{t.signIn.notAllowed}</p>
  const more = students ? students.totalCount - students.nodes.length : 0
  return (
    <>
      <p className="lead">{t.signIn.intro}</p>
      <SearchField className="field" value={text} onChange={setText}>
        <Label>{t.signIn.search}</Label>
        <Input />
      </SearchField>
      {!students ? <Loading /> : students.nodes.length === 0 ? <p className="notice">{t.signIn.none}</p> : (
        <ul className="people">
          {students.nodes.map((student) => <li key={student.id}><Choice student={student} onChoose={onChoose} /></li>)}
        </ul>
      )}
      {more > 0 && <p className="hint">{t.signIn.more(more)}</p>}
    </>
  )
}

function Choice({ student, onChoose }: { student: Students['nodes'][number]; onChoose(id: string): void }) {
  const { t } = useTexts()
  const verdict = student.eligibility
  return (
    <Button className="person" onPress={() => onChoose(student.id)}>
      <Initials name={student.name} />
      <span>
        <strong><span className="unseen">{t.signIn.you}</span>{student.name}</strong>
        <span className="hint">{t.signIn.studentIn(placeOf(student.timeZone))}</span>
        {verdict && (verdict.eligible
          ? <span className="hint">{t.signIn.used(verdict.interviewsUsed, verdict.interviewLimit)}</span>
          : <span className="warn">{t.signIn.cannotBook}</span>)}
      </span>
    </Button>
  )
}
