// Signing in, with the methods that the server offers.
import { useCallback, useEffect, useState } from 'react'
import type { FormEvent } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { Choices } from './people.tsx'
import { methods, requestLink, signedIn, signInAs, signInAtIssuer, useLink } from './session.ts'
import type { Method } from './session.ts'
import { useTexts } from './texts/index.tsx'
import { Failure, Frame, Loading } from './ui.tsx'

export function SignIn({ expired, reason, onSignedIn }: { expired: boolean; reason?: string; onSignedIn(): void }) {
  const { t } = useTexts()
  const [offered, setOffered] = useState<Method[]>()
  const [failed, setFailed] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    setFailed(false)
    methods().then(setOffered, () => setFailed(true))
  }, [round])
  const fail = useCallback(() => setFailed(true), [])
  const local = offered?.includes('local')
  return (
    <Frame>
      <div className="sign-in">
        {expired && <p className="notice" role="status">{t.signIn.expired}</p>}
        {reason !== undefined && <p className="notice bad" role="alert">{t.signIn.reasons[reason] ?? t.signIn.reasons['failed']}</p>}
        <h1>{local ? t.signIn.title : t.signIn.titleOfOthers}</h1>
        {failed ? <Failure onRetry={() => setRound(round + 1)} /> : !offered ? <Loading /> : (
          <>
            {offered.includes('oidc') && <AtIssuer again={reason !== undefined} />}
            {offered.includes('email') && <ByMail onSignedIn={onSignedIn} />}
            {local && <Choices onChoose={(role, id) => void signInAs(role, id).then(onSignedIn, fail)} />}
            {offered.length === 0 && <p className="notice">{t.signIn.unavailable}</p>}
          </>
        )}
      </div>
    </Frame>
  )
}

function AtIssuer({ again }: { again: boolean }) {
  const { t } = useTexts()
  return (
    <>
      <p className="lead">{t.signIn.oidc}</p>
      <div className="actions"><Button className="button primary" onPress={() => signInAtIssuer(again)}>{t.signIn.toIssuer}</Button></div>
    </>
  )
}

function ByMail({ onSignedIn }: { onSignedIn(): void }) {
  const { t } = useTexts()
  const [state, setState] = useState<'' | 'sending' | 'sent' | 'often' | 'failed'>('')
  // The link may be opened in another tab, whose session is also this one's.
  useEffect(() => {
    const look = () => void (!document.hidden && signedIn().then((yes) => yes && onSignedIn(), () => {}))
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [onSignedIn])

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const email = new FormData(event.currentTarget).get('email')
    if (typeof email !== 'string' || email.trim() === '') return
    setState('sending')
    requestLink(email).then(({ ok, status }) => setState(ok ? 'sent' : status === 429 ? 'often' : 'failed'), () => setState('failed'))
  }
  return (
    <Form onSubmit={send}>
      <p className="lead">{t.signIn.email.intro}</p>
      <TextField className="field" name="email" type="email" autoComplete="email" isRequired validationBehavior="aria">
        <Label>{t.signIn.email.address}</Label>
        <Input />
      </TextField>
      <div className="actions"><Button className="button primary" type="submit" isDisabled={state === 'sending'}>{t.signIn.email.send}</Button></div>
      <div role="status">
        {state === 'sent' && <p className="notice">{t.signIn.email.sent}</p>}
        {state === 'often' && <p className="notice bad">{t.signIn.email.often}</p>}
        {state === 'failed' && <p className="notice bad">{t.failed}</p>}
      </div>
    </Form>
  )
}

// FromLink asks before a link is used, because programs that check e-mails open links, too.
export function FromLink({ link, onSignedIn, onRefused }: { link: string; onSignedIn(): void; onRefused(reason: string): void }) {
  const { t } = useTexts()
  const [state, setState] = useState<'' | 'asking' | 'failed'>('')
  const use = () => {
    setState('asking')
    useLink(link).then((reason) => (reason ? onRefused(reason) : onSignedIn()), () => setState('failed'))
  }
  return (
    <Frame>
      <div className="sign-in">
        <h1>{t.signIn.titleOfOthers}</h1>
        <p className="lead">{t.signIn.email.confirm}</p>
        {state === 'failed' && <p className="notice bad" role="alert">{t.failed}</p>}
        <div className="actions"><Button className="button primary" isDisabled={state === 'asking'} onPress={use}>{t.signIn.email.go}</Button></div>
      </div>
    </Frame>
  )
}
