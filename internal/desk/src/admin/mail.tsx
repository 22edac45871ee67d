// The e-mails of the school as they would be sent now, with its own texts.
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { MailPreviewDocument, RecentInterviewsDocument } from '../generated/admin/graphql.ts'
import type { MailKind, MailPreviewQuery, Party } from '../generated/admin/graphql.ts'
import { Failure, Loading } from '../ui.tsx'
import { Choice } from './form.tsx'
import { Section, useFresh } from './list.tsx'
import { useMoments } from './moments.ts'
import { useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'

// Kinds of messages that both parties get.
const toBoth: MailKind[] = ['BOOKED', 'MOVED', 'CANCELLED', 'NO_SHOW', 'NO_SHOW_UNDONE', 'REMINDER']

export function Mail() {
  const a = useAdminTexts()
  const { moment } = useMoments()
  const [chosen, change] = useFilter('mail', ['kind', 'to', 'interview'])
  const kind = (chosen.kind in a.mail.kinds ? chosen.kind : 'BOOKED') as MailKind
  const both = toBoth.includes(kind)
  const to: Party = chosen.to === 'INTERVIEWER' ? 'INTERVIEWER' : 'STUDENT'
  const recent = useFresh(RecentInterviewsDocument, {})
  const { data, failed, again } = useFresh(MailPreviewDocument, { kind, to: both ? to : null, interview: chosen.interview || null })
  const interviews = recent.data?.interviews?.nodes ?? []
  const options = Object.fromEntries(interviews.map((one) => [`i${one.id}`, `${a.interview.with(one.student.name, one.interviewer.name)}, ${moment(one.start)}`]))
  return (
    <Section title={a.sections.mail} intro={a.mail.intro}>
      <div className="filters">
        <Choice label={a.mail.kind} value={kind} options={a.mail.kinds} onChange={(value) => change('kind', value)} />
        {both && <Choice label={a.mail.to} value={to} options={a.mail.recipients} onChange={(value) => change('to', value)} />}
        <Choice label={a.mail.about} value={chosen.interview ? `i${chosen.interview}` : ''} options={{ '': a.mail.invented, ...options }} onChange={(value) => change('interview', value.slice(1))} />
      </div>
      {failed ? <Failure onRetry={again} /> : !data?.mailPreview ? <Loading /> : <Message key={kind} message={data.mailPreview} />}
    </Section>
  )
}

const formats = ['text', 'html'] as const
type Format = (typeof formats)[number]

function Message({ message }: { message: NonNullable<MailPreviewQuery['mailPreview']> }) {
  const a = useAdminTexts()
  const [format, setFormat] = useState<Format>('text')
  const { sent, sender, recipient, subject, text, html, invitation } = message
  return (
    <article className="card stack" aria-label={subject}>
      {!sent && <p className="notice">{a.mail.off}</p>}
      <h2>{subject}</h2>
      <p className="hint">{[sender && a.mail.sender(sender), recipient && a.mail.recipient(recipient)].filter(Boolean).join(' · ')}</p>
      <ToggleButtonGroup className="views" aria-label={a.mail.format} selectionMode="single" disallowEmptySelection selectedKeys={[format]} onSelectionChange={(keys) => setFormat([...keys][0] as Format)}>
        {formats.map((one) => <ToggleButton key={one} id={one} className="button">{a.mail.formats[one]}</ToggleButton>)}
      </ToggleButtonGroup>
      {format === 'text' ? <pre className="message">{text}</pre> : <Html key={html} title={subject} html={html} />}
      {invitation && <details><summary>{a.mail.invitation}</summary><pre className="message">{invitation}</pre></details>}
    </article>
  )
}

// Html shows a message in a frame without scripts, forms and links to elsewhere. The policy of the page
// also holds in the frame and forbids the style attributes that e-mails use, so the page sets the styles.
function Html({ title, html }: { title: string; html: string }) {
  const [height, setHeight] = useState(320)
  const unstyled = html.replace(/(<[a-z][^>]*\s)style=/gi, '$1data-style=')
  function style({ currentTarget: { contentDocument: shown } }: SyntheticEvent<HTMLIFrameElement>) {
    shown?.querySelectorAll<HTMLElement>('[data-style]').forEach((element) => (element.style.cssText = element.dataset['style'] ?? ''))
    setHeight(Math.min(900, (shown?.documentElement.scrollHeight ?? 0) + 20))
  }
  return <iframe className="message" sandbox="allow-same-origin" srcDoc={unstyled} title={title} height={height} onLoad={style} />
}
