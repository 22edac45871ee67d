// Parts that several pages share.
import { useEffect, useLayoutEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import type { Connection } from './api.ts'
import { base } from './session.ts'
import { choices, useTexts } from './texts/index.tsx'
import type { Language } from './texts/index.tsx'

// useStyles applies the styles of a page while it is shown. They are those below a class of the body.
export function useStyles(page: 'admin' | 'interviewer'): void {
  useLayoutEffect(() => {
    document.body.classList.add(page)
    return () => document.body.classList.remove(page)
  }, [page])
}

// Frame is what surrounds every page.
export function Frame({ name, connection, onLeave, children }: { name?: string; connection?: Connection; onLeave?(): void; children: ReactNode }) {
  const { t, language, choose } = useTexts()
  return (
    <>
      <a className="skip" href="#content">{t.skip}</a>
      <header className="top">
        <span className="brand"><Mark />Rehearse</span>
        <span className="tools">
          <select aria-label={t.languageLabel} value={language} onChange={(e) => choose(e.target.value as Language)}>
            {choices.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select>
          {name && <span className="who"><Initials name={name} />{name}</span>}
          {onLeave && <Button className="button quiet" onPress={onLeave}>{t.signOut}</Button>}
        </span>
      </header>
      {connection && <ConnectionNotice connection={connection} />}
      <main id="content">{children}</main>
      {base === '' && <footer className="bottom"><a href="/playground">{t.docs}</a></footer>}
    </>
  )
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H12l-4.6 4.2c-.5.5-1.4.1-1.4-.6V16A2.5 2.5 0 0 1 4 13.5z" />
      <path className="tick" d="m8.6 9.6 2.4 2.3 4.4-4.6" />
    </svg>
  )
}

// useOnline reports whether the browser has a network.
function useOnline(): boolean {
  const [online, set] = useState(navigator.onLine)
  useEffect(() => {
    const changed = () => set(navigator.onLine)
    addEventListener('online', changed)
    addEventListener('offline', changed)
    return () => {
      removeEventListener('online', changed)
      removeEventListener('offline', changed)
    }
  }, [])
  return online
}

const graceMs = 2000 // a connection that is back sooner is not worth a notice

function ConnectionNotice({ connection }: { connection: Connection }) {
  const { t } = useTexts()
  const online = useOnline()
  const [live, setLive] = useState(true)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = connection.onState((connected) => {
      clearTimeout(timer)
      if (connected) setLive(true)
      else timer = setTimeout(() => setLive(false), graceMs)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [connection])
  const [wait, setWait] = useState(0)
  useEffect(() => connection.onWait(setWait), [connection])
  const text = !online ? t.offline : wait ? t.waiting(wait) : live ? '' : t.notLive
  return <div role="status" className="connection">{text && <p>{text}</p>}</div>
}

export function Initials({ name }: { name: string }) {
  const words = name.split(' ')
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.[0] ?? '').join('')
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 6, 0)
  return <span className={`initials hue${hue}`} aria-hidden="true">{letters}</span>
}

export function Loading() {
  const { t } = useTexts()
  return <p className="loading" role="status">{t.loading}</p>
}

export function Failure({ onRetry }: { onRetry(): void }) {
  const { t } = useTexts()
  return (
    <div className="notice bad" role="alert">
      <p>{t.failed}</p>
      <Button className="button" onPress={onRetry}>{t.retry}</Button>
    </div>
  )
}
