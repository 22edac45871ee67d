// What the forms of administrators and interviewers share.
import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'

// A Problem is a refusal in words. Without a field, it concerns the whole form.
export interface Problem {
  field: string
  text: string
}

export function Refusals({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null
  return <div className="notice bad" role="alert">{problems.map((one) => <p key={one.text}>{one.text}</p>)}</div>
}

export function Popup({ title, role = 'dialog', onClose, children }: { title: string; role?: 'dialog' | 'alertdialog'; onClose(): void; children: ReactNode }) {
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog" role={role}>
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
