// The webhooks: the list, a new one, and the deliveries of one.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { CreateWebhookDocument, DeleteWebhookDocument, DeliveriesDocument, RedeliverDocument, RotateSecretDocument, UpdateWebhookDocument, WebhooksDocument } from '../generated/admin/graphql.ts'
import type { DeliveriesQuery, HookFragment } from '../generated/admin/graphql.ts'
import { Failure, Loading } from '../ui.tsx'
import { groups } from './events.tsx'
import { Check, Entry, Fields, Popup, Refusals, useSave } from '../forms.tsx'
import type { Entries } from '../forms.tsx'
import { Listing, Missing, Said, Section, useFresh, usePaged } from './list.tsx'
import { useMoments } from './moments.ts'
import { go, to } from './place.ts'
import { useAdminTexts } from './texts.ts'

export function Webhooks() {
  const a = useAdminTexts()
  const { data, failed, again } = useFresh(WebhooksDocument, {})
  return (
    <Section title={a.sections.webhooks} intro={a.webhook.intro} tools={<a className="button primary" href={to('webhooks/new')}>{a.webhook.add}</a>}>
      {failed ? <Failure onRetry={again} /> : !data ? <Loading /> : !data.webhooks?.length ? <p className="card nothing">{a.webhook.none}</p> : (
        <ul className="rows card">
          {data.webhooks.map((one) => (
            <li key={one.id} className="row">
              <div>
                <a className="name url" href={to(`webhooks/${one.id}`)}>{one.url}</a>
                <p className="hint"><Kinds webhook={one} /></p>
              </div>
              <Standing webhook={one} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Kinds({ webhook }: { webhook: HookFragment }) {
  const a = useAdminTexts()
  return webhook.kinds.length === 0 ? a.webhook.allKinds : webhook.kinds.map((kind) => a.event.kinds[kind]).join(', ')
}

function Standing({ webhook }: { webhook: HookFragment }) {
  const a = useAdminTexts()
  const { moment } = useMoments()
  if (!webhook.enabled) return <p className="warn">{webhook.disabledAt && a.webhook.disabled(moment(webhook.disabledAt))}</p>
  if (webhook.failingSince) return <p className="warn">{a.webhook.failing(moment(webhook.failingSince))}</p>
  return <p><span className="status completed">{a.webhook.enabled}</span></p>
}

export function Webhook({ id }: { id: string }) {
  return id === 'new' ? <NewWebhook /> : <Known id={id} />
}

function NewWebhook() {
  const a = useAdminTexts()
  const create = useSave(CreateWebhookDocument, ['Webhook'])
  const [made, setMade] = useState<{ id: string; secret: string }>()
  async function add(entry: Entries) {
    const kinds = Object.entries(groups).flatMap(([group, kinds]) => (entry(group) === 'true' ? kinds : []))
    const result = await create.save((idempotencyKey) => ({ url: entry('url'), kinds, idempotencyKey }))
    if (result?.webhook) setMade({ id: result.webhook.id, secret: result.secret ?? '' })
  }
  return (
    <Section title={a.webhook.add}>
      {made ? (
        <>
          <Said text={a.webhook.created} />
          <Secret secret={made.secret} />
          <div className="actions"><a className="button primary" href={to(`webhooks/${made.id}`)}>{a.webhook.deliveries}</a></div>
        </>
      ) : (
        <div className="card">
          <Fields label={a.webhook.add} names={['url']} save={create} submit={a.webhook.create} onSubmit={(entry) => void add(entry)} onCancel={() => go('webhooks')}>
            <Entry name="url" label={a.webhook.url} hint={a.webhook.urlHint} />
            <fieldset className="wide">
              <legend>{a.webhook.kinds}</legend>
              <p className="hint">{a.webhook.kindsHint}</p>
              {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => <Check key={group} name={group} label={a.event.groups[group]} />)}
            </fieldset>
          </Fields>
        </div>
      )}
    </Section>
  )
}

function Secret({ secret }: { secret: string }) {
  const a = useAdminTexts()
  return (
    <div className="card stack">
      <strong>{a.webhook.secret}</strong>
      <code className="secret">{secret}</code>
      <p className="hint">{a.webhook.secretHint}</p>
    </div>
  )
}

function Known({ id }: { id: string }) {
  const a = useAdminTexts()
  const [said, setSaid] = useState('')
  const paged = usePaged(DeliveriesDocument, { id }, (data) => data.webhook?.deliveries)
  const webhook = paged.data?.webhook
  if (paged.failed) return <Failure onRetry={paged.again} />
  if (!paged.data) return <Loading />
  if (!webhook) return <Missing />
  return (
    <Section title={webhook.url} tools={<Button className="button" onPress={paged.again}>{a.webhook.refresh}</Button>}>
      <Said text={said} />
      <div className="card stack">
        <Standing webhook={webhook} />
        <p className="hint"><Kinds webhook={webhook} /></p>
        <Actions webhook={webhook} onSaid={setSaid} />
      </div>
      <h2>{a.webhook.deliveries}</h2>
      <Listing paged={paged} label={a.webhook.deliveries} empty={a.webhook.noDeliveries}>
        {(delivery) => <Delivery delivery={delivery} enabled={webhook.enabled} onSaid={(text) => { setSaid(text); paged.again() }} />}
      </Listing>
    </Section>
  )
}

function Actions({ webhook, onSaid }: { webhook: HookFragment; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const update = useSave(UpdateWebhookDocument)
  const rotate = useSave(RotateSecretDocument)
  const remove = useSave(DeleteWebhookDocument, ['Webhook'])
  const [secret, setSecret] = useState('')
  const [asking, setAsking] = useState(false)
  const toggle = async () => void ((await update.save(() => ({ webhookId: webhook.id, expectedVersion: webhook.version, enabled: !webhook.enabled }))) && onSaid(a.saved))
  const renew = async () => setSecret((await rotate.save((idempotencyKey) => ({ webhookId: webhook.id, idempotencyKey })))?.secret ?? '')
  const erase = async () => void ((await remove.save(() => ({ webhookId: webhook.id }))) && go('webhooks'))
  return (
    <>
      <Refusals problems={[...update.problems, ...rotate.problems, ...remove.problems]} />
      {secret && <Secret secret={secret} />}
      <div className="actions">
        <Button className="button" isDisabled={update.saving} onPress={() => void toggle()}>{webhook.enabled ? a.webhook.disable : a.webhook.enable}</Button>
        <Button className="button" isDisabled={rotate.saving} onPress={() => void renew()}>{a.webhook.rotate}</Button>
        <Button className="button quiet bad" onPress={() => setAsking(true)}>{a.webhook.remove}</Button>
      </div>
      {asking && (
        <Popup title={a.webhook.removeTitle} role="alertdialog" onClose={() => setAsking(false)}>
          <p className="url">{webhook.url}</p>
          <p>{a.webhook.removeText}</p>
          <Refusals problems={remove.problems} />
          <div className="actions">
            <Button className="button danger" isDisabled={remove.saving} onPress={() => void erase()}>{a.webhook.remove}</Button>
            <Button className="button" onPress={() => setAsking(false)}>{a.back}</Button>
          </div>
        </Popup>
      )}
    </>
  )
}

type Sent = NonNullable<DeliveriesQuery['webhook']>['deliveries']['nodes'][number]

function Delivery({ delivery, enabled, onSaid }: { delivery: Sent; enabled: boolean; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const { moment } = useMoments()
  const again = useSave(RedeliverDocument)
  const { id, eventId, kind, status, attempts, createdAt, lastAttemptAt, nextAttemptAt, responseStatus, responseBody, error } = delivery
  const send = async () => {
    const done = await again.save(() => ({ deliveryId: id }))
    if (done) onSaid(a.webhook.queued(done.queued ?? 0))
  }
  const facts = [a.webhook.attempts(attempts), responseStatus && a.webhook.response(responseStatus), status === 'PENDING' && nextAttemptAt && a.webhook.nextAttempt(moment(nextAttemptAt))]
  return (
    <div className="row">
      <div>
        <p><strong>{a.event.kinds[kind]}</strong> <span className="hint">{moment(lastAttemptAt ?? createdAt)}</span></p>
        <p className="hint">{facts.filter(Boolean).join(' · ')}</p>
        {error && <p className="warn">{error}</p>}
        {responseBody && <p className="hint answer">{responseBody.slice(0, 200)}</p>}
        <Refusals problems={again.problems} />
      </div>
      <p><span className={`status ${status === 'SUCCEEDED' ? 'completed' : status.toLowerCase()}`}>{a.webhook.statuses[status]}</span></p>
      <div className="tools">{enabled && <Button className="button quiet" aria-label={a.webhook.redeliverLabel(a.event.kinds[kind], eventId)} isDisabled={again.saving} onPress={() => void send()}>{a.webhook.redeliver}</Button>}</div>
    </div>
  )
}
