// Who uses the page: nobody yet, or the person of the session.
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { I18nProvider } from 'react-aria-components'
import { Provider, useQuery } from 'urql'
import { connect } from './api.ts'
import type { Connection } from './api.ts'
import { ViewerDocument } from './generated/graphql.ts'
import { arrive, signOut } from './session.ts'
import type { Arrival } from './session.ts'
import { FromLink, SignIn } from './signin.tsx'
import { StudentPage } from './student/page.tsx'
import { useTexts } from './texts/index.tsx'
import { Failure, Frame, Loading } from './ui.tsx'

// What the page shows: the session, the sign-in, or a link to sign in.
type View = { at: 'session' } | { at: 'link'; link: string } | { at: 'sign-in'; expired?: boolean; reason?: string }

function firstView({ reason, link }: Arrival): View {
  if (link !== undefined) return { at: 'link', link }
  return reason === undefined ? { at: 'session' } : { at: 'sign-in', reason }
}

export function App() {
  const { locale } = useTexts()
  const [round, setRound] = useState(0) // each sign-in has a connection of its own
  const [view, setView] = useState(() => firstView(arrive()))
  const begin = useCallback(() => {
    setRound((round) => round + 1)
    setView({ at: 'session' })
  }, [])
  const end = useCallback((why: 'expired' | 'left') => setView({ at: 'sign-in', expired: why === 'expired' }), [])
  return (
    <I18nProvider locale={locale}>
      {view.at === 'session' && <SignedIn key={round} first={round === 0} onEnd={end} />}
      {view.at === 'link' && <FromLink link={view.link} onSignedIn={begin} onRefused={(reason) => setView({ at: 'sign-in', reason })} />}
      {view.at === 'sign-in' && <SignIn expired={view.expired ?? false} {...(view.reason === undefined ? {} : { reason: view.reason })} onSignedIn={begin} />}
    </I18nProvider>
  )
}

// The other pages are downloaded when they are first shown, so that students do not download them.
const AdminPage = lazy(() => import('./admin/page.tsx').catch(() => ({ default: NotLoaded })))
const InterviewerPage = lazy(() => import('./interviewer/page.tsx').catch(() => ({ default: NotLoaded })))
const NotLoaded = () => <Frame><Failure onRetry={() => location.reload()} /></Frame>

// SignedIn connects as the person of the cookie. Whether there is one, only the server knows,
// because scripts cannot read the cookie.
function SignedIn({ first, onEnd }: { first: boolean; onEnd(why: 'expired' | 'left'): void }) {
  const [connection, setConnection] = useState<Connection>()
  useEffect(() => {
    let greeted = !first
    const made = connect(() => onEnd(greeted ? 'expired' : 'left'))
    // A first request without a session is a visit, not the end of a session.
    void made.client.query(ViewerDocument, {}).toPromise().then(({ data }) => (greeted ||= Boolean(data)))
    setConnection(made)
    return made.end
  }, [first, onEnd])

  const leave = useCallback(() => void signOut().finally(() => onEnd('left')), [onEnd])
  if (!connection) return null
  return (
    <Provider value={connection.client}>
      <Person connection={connection} onLeave={leave} />
    </Provider>
  )
}

function Person({ connection, onLeave }: { connection: Connection; onLeave(): void }) {
  const { t } = useTexts()
  const [{ data, error, fetching }, again] = useQuery({ query: ViewerDocument })
  const refresh = useCallback(() => again({ requestPolicy: 'network-only' }), [again])
  const person = data?.viewer?.person
  if (!data && fetching) return <Frame><Loading /></Frame>
  if (!data && error) return <Frame><Failure onRetry={refresh} /></Frame>
  if (data && person?.__typename === 'Student') {
    return <StudentPage connection={connection} me={person} cancelCutoffMs={data.bookingPolicy.cancelCutoffSeconds * 1000} onLeave={onLeave} refresh={refresh} />
  }
  if (data?.viewer?.role === 'ADMIN') return <Suspense fallback={<Frame><Loading /></Frame>}><AdminPage connection={connection} onLeave={onLeave} /></Suspense>
  if (person?.__typename === 'Interviewer') {
    return <Suspense fallback={<Frame><Loading /></Frame>}><InterviewerPage connection={connection} id={person.id} onLeave={onLeave} /></Suspense>
  }
  return (
    <Frame onLeave={onLeave}>
      <p className="notice">{data?.viewer ? t.student.wrongRole : t.student.unknown}</p>
    </Frame>
  )
}
