// The keys of this API's objects in each normalised cache:
//
// - An id is unique only within its type: student 1 and slot 1 are different objects.
// - An Eligibility has no id; its student is its key.
// - There is only one BookingPolicy.
// - The id of an ImportRow belongs to the imported object, which can be of any type, so
//   it is not a key.

// typePolicies configures Apollo Client, which combines __typename and id by default.
export const typePolicies = {
  Eligibility: { keyFields: ['student', ['id']] },
  BookingPolicy: { keyFields: [] },
  ImportRow: { keyFields: false },
}

// getDataID configures Relay, which stores an object without a key inside its parent.
export function getDataID(record, type) {
  if (type === 'BookingPolicy') return type
  if (type === 'ImportRow') return undefined
  const id = type === 'Eligibility' ? record.student?.id : record.id
  return id && `${type}:${id}`
}

// embedded lists the types without a key. Their objects are stored inside their parents.
const embedded = [
  'Actor', 'AddAvailabilityPayload', 'AddWeeklyAvailabilityPayload', 'AlreadyHolding', 'AlreadyInterviewed',
  'AnonymiseStudentPayload', 'AvailabilityConflict', 'AvailabilityConnection', 'AvailabilityEdge',
  'AvailableSlotConnection', 'AvailableSlotEdge', 'BlockConnection', 'BlockEdge', 'BlockTimePayload',
  'BookSlotPayload', 'BookingRefusalConnection', 'BookingRefusalEdge', 'CancelInterviewPayload',
  'CancelTooLate', 'Change', 'CompleteInterviewPayload', 'CreateCalendarFeedPayload',
  'CreateInterviewerPayload', 'CreateStudentPayload', 'CreateWebhookPayload', 'DeleteCalendarFeedPayload',
  'DeleteWebhookPayload', 'EligibilityReason', 'EmptyReason', 'EventBatch', 'EventConnection', 'EventEdge',
  'GradesTooLow', 'GrantWaiverPayload', 'HoldSlotPayload', 'ImportAvailabilityPayload', 'ImportError',
  'ImportInterviewersPayload', 'ImportInterviewsPayload', 'ImportRow', 'ImportStudentsPayload',
  'InterviewConnection', 'InterviewEdge', 'InterviewStatistics', 'InterviewerConnection', 'InterviewerEdge',
  'InterviewerStatistics', 'InvalidInput', 'LimitReached', 'MailPreview', 'MarkNoShowPayload',
  'NotificationPreferences', 'OwnOverlap', 'PageInfo', 'PlainError', 'RedeliverPayload', 'ReleaseHoldPayload',
  'RemoveAvailabilityPayload', 'RescheduleInterviewPayload', 'RescheduleTooLate',
  'RevokeWaiverPayload', 'RotateWebhookSecretPayload', 'SkippedSlot', 'SlotChange', 'SlotConnection',
  'SlotEdge', 'SlotTaken', 'SlotsChanged', 'StudentConnection', 'StudentEdge', 'TagCount',
  'TimeSpan', 'TooManyReschedules', 'TooSoon', 'UnblockTimePayload', 'UndoNoShowPayload', 'UpdateAvailabilityPayload',
  'UpdateBookingPolicyPayload', 'UpdateInterviewIntakePayload', 'UpdateInterviewerPayload',
  'UpdateNotificationPreferencesPayload',
  'UpdateStudentPayload', 'UpdateWebhookPayload',
  'VersionConflict', 'Viewer', 'WebhookDeliveryConnection', 'WebhookDeliveryEdge', 'WeeklyRule',
  'WithdrawSlotPayload', 'WrongStatus',
]

// keys configures urql's Graphcache, which combines __typename and id by default.
export const keys = {
  Eligibility: ({ student }) => student?.id ?? null,
  BookingPolicy: () => 'the one',
  ...Object.fromEntries(embedded.map((type) => [type, () => null])),
}
