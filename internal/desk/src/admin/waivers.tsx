// Whether a student may book, in words, and the waivers beside it.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { GrantWaiverDocument, RevokeWaiverDocument } from '../generated/admin/graphql.ts'
import type { GrantFragment, StandingFragment, WaivableRule } from '../generated/admin/graphql.ts'
import { Entry, Fields, Refusals, useSave } from '../forms.tsx'
import { Choice, isProblem, whole } from './form.tsx'
import type { Entries } from '../forms.tsx'
import { endOfDay, useMoments } from './moments.ts'
import { useAdminTexts } from './texts.ts'

// Verdict says why a student cannot book. least is the lowest grade that the policy allows.
export function Verdict({ verdict, least }: { verdict: StandingFragment | null | undefined; least: number }) {
  const a = useAdminTexts()
  if (!verdict) return null
  const used = a.student.used(verdict.interviewsUsed, verdict.interviewLimit)
  if (verdict.eligible) return <p>{a.student.can} {used}</p>
  return (
    <div className="notice bad">
      <strong>{a.student.cannot}</strong>
      {verdict.reasons.map(({ code, message }) => (
        <p key={code}>
          {code === 'LIMIT_REACHED' ? a.stuck.LIMIT_REACHED(verdict.interviewsUsed, verdict.interviewLimit)
            : code === 'GRADES_TOO_LOW' ? a.stuck.GRADES_TOO_LOW(verdict.recentGrades.join(', '), least) : message}
        </p>
      ))}
    </div>
  )
}

interface Holder {
  id: string
  name: string
  eligibility?: StandingFragment | null
  waivers?: GrantFragment[] | null
}

export function Waivers({ student, onSaid }: { student: Holder; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const waivers = (student.waivers ?? []).toReversed()
  return (
    <>
      <h3>{a.waiver.title}</h3>
      {waivers.length === 0 ? <p className="hint">{a.waiver.none}</p> : <ul className="stack">{waivers.map((one) => <li key={one.id}><Granted waiver={one} onSaid={onSaid} /></li>)}</ul>}
      <GrantButton student={student} onSaid={onSaid} />
    </>
  )
}

function Granted({ waiver, onSaid }: { waiver: GrantFragment; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const { day } = useMoments()
  const revoke = useSave(RevokeWaiverDocument)
  const { rule, reason, used, uses, grantedAt, expiresAt, revokedAt } = waiver
  const expired = expiresAt != null && Date.parse(expiresAt) <= Date.now()
  const end = revokedAt ? a.waiver.revoked(day(revokedAt)) : !expiresAt ? '' : expired ? a.waiver.expired(day(expiresAt)) : a.waiver.expiry(day(expiresAt))
  const withdraw = async () => void ((await revoke.save(() => ({ waiverId: waiver.id }))) && onSaid(a.waiver.withdrawn))
  return (
    <div className="waiver">
      <p><strong>{a.waiver.rules[rule]}</strong> · {reason}</p>
      <p className="hint">{[a.waiver.usage(used, uses), a.waiver.since(day(grantedAt)), end].filter(Boolean).join(' · ')}</p>
      <Refusals problems={revoke.problems} />
      {!revokedAt && !expired && <Button className="button quiet bad" aria-label={a.waiver.withdrawLabel(a.waiver.rules[rule])} isDisabled={revoke.saving} onPress={() => void withdraw()}>{a.waiver.withdraw}</Button>}
    </div>
  )
}

export function GrantButton({ student, onSaid }: { student: Holder; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const [open, setOpen] = useState(false)
  if (!open) return <div className="actions"><Button className="button" aria-label={a.waiver.grantTo(student.name)} onPress={() => setOpen(true)}>{a.waiver.grant}</Button></div>
  return <GrantForm student={student} onSaid={onSaid} onClose={() => setOpen(false)} />
}

function GrantForm({ student, onSaid, onClose }: { student: Holder; onSaid(text: string): void; onClose(): void }) {
  const a = useAdminTexts()
  const grant = useSave(GrantWaiverDocument)
  const reasons = student.eligibility?.reasons ?? []
  const likely: WaivableRule = reasons.some((one) => one.code === 'GRADES_TOO_LOW') && !reasons.some((one) => one.code === 'LIMIT_REACHED') ? 'GRADES' : 'LIMIT'
  async function send(entry: Entries) {
    const uses = whole(a, 'uses', entry('uses'))
    if (isProblem(uses)) return grant.refuse([uses])
    const done = await grant.save((idempotencyKey) => ({
      studentId: student.id,
      rule: entry('rule') as WaivableRule,
      reason: entry('reason'),
      uses: uses ?? 1,
      expiresAt: endOfDay(entry('expiresAt')),
      idempotencyKey,
    }))
    if (!done) return
    onSaid(a.waiver.granted(student.name))
    onClose()
  }
  return (
    <Fields label={a.waiver.grantTo(student.name)} names={['reason', 'uses', 'expiresAt']} save={grant} submit={a.waiver.grant} onSubmit={(entry) => void send(entry)} onCancel={onClose}>
      <Choice name="rule" label={a.waiver.rule} value={likely} options={a.waiver.rules} />
      <Entry name="reason" label={a.waiver.reason} hint={a.waiver.reasonHint} autoFocus />
      <Entry name="uses" label={a.waiver.uses} value={1} hint={a.waiver.usesHint} numeric />
      <Entry name="expiresAt" label={a.waiver.expires} type="date" hint={a.waiver.expiresHint} />
    </Fields>
  )
}
