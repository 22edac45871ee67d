/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The kinds of values that an input field allows. */
export type AllowedInput =
  /** An end that is after the start. */
  | 'AFTER_START'
  /** A list of `min` to `max` elements. */
  | 'COUNT'
  /** A range of time of at most `max` days. */
  | 'DAYS'
  /** An e-mail address. */
  | 'EMAIL'
  /** An `https` URL. */
  | 'HTTPS_URL'
  /** A whole number from `min` to `max`. */
  | 'INTEGER'
  /** A BCP 47 language tag. */
  | 'LANGUAGE'
  /** A string of `min` to `max` characters. */
  | 'LENGTH'
  /** A range of time of `min` to `max` minutes. */
  | 'MINUTES'
  /** Another kind of value, which the message describes. */
  | 'OTHER'
  /** A string without control characters. */
  | 'PRINTABLE'
  /** A time from `notBefore` to `notAfter`. */
  | 'TIME'
  /** The name of an IANA time zone. */
  | 'TIME_ZONE'
  /** A value that is not in use, such as a new e-mail address. */
  | 'UNUSED';

/** The interview to cancel, and the reason. A null field counts as omitted. */
export type CancelInterviewInput = {
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interview. */
  interviewId: string | number;
  /** The reason, in 1 to 500 characters. The student and the interviewer can read it. */
  reason: string;
};

/** The interview to complete, and its result. A null field counts as omitted. */
export type CompleteInterviewInput = {
  /** When the interview was completed: not before its start, and not in the future. Defaults to now. */
  completedAt?: string | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /** The grade, 0 to 5. If omitted, the grade does not change. It can be given later, by another call. */
  grade?: number | null | undefined;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interview. */
  interviewId: string | number;
  /** The interviewer's note, at most 4,000 characters. If omitted, the note does not change. */
  note?: string | null | undefined;
  /** Whether the student may read the note; initially false. If omitted, this does not change. */
  shareNote?: boolean | null | undefined;
};

/** The interviewer to create. A null field counts as omitted. */
export type CreateInterviewerInput = {
  /** How the interviewer describes themselves, in 1 to 1,000 characters. */
  bio?: string | null | undefined;
  /** The e-mail address. It must be unique among interviewers. */
  email: string;
  /** One line about what the interviewer offers, in 1 to 120 characters. */
  headline?: string | null | undefined;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The languages in which the interviewer gives interviews: at most 20 BCP 47 tags, such as `en` or `pt-BR`. */
  languages?: Array<string> | null | undefined;
  /**
   * The maximum number of interviews per day, 1 to 100, in the interviewer's time zone.
   * If omitted, there is no maximum.
   */
  maxPerDay?: number | null | undefined;
  /**
   * The maximum number of interviews per week, 1 to 100, in the interviewer's time zone.
   * A week begins on Monday. If omitted, there is no maximum.
   */
  maxPerWeek?: number | null | undefined;
  /** The `https` URL of the interviewer's meeting room, at most 500 characters. */
  meetingUrl?: string | null | undefined;
  /** The full name, in 1 to 200 characters. */
  name: string;
  /** The `https` URL of a photo, at most 500 characters. */
  photoUrl?: string | null | undefined;
  /** Tags, such as topics and levels: at most 20 tags of 1 to 50 characters. */
  tags?: Array<string> | null | undefined;
  /**
   * An IANA time zone, such as `Europe/Berlin`. Case does not matter. An alias such as `Europe/Kiev`
   * is replaced with the canonical name.
   */
  timeZone?: string;
};

/** The student to create. A null field counts as omitted. */
export type CreateStudentInput = {
  /** The e-mail address. It must be unique among students. */
  email: string;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The student's own limit, 0 to 1,000. If omitted, the policy's limit applies. */
  interviewLimit?: number | null | undefined;
  /** The full name, in 1 to 200 characters. */
  name: string;
  /**
   * An IANA time zone, such as `Europe/Berlin`. Case does not matter. An alias such as `Europe/Kiev`
   * is replaced with the canonical name.
   */
  timeZone?: string;
};

/** The webhook to create. A null field counts as omitted. */
export type CreateWebhookInput = {
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** Sends only events about these interviewers. At most 500 ids; no restriction if empty. */
  interviewerIds?: Array<string | number> | null | undefined;
  /** The kinds of events to send. All kinds if empty or omitted. */
  kinds?: Array<EventKind> | null | undefined;
  /** Sends only events about these students. At most 500 ids; no restriction if empty. */
  studentIds?: Array<string | number> | null | undefined;
  /**
   * The URL, at most 500 characters, with the scheme `https`, or with `http` for `localhost` and
   * loopback addresses. Other addresses that are not public are refused.
   */
  url: string;
};

/** The webhook to delete. */
export type DeleteWebhookInput = {
  /** The webhook. */
  webhookId: string | number;
};

/** A filter for events. All given fields must match. A null field counts as omitted. */
export type EventFilter = {
  /** Returns only events before this time. */
  end?: string | null | undefined;
  /** Returns only events about this interview. */
  interviewId?: string | number | null | undefined;
  /** Returns only events about this interviewer. */
  interviewerId?: string | number | null | undefined;
  /** Returns only events of one of these kinds. An empty list matches all events. */
  kind?: Array<EventKind> | null | undefined;
  /** Returns only events at this time or later. */
  start?: string | null | undefined;
  /** Returns only events about this student. */
  studentId?: string | number | null | undefined;
};

/** The kinds of events. */
export type EventKind =
  /** A window or a weekly rule was published. */
  | 'AVAILABILITY_ADDED'
  /** The server published further slots of a weekly rule. */
  | 'AVAILABILITY_EXTENDED'
  /** A window or a weekly rule was removed. */
  | 'AVAILABILITY_REMOVED'
  /** A window or a weekly rule was changed. */
  | 'AVAILABILITY_UPDATED'
  /** A calendar feed was created. */
  | 'CALENDAR_FEED_CREATED'
  /** A calendar feed was deleted. */
  | 'CALENDAR_FEED_DELETED'
  /** A file was imported. */
  | 'DATA_IMPORTED'
  /** A hold was extended. */
  | 'HOLD_EXTENDED'
  /** A slot was held. */
  | 'HOLD_PLACED'
  /** A hold was released. */
  | 'HOLD_RELEASED'
  /** An interviewer was created. */
  | 'INTERVIEWER_CREATED'
  /** An interviewer was changed. */
  | 'INTERVIEWER_UPDATED'
  /** An interview was booked. */
  | 'INTERVIEW_BOOKED'
  /** An interview was cancelled. */
  | 'INTERVIEW_CANCELLED'
  /** An interview was completed. */
  | 'INTERVIEW_COMPLETED'
  /** A completed interview was graded or regraded, or its note was changed. */
  | 'INTERVIEW_GRADED'
  /** An interview was imported. */
  | 'INTERVIEW_IMPORTED'
  /** The intake of an interview was changed. */
  | 'INTERVIEW_INTAKE_UPDATED'
  /** An interview was rescheduled. */
  | 'INTERVIEW_RESCHEDULED'
  /** The notification preferences of a student or an interviewer were changed. */
  | 'NOTIFICATION_PREFERENCES_UPDATED'
  /** A no-show was recorded. */
  | 'NO_SHOW_MARKED'
  /** A no-show was undone. */
  | 'NO_SHOW_UNDONE'
  /** The booking policy was changed. */
  | 'POLICY_UPDATED'
  /** A single slot was withdrawn. */
  | 'SLOT_WITHDRAWN'
  /** A student was anonymised. */
  | 'STUDENT_ANONYMISED'
  /** A student was created. */
  | 'STUDENT_CREATED'
  /** A student was changed. */
  | 'STUDENT_UPDATED'
  /** Time was blocked. */
  | 'TIME_BLOCKED'
  /** Time was unblocked. */
  | 'TIME_UNBLOCKED'
  /** A waiver was granted. */
  | 'WAIVER_GRANTED'
  /** A waiver was revoked. */
  | 'WAIVER_REVOKED'
  /** A webhook was created. */
  | 'WEBHOOK_CREATED'
  /** A webhook was deleted. */
  | 'WEBHOOK_DELETED'
  /** The server disabled a webhook, because a delivery failed for good. */
  | 'WEBHOOK_DISABLED'
  /** A webhook was given a new secret. */
  | 'WEBHOOK_SECRET_ROTATED'
  /** A webhook was changed. */
  | 'WEBHOOK_UPDATED';

/** The student, the rule and the number of uses. A null field counts as omitted. */
export type GrantWaiverInput = {
  /** When the waiver expires. It must be in the future. If omitted, the waiver does not expire. */
  expiresAt?: string | null | undefined;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The reason, in 1 to 500 characters. */
  reason: string;
  /** The rule to waive. */
  rule: WaivableRule;
  /** The student. */
  studentId: string | number;
  /** The maximum number of uses, 1 to 100. */
  uses?: number;
};

/**
 * A table or a calendar of windows and weekly rules. Exactly one of `csv` and `ical` is
 * required. A null field counts as omitted.
 */
export type ImportAvailabilityInput = {
  /**
   * CSV with a header line. The columns can be in any order. `interviewer` (an e-mail
   * address) is required. `slotMinutes` (default 60), `gapMinutes` (default 0) and `tags`
   * (separated by `;`) are optional. A window has `start` and `end`. A weekly rule has
   * `weekdays` (separated by `;`), `startTime`, `endTime` and `startDate`, and optionally
   * `endDate`, `timeZone` (default: the interviewer's) and `everyWeeks` (default 1). A
   * rule works like `addWeeklyAvailability`.
   */
  csv?: string | null | undefined;
  /** If true, returns the result of the import, but writes nothing. */
  dryRun?: boolean;
  /**
   * A calendar (RFC 5545, RFC 7953) of the interviewer `interviewerId`. Each event becomes a window. A
   * recurring event becomes one window for each future occurrence, up to
   * `BookingPolicy.publishHorizonDays` days ahead. A time without a time zone is in the calendar's
   * time zone (`X-WR-TIMEZONE`), or in the interviewer's if the calendar has none. An event with an
   * invalid date, time or recurrence fails with an error that names the line.
   */
  ical?: string | null | undefined;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interviewer whose calendar it is. Required with `ical`, not allowed with `csv`. */
  interviewerId?: string | number | null | undefined;
  /** If true, writes the valid rows even if other rows fail. If false, writes all rows or none. */
  partial?: boolean;
  /** The length of each slot in minutes, 15 to 240. Only for `ical`. */
  slotMinutes?: number;
  /** How to import all-day events. Only for `ical`. */
  wholeDayEvents?: WholeDayEvents;
};

/** A table of interviewers. A null field counts as omitted. */
export type ImportInterviewersInput = {
  /**
   * CSV with a header line. The columns can be in any order. `name` and `email` are
   * required. `timeZone` (default `UTC`), `active` (default `true`), `tags` (separated by
   * `;`), `maxPerDay`, `maxPerWeek`, `meetingUrl`, `headline`, `bio`, `photoUrl` and
   * `languages` (separated by `;`) are optional.
   */
  csv: string;
  /** If true, returns the result of the import, but writes nothing. */
  dryRun?: boolean;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** If true, writes the valid rows even if other rows fail. If false, writes all rows or none. */
  partial?: boolean;
};

/** A table of interviews. A null field counts as omitted. */
export type ImportInterviewsInput = {
  /**
   * CSV with a header line. The columns can be in any order. `studentEmail`, `interviewerEmail`,
   * `start`, `end` and `status` are required. `grade`, `note`, `bookedAt`, `completedAt`,
   * `cancelledAt`, `cancelReason`, `meetingUrl` and `intake` are optional.
   */
  csv: string;
  /** If true, returns the result of the import, but writes nothing. */
  dryRun?: boolean;
  /**
   * If true, also imports rows that break the interview limit, the rule that a student meets each
   * interviewer only once, the grade rule or the interviewer's maximum number of interviews, and marks
   * the interviews as `exempt`. Rows that break another rule, such as interviews that overlap, fail.
   */
  exempt?: boolean;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** If true, writes the valid rows even if other rows fail. If false, writes all rows or none. */
  partial?: boolean;
};

/** The possible results of a row of an imported file. */
export type ImportRowStatus =
  /** The row was written. In a dry run: it can be written. */
  | 'CREATED'
  /**
   * The row was written although its interview breaks the interview limit, the rule that a student
   * meets each interviewer only once, the grade rule or the interviewer's maximum number of
   * interviews. The interview is `exempt`. In a dry run: the row can be written.
   */
  | 'EXEMPTED'
  /** The row has errors and was not written. */
  | 'FAILED'
  /** The row contains nothing to write, such as an event without a duration. `notes` says why. */
  | 'IGNORED'
  /** The row is valid, but was not written because other rows failed. */
  | 'SKIPPED'
  /** The object already exists, with the same values. */
  | 'UNCHANGED';

/** A table of students. A null field counts as omitted. */
export type ImportStudentsInput = {
  /**
   * CSV with a header line. The columns can be in any order. `name` and `email` are
   * required. `timeZone` (default `UTC`) and `interviewLimit` (default: the policy's
   * limit) are optional.
   */
  csv: string;
  /** If true, returns the result of the import, but writes nothing. */
  dryRun?: boolean;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** If true, writes the valid rows even if other rows fail. If false, writes all rows or none. */
  partial?: boolean;
};

/** A filter for interviews. All given fields must match. A null field counts as omitted. */
export type InterviewFilter = {
  /** Returns only interviews that end at this time or earlier. */
  end?: string | null | undefined;
  /** Returns only interviews with this interviewer. */
  interviewerId?: string | number | null | undefined;
  /** Returns only interviews that start at this time or later. */
  start?: string | null | undefined;
  /** Returns only interviews with one of these statuses. An empty list matches all interviews. */
  status?: Array<InterviewStatus> | null | undefined;
  /** Returns only interviews of this student. */
  studentId?: string | number | null | undefined;
};

/**
 * The status of an interview. It determines whether the interview counts towards the student's limit,
 * and whether the student can book the interviewer again without a waiver.
 */
export type InterviewStatus =
  /** Booked. It counts towards the limit, and the student cannot book the interviewer again. */
  | 'BOOKED'
  /** Cancelled. It does not count towards the limit, and the student can book the interviewer again. */
  | 'CANCELLED'
  /** Completed. It counts towards the limit, and the student cannot book the interviewer again. */
  | 'COMPLETED'
  /**
   * The interviewer did not attend. It does not count towards the limit, and the student
   * can book the interviewer again.
   */
  | 'INTERVIEWER_NO_SHOW'
  /** The student did not attend. It counts towards the limit, but the student can book the interviewer again. */
  | 'STUDENT_NO_SHOW';

/** The kinds of e-mail messages. */
export type MailKind =
  /** The interviewer's next interviews, once a day. Only interviewers get it. */
  | 'AGENDA'
  /** An interview was booked. */
  | 'BOOKED'
  /** An interview was cancelled. */
  | 'CANCELLED'
  /** An interview has not been graded. Only interviewers get it. */
  | 'FEEDBACK'
  /** An interview was graded, or its note was shared. Only students get it. */
  | 'GRADED'
  /** An interview was rescheduled. */
  | 'MOVED'
  /** A no-show was recorded. */
  | 'NO_SHOW'
  /** A no-show was undone. */
  | 'NO_SHOW_UNDONE'
  /** An interview starts soon. */
  | 'REMINDER'
  /** A link to sign in to the desk. */
  | 'SIGN_IN'
  /** A waiver was granted. Only students get it. */
  | 'WAIVER'
  /** A webhook was disabled. Only administrators get it. */
  | 'WEBHOOK_DISABLED';

/** A party to an interview. */
export type Party =
  /** The interviewer. */
  | 'INTERVIEWER'
  /** The student. */
  | 'STUDENT';

/**
 * What to send again: either `deliveryId`, or `webhookId` and `fromEventId`.
 * A null field counts as omitted.
 */
export type RedeliverInput = {
  /** The delivery to send again. */
  deliveryId?: string | number | null | undefined;
  /**
   * The first event to send. All events that were committed later follow. At most 10,000 events are
   * sent; if there are more, the mutation is refused.
   */
  fromEventId?: string | number | null | undefined;
  /** The webhook to which events are sent. */
  webhookId?: string | number | null | undefined;
};

/** The reasons for refusals. New codes can be added at any time. */
export type RefusalCode =
  /** Only an administrator may change this field. */
  | 'ADMINISTRATORS_ONLY'
  /** The student holds another slot and can hold only one. Release that hold first. */
  | 'ALREADY_HOLDING'
  /** The student has a booked or completed interview with the interviewer, or holds one of their slots. */
  | 'ALREADY_INTERVIEWED'
  /**
   * The time overlaps other slots or blocked time of the interviewer, or the same window is already
   * published.
   */
  | 'AVAILABILITY_CONFLICT'
  /** Other requests are changing the same data. Send the request again. */
  | 'BUSY_RETRY'
  /** The deadline for a cancellation by the student has passed. */
  | 'CANCEL_TOO_LATE'
  /** One of the student's latest grades is too low. An administrator can grant a waiver. */
  | 'GRADES_TOO_LOW'
  /** The hold has expired or was released. Hold the slot again, or book it without a hold. */
  | 'HOLD_EXPIRED'
  /** The idempotency key was used with a different input. Use a new key for each action of the user. */
  | 'IDEMPOTENCY_MISMATCH'
  /** The interviewer has reached their maximum number of interviews for that day or week. */
  | 'INTERVIEWER_FULL'
  /** The value of an input field is not allowed. */
  | 'INVALID_INPUT'
  /** The range is reversed, empty or too long. */
  | 'INVALID_RANGE'
  /** The student has used all their interviews. An administrator can raise the limit or grant a waiver. */
  | 'LIMIT_REACHED'
  /** No object has this id, or the caller may not access it. */
  | 'NOT_FOUND'
  /** The student has another interview at that time, or holds a slot at that time. */
  | 'OWN_OVERLAP'
  /** The deadline for a reschedule by the student has passed. */
  | 'RESCHEDULE_TOO_LATE'
  /** The interviewer has the same e-mail address as the student. */
  | 'SELF_INTERVIEW'
  /** Another student holds the slot. `SlotTaken.alternatives` lists other slots. */
  | 'SLOT_HELD'
  /** The slot has started. */
  | 'SLOT_IN_PAST'
  /** Another student has booked the slot. `SlotTaken.alternatives` lists other slots. */
  | 'SLOT_TAKEN'
  /** The slot was withdrawn. */
  | 'SLOT_WITHDRAWN'
  /** The person has the maximum number of calendar feeds. Delete one first. */
  | 'TOO_MANY_CALENDAR_FEEDS'
  /** The interview has been rescheduled the maximum number of times. */
  | 'TOO_MANY_RESCHEDULES'
  /**
   * It is too early to complete the interview or to mark a no-show, or the slot starts sooner than
   * the minimum notice allows.
   */
  | 'TOO_SOON'
  /** The object has been changed since its version was read. Read it again. */
  | 'VERSION_CONFLICT'
  /** The current status of the object does not allow the change. */
  | 'WRONG_STATUS';

/** The waiver to revoke. */
export type RevokeWaiverInput = {
  /** The waiver. */
  waiverId: string | number;
};

/** The role of a caller, or of the server itself. */
export type Role =
  /** An administrator of the school. */
  | 'ADMIN'
  /** A caller without a token. */
  | 'ANONYMOUS'
  /** An interviewer. */
  | 'INTERVIEWER'
  /** A student. */
  | 'STUDENT'
  /** The server itself: its background jobs and its commands. */
  | 'SYSTEM';

/** The webhook whose secret is replaced. A null field counts as omitted. */
export type RotateWebhookSecretInput = {
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The webhook. */
  webhookId: string | number;
};

/** The changes to the booking policy. Omitted fields do not change. */
export type UpdateBookingPolicyInput = {
  /**
   * The hour of the day, 0 to 23 in the interviewer's time zone, at which an interviewer gets the
   * agenda: their interviews until the next agenda. Null turns agendas off.
   */
  agendaHour?: number | null | undefined;
  /**
   * The minimum time between a cancellation by the student and the start of the interview, 0 to
   * 2,592,000 seconds (30 days). Null is refused.
   */
  cancelCutoffSeconds?: number | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /**
   * How long after the end of an interview its interviewer is reminded to grade it, 0 to 2,592,000
   * seconds (30 days). 0 turns these reminders off. Null is refused.
   */
  feedbackOverdueSeconds?: number | null | undefined;
  /** How many of the latest grades the grade rule checks, 0 to 100. Null is refused. */
  gradeWindow?: number | null | undefined;
  /** How long a hold lasts, 30 to 3,600 seconds. Null is refused. */
  holdSeconds?: number | null | undefined;
  /**
   * The maximum number of interviews of a student without a limit of their own, 0 to 1,000. A lower
   * limit cancels no interviews. Null is refused.
   */
  interviewLimit?: number | null | undefined;
  /** How many times one interview can be rescheduled, 0 to 100. Null is refused. */
  maxReschedules?: number | null | undefined;
  /**
   * The template that makes the link of each interview when it is booked. It must be an `https` URL,
   * in which `{interviewId}`, `{interviewerId}`, `{studentId}` and `{random}` (26 random characters)
   * may follow the host; `http` is accepted for `localhost` and loopback addresses. A link has at most
   * 500 characters. Unless `shareMeetingRooms` is true, the template must contain `{interviewId}` or
   * `{random}`. Null or a blank string removes the template: interviews then take place in the
   * interviewers' meeting rooms.
   */
  meetingUrlTemplate?: string | null | undefined;
  /**
   * A number from -1 to 4. Each of the latest `gradeWindow` grades must be greater than it.
   * Null is refused.
   */
  minimumGradeExclusive?: number | null | undefined;
  /**
   * The minimum time between a booking and the start of the slot, 0 to 2,592,000 seconds (30 days).
   * Null is refused.
   */
  minimumNoticeSeconds?: number | null | undefined;
  /** How many days ahead weekly rules publish their slots, 1 to 730. Null is refused. */
  publishHorizonDays?: number | null | undefined;
  /**
   * When reminders of an interview are sent, in seconds before its start: up to 5 times, each 300
   * seconds (5 minutes) to 2,592,000 seconds (30 days). Empty for no reminders. Null is refused.
   */
  reminderLeadSeconds?: Array<number> | null | undefined;
  /**
   * The minimum time between a reschedule by the student and the start of the interview, 0 to
   * 2,592,000 seconds (30 days). If this is less than `cancelCutoffSeconds`, a student can avoid the
   * cancellation deadline by rescheduling an interview and then cancelling it. If this is omitted, a
   * change of `cancelCutoffSeconds` can also change `rescheduleCutoffSeconds`: if the two were equal,
   * they stay equal; if `rescheduleCutoffSeconds` was greater than the old `cancelCutoffSeconds` but
   * is less than the new one, it is raised to the new one. Null is refused.
   */
  rescheduleCutoffSeconds?: number | null | undefined;
  /**
   * Whether the students of several interviews may see the same meeting room at the same time. If
   * true, the template may omit `{interviewId}` and `{random}`, and students see the interviewer's
   * meeting room as soon as they have booked. Null is refused.
   */
  shareMeetingRooms?: boolean | null | undefined;
};

/** The changes to an interviewer. Omitted fields do not change. */
export type UpdateInterviewerInput = {
  /** Whether the interviewer gives interviews at present. Null is refused. */
  active?: boolean | null | undefined;
  /** How the interviewer describes themselves, in 1 to 1,000 characters. Null or an empty string removes it. */
  bio?: string | null | undefined;
  /**
   * Only used with `active: false`. If true, cancels the future booked interviews. If
   * false, keeps them and returns them in `conflicts`.
   */
  cancelBooked?: boolean;
  /** The e-mail address. It must be unique among interviewers. Null is refused. */
  email?: string | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /** One line about what the interviewer offers, in 1 to 120 characters. Null or an empty string removes it. */
  headline?: string | null | undefined;
  /** The interviewer. */
  interviewerId: string | number;
  /**
   * The languages in which the interviewer gives interviews: at most 20 BCP 47 tags,
   * such as `en` or `pt-BR`. Null is refused.
   */
  languages?: Array<string> | null | undefined;
  /**
   * The maximum number of interviews per day, 1 to 100, in the interviewer's time zone.
   * Null removes the maximum.
   */
  maxPerDay?: number | null | undefined;
  /**
   * The maximum number of interviews per week, 1 to 100, in the interviewer's time zone.
   * A week begins on Monday. Null removes the maximum.
   */
  maxPerWeek?: number | null | undefined;
  /**
   * The `https` URL of the interviewer's meeting room, at most 500 characters. Null or
   * an empty string removes it.
   */
  meetingUrl?: string | null | undefined;
  /** The full name, in 1 to 200 characters. Null is refused. */
  name?: string | null | undefined;
  /** The `https` URL of a photo, at most 500 characters. Null or an empty string removes it. */
  photoUrl?: string | null | undefined;
  /** Tags, such as topics and levels: at most 20 tags of 1 to 50 characters. Null is refused. */
  tags?: Array<string> | null | undefined;
  /**
   * An IANA time zone, such as `Europe/Berlin`. Case does not matter. An alias such as `Europe/Kiev`
   * is replaced with the canonical name. Null is refused.
   */
  timeZone?: string | null | undefined;
};

/** The changes to a student. Omitted fields do not change. */
export type UpdateStudentInput = {
  /** The e-mail address. It must be unique among students. Null is refused. */
  email?: string | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /** The student's own limit, 0 to 1,000. Null removes it, and the policy's limit applies. */
  interviewLimit?: number | null | undefined;
  /** The full name, in 1 to 200 characters. Null is refused. */
  name?: string | null | undefined;
  /** The student. */
  studentId: string | number;
  /**
   * An IANA time zone, such as `Europe/Berlin`. Case does not matter. An alias such as `Europe/Kiev`
   * is replaced with the canonical name. Null is refused.
   */
  timeZone?: string | null | undefined;
};

/** The changes to a webhook. Omitted fields do not change. */
export type UpdateWebhookInput = {
  /** Whether events are sent. Null is refused. */
  enabled?: boolean | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /**
   * Sends only events about these interviewers. At most 500 ids; no restriction if empty.
   * Null is refused.
   */
  interviewerIds?: Array<string | number> | null | undefined;
  /** The kinds of events to send. All kinds if empty. Null is refused. */
  kinds?: Array<EventKind> | null | undefined;
  /** Sends only events about these students. At most 500 ids; no restriction if empty. Null is refused. */
  studentIds?: Array<string | number> | null | undefined;
  /** The URL, as in `createWebhook`. Null is refused. */
  url?: string | null | undefined;
  /** The webhook. */
  webhookId: string | number;
};

/** A rule that an administrator can waive for a student. */
export type WaivableRule =
  /** The rule about the latest grades, which is the cause of `GRADES_TOO_LOW`. */
  | 'GRADES'
  /** The limit on the number of interviews, which is the cause of `LIMIT_REACHED`. */
  | 'LIMIT'
  /** The minimum notice before the start of a slot, which is the cause of `TOO_SOON`. */
  | 'NOTICE'
  /** The rule that a student meets each interviewer only once, which is the cause of `ALREADY_INTERVIEWED`. */
  | 'PAIR';

/** The status of a delivery to a webhook. */
export type WebhookDeliveryStatus =
  /** The event is not sent again, unless `redeliver` is used. */
  | 'FAILED'
  /** The event will be sent, for the first time or again. */
  | 'PENDING'
  /** The receiver responded with a status from 200 to 299. */
  | 'SUCCEEDED';

/** How to import the all-day events of a calendar. */
export type WholeDayEvents =
  /**
   * Blocks the days, as `blockTime` does: slots that are not booked are withdrawn, and booked
   * interviews are kept. The `id` of the row is the id of the block.
   */
  | 'BLOCK'
  /** Ignores them. Each is a row with the status `IGNORED`. */
  | 'SKIP';

type Problem_AlreadyHolding_Fragment = { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_AlreadyInterviewed_Fragment = { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_AvailabilityConflict_Fragment = { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_CancelTooLate_Fragment = { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_GradesTooLow_Fragment = { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_InvalidInput_Fragment = { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null };

type Problem_LimitReached_Fragment = { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_OwnOverlap_Fragment = { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_PlainError_Fragment = { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_RescheduleTooLate_Fragment = { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_SlotTaken_Fragment = { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_TooManyReschedules_Fragment = { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_TooSoon_Fragment = { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_VersionConflict_Fragment = { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_WrongStatus_Fragment = { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null };

export type ProblemFragment =
  | Problem_AlreadyHolding_Fragment
  | Problem_AlreadyInterviewed_Fragment
  | Problem_AvailabilityConflict_Fragment
  | Problem_CancelTooLate_Fragment
  | Problem_GradesTooLow_Fragment
  | Problem_InvalidInput_Fragment
  | Problem_LimitReached_Fragment
  | Problem_OwnOverlap_Fragment
  | Problem_PlainError_Fragment
  | Problem_RescheduleTooLate_Fragment
  | Problem_SlotTaken_Fragment
  | Problem_TooManyReschedules_Fragment
  | Problem_TooSoon_Fragment
  | Problem_VersionConflict_Fragment
  | Problem_WrongStatus_Fragment
;

export type StandingFragment = { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> };

export type StudentRowFragment = { id: string, name: string, email: string | null, timeZone: string, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null };

export type GrantFragment = { id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null };

export type InterviewRowFragment = { id: string, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, intake: string | null, cancelReason: string | null, version: number, viewerCanCancel: boolean, viewerCanComplete: boolean, student: { id: string, name: string }, interviewer: { id: string, name: string } };

export type StudentRecordFragment = { version: number, createdAt: string, interviewLimit: number | null, id: string, name: string, email: string | null, timeZone: string, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null };

export type InterviewerRowFragment = { id: string, name: string, email: string | null, timeZone: string, active: boolean, headline: string | null, tags: Array<string> };

export type InterviewerRecordFragment = { bio: string | null, photoUrl: string | null, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, version: number, createdAt: string, id: string, name: string, email: string | null, timeZone: string, active: boolean, headline: string | null, tags: Array<string> };

export type PolicyFragment = { interviewLimit: number, minimumGradeExclusive: number, gradeWindow: number, holdSeconds: number, minimumNoticeSeconds: number, cancelCutoffSeconds: number, rescheduleCutoffSeconds: number, maxReschedules: number, publishHorizonDays: number, meetingUrlTemplate: string | null, shareMeetingRooms: boolean, reminderLeadSeconds: Array<number>, agendaHour: number | null, feedbackOverdueSeconds: number, version: number };

export type HookFragment = { id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string };

export type AdminStudentsQueryVariables = Exact<{
  search?: string | null | undefined;
  stuck?: Array<RefusalCode> | RefusalCode | null | undefined;
  eligible?: boolean | null | undefined;
  after?: string | null | undefined;
}>;


export type AdminStudentsQuery = { students: { totalCount: number, totalCountIsCapped: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, email: string | null, timeZone: string, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null }> } | null };

export type StuckStudentsQueryVariables = Exact<{
  stuck?: Array<RefusalCode> | RefusalCode | null | undefined;
  after?: string | null | undefined;
}>;


export type StuckStudentsQuery = { bookingPolicy: { minimumGradeExclusive: number }, students: { totalCount: number, totalCountIsCapped: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, email: string | null, timeZone: string, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null }> } | null };

export type AdminStudentQueryVariables = Exact<{
  id: string | number;
}>;


export type AdminStudentQuery = { bookingPolicy: { minimumGradeExclusive: number }, student: { version: number, createdAt: string, interviewLimit: number | null, id: string, name: string, email: string | null, timeZone: string, hold: { id: string, expiresAt: string, slot: { id: string, start: string, interviewer: { id: string, name: string } } } | null, interviews: { totalCount: number, nodes: Array<{ id: string, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, intake: string | null, cancelReason: string | null, version: number, viewerCanCancel: boolean, viewerCanComplete: boolean, student: { id: string, name: string }, interviewer: { id: string, name: string } }> } | null, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null };

export type AdminInterviewersQueryVariables = Exact<{
  search?: string | null | undefined;
  active?: boolean | null | undefined;
  after?: string | null | undefined;
}>;


export type AdminInterviewersQuery = { interviewers: { totalCount: number, totalCountIsCapped: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, email: string | null, timeZone: string, active: boolean, headline: string | null, tags: Array<string> }> } | null };

export type AdminInterviewerQueryVariables = Exact<{
  id: string | number;
}>;


export type AdminInterviewerQuery = { interviewer: { bio: string | null, photoUrl: string | null, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, version: number, createdAt: string, id: string, name: string, email: string | null, timeZone: string, active: boolean, headline: string | null, tags: Array<string>, interviews: { totalCount: number, nodes: Array<{ id: string, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, intake: string | null, cancelReason: string | null, version: number, viewerCanCancel: boolean, viewerCanComplete: boolean, student: { id: string, name: string }, interviewer: { id: string, name: string } }> } | null } | null };

export type FindStudentsQueryVariables = Exact<{
  search: string;
}>;


export type FindStudentsQuery = { students: { nodes: Array<{ id: string, name: string, email: string | null }> } | null };

export type FindInterviewersQueryVariables = Exact<{
  search: string;
}>;


export type FindInterviewersQuery = { interviewers: { nodes: Array<{ id: string, name: string, email: string | null }> } | null };

export type StudentNameQueryVariables = Exact<{
  id: string | number;
}>;


export type StudentNameQuery = { student: { id: string, name: string } | null };

export type InterviewerNameQueryVariables = Exact<{
  id: string | number;
}>;


export type InterviewerNameQuery = { interviewer: { id: string, name: string } | null };

export type AdminInterviewsQueryVariables = Exact<{
  filter?: InterviewFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type AdminInterviewsQuery = { interviews: { totalCount: number, totalCountIsCapped: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, intake: string | null, cancelReason: string | null, version: number, viewerCanCancel: boolean, viewerCanComplete: boolean, student: { id: string, name: string }, interviewer: { id: string, name: string } }> } | null };

export type StatisticsQueryVariables = Exact<{
  first: string;
  last: string;
  zone: string;
  status?: Array<InterviewStatus> | InterviewStatus | null | undefined;
  skip: number;
}>;


export type StatisticsQuery = { interviewStatistics: { counts: Array<number>, total: number, interviewerCount: number, interviewers: Array<{ counts: Array<number>, total: number, interviewer: { id: string, name: string } }> } | null };

export type RecentInterviewsQueryVariables = Exact<{ [key: string]: never; }>;


export type RecentInterviewsQuery = { interviews: { nodes: Array<{ id: string, start: string, student: { id: string, name: string }, interviewer: { id: string, name: string } }> } | null };

export type MailPreviewQueryVariables = Exact<{
  kind: MailKind;
  to?: Party | null | undefined;
  interview?: string | number | null | undefined;
}>;


export type MailPreviewQuery = { mailPreview: { sent: boolean, sender: string | null, recipient: string, subject: string, text: string, html: string, invitation: string | null } | null };

export type AdminEventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type AdminEventsQuery = { events: { totalCount: number, totalCountIsCapped: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, at: string, kind: EventKind, actor: { role: Role, id: string | null, person:
          | { id: string, name: string }
          | { id: string, name: string }
         | null }, student: { id: string, name: string } | null, interviewer: { id: string, name: string } | null, changes: Array<{ field: string, before: unknown, after: unknown }> }> } | null };

export type AdminPolicyQueryVariables = Exact<{ [key: string]: never; }>;


export type AdminPolicyQuery = { bookingPolicy: { interviewLimit: number, minimumGradeExclusive: number, gradeWindow: number, holdSeconds: number, minimumNoticeSeconds: number, cancelCutoffSeconds: number, rescheduleCutoffSeconds: number, maxReschedules: number, publishHorizonDays: number, meetingUrlTemplate: string | null, shareMeetingRooms: boolean, reminderLeadSeconds: Array<number>, agendaHour: number | null, feedbackOverdueSeconds: number, version: number } };

export type WebhooksQueryVariables = Exact<{ [key: string]: never; }>;


export type WebhooksQuery = { webhooks: Array<{ id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string }> | null };

export type DeliveriesQueryVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { webhook: { id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string, deliveries: { totalCount: number, totalCountIsCapped: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, eventId: string, kind: EventKind, status: WebhookDeliveryStatus, attempts: number, createdAt: string, lastAttemptAt: string | null, nextAttemptAt: string | null, responseStatus: number | null, responseBody: string | null, error: string | null }> } } | null };

export type CreateStudentMutationVariables = Exact<{
  input: CreateStudentInput;
}>;


export type CreateStudentMutation = { createStudent: { student: { version: number, createdAt: string, interviewLimit: number | null, id: string, name: string, email: string | null, timeZone: string, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UpdateStudentMutationVariables = Exact<{
  input: UpdateStudentInput;
}>;


export type UpdateStudentMutation = { updateStudent: { student: { version: number, createdAt: string, interviewLimit: number | null, id: string, name: string, email: string | null, timeZone: string, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type CreateInterviewerMutationVariables = Exact<{
  input: CreateInterviewerInput;
}>;


export type CreateInterviewerMutation = { createInterviewer: { interviewer: { bio: string | null, photoUrl: string | null, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, version: number, createdAt: string, id: string, name: string, email: string | null, timeZone: string, active: boolean, headline: string | null, tags: Array<string> } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UpdateInterviewerMutationVariables = Exact<{
  input: UpdateInterviewerInput;
}>;


export type UpdateInterviewerMutation = { updateInterviewer: { closedCount: number, conflictCount: number, cancelledCount: number, interviewer: { bio: string | null, photoUrl: string | null, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, version: number, createdAt: string, id: string, name: string, email: string | null, timeZone: string, active: boolean, headline: string | null, tags: Array<string> } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type ImportStudentsMutationVariables = Exact<{
  input: ImportStudentsInput;
}>;


export type ImportStudentsMutation = { importStudents: { created: number, unchanged: number, failed: number, rows: Array<{ line: number, status: ImportRowStatus, id: string | null, notes: Array<string>, errors: Array<{ column: string | null, code: RefusalCode, message: string }> }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type ImportInterviewersMutationVariables = Exact<{
  input: ImportInterviewersInput;
}>;


export type ImportInterviewersMutation = { importInterviewers: { created: number, unchanged: number, failed: number, rows: Array<{ line: number, status: ImportRowStatus, id: string | null, notes: Array<string>, errors: Array<{ column: string | null, code: RefusalCode, message: string }> }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type ImportAvailabilityMutationVariables = Exact<{
  input: ImportAvailabilityInput;
}>;


export type ImportAvailabilityMutation = { importAvailability: { created: number, unchanged: number, failed: number, rows: Array<{ line: number, status: ImportRowStatus, id: string | null, notes: Array<string>, errors: Array<{ column: string | null, code: RefusalCode, message: string }> }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type ImportInterviewsMutationVariables = Exact<{
  input: ImportInterviewsInput;
}>;


export type ImportInterviewsMutation = { importInterviews: { created: number, unchanged: number, failed: number, rows: Array<{ line: number, status: ImportRowStatus, id: string | null, notes: Array<string>, errors: Array<{ column: string | null, code: RefusalCode, message: string }> }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type RowFragment = { line: number, status: ImportRowStatus, id: string | null, notes: Array<string>, errors: Array<{ column: string | null, code: RefusalCode, message: string }> };

export type GrantWaiverMutationVariables = Exact<{
  input: GrantWaiverInput;
}>;


export type GrantWaiverMutation = { grantWaiver: { waiver: { id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null } | null, student: { version: number, createdAt: string, interviewLimit: number | null, id: string, name: string, email: string | null, timeZone: string, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type RevokeWaiverMutationVariables = Exact<{
  input: RevokeWaiverInput;
}>;


export type RevokeWaiverMutation = { revokeWaiver: { waiver: { id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null } | null, student: { version: number, createdAt: string, interviewLimit: number | null, id: string, name: string, email: string | null, timeZone: string, waivers: Array<{ id: string, rule: WaivableRule, reason: string, uses: number, used: number, grantedAt: string, expiresAt: string | null, revokedAt: string | null }> | null, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type AdminCancelMutationVariables = Exact<{
  input: CancelInterviewInput;
}>;


export type AdminCancelMutation = { cancelInterview: { interview: { id: string, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, intake: string | null, cancelReason: string | null, version: number, viewerCanCancel: boolean, viewerCanComplete: boolean, student: { id: string, name: string }, interviewer: { id: string, name: string } } | null, student: { id: string, name: string, email: string | null, timeZone: string, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type AdminCompleteMutationVariables = Exact<{
  input: CompleteInterviewInput;
}>;


export type AdminCompleteMutation = { completeInterview: { interview: { id: string, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, intake: string | null, cancelReason: string | null, version: number, viewerCanCancel: boolean, viewerCanComplete: boolean, student: { id: string, name: string }, interviewer: { id: string, name: string } } | null, student: { id: string, name: string, email: string | null, timeZone: string, eligibility: { eligible: boolean, interviewsUsed: number, interviewLimit: number, interviewsRemaining: number, recentGrades: Array<number>, student: { id: string }, reasons: Array<{ code: RefusalCode, message: string }> } | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UpdatePolicyMutationVariables = Exact<{
  input: UpdateBookingPolicyInput;
}>;


export type UpdatePolicyMutation = { updateBookingPolicy: { bookingPolicy: { interviewLimit: number, minimumGradeExclusive: number, gradeWindow: number, holdSeconds: number, minimumNoticeSeconds: number, cancelCutoffSeconds: number, rescheduleCutoffSeconds: number, maxReschedules: number, publishHorizonDays: number, meetingUrlTemplate: string | null, shareMeetingRooms: boolean, reminderLeadSeconds: Array<number>, agendaHour: number | null, feedbackOverdueSeconds: number, version: number } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type CreateWebhookMutationVariables = Exact<{
  input: CreateWebhookInput;
}>;


export type CreateWebhookMutation = { createWebhook: { secret: string | null, webhook: { id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UpdateWebhookMutationVariables = Exact<{
  input: UpdateWebhookInput;
}>;


export type UpdateWebhookMutation = { updateWebhook: { webhook: { id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type DeleteWebhookMutationVariables = Exact<{
  input: DeleteWebhookInput;
}>;


export type DeleteWebhookMutation = { deleteWebhook: { webhookId: string | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type RotateSecretMutationVariables = Exact<{
  input: RotateWebhookSecretInput;
}>;


export type RotateSecretMutation = { rotateWebhookSecret: { secret: string | null, webhook: { id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type RedeliverMutationVariables = Exact<{
  input: RedeliverInput;
}>;


export type RedeliverMutation = { redeliver: { queued: number | null, webhook: { id: string, url: string, kinds: Array<EventKind>, enabled: boolean, disabledAt: string | null, failingSince: string | null, pausedUntil: string | null, version: number, createdAt: string } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export const ProblemFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ProblemFragment, unknown>;
export const InterviewRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"intake"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<InterviewRowFragment, unknown>;
export const StandingFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<StandingFragment, unknown>;
export const StudentRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<StudentRowFragment, unknown>;
export const GrantFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode<GrantFragment, unknown>;
export const StudentRecordFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode<StudentRecordFragment, unknown>;
export const InterviewerRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}}]} as unknown as DocumentNode<InterviewerRowFragment, unknown>;
export const InterviewerRecordFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRow"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}}]} as unknown as DocumentNode<InterviewerRecordFragment, unknown>;
export const PolicyFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Policy"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BookingPolicy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumGradeExclusive"}},{"kind":"Field","name":{"kind":"Name","value":"gradeWindow"}},{"kind":"Field","name":{"kind":"Name","value":"holdSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"minimumNoticeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"cancelCutoffSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"rescheduleCutoffSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxReschedules"}},{"kind":"Field","name":{"kind":"Name","value":"publishHorizonDays"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrlTemplate"}},{"kind":"Field","name":{"kind":"Name","value":"shareMeetingRooms"}},{"kind":"Field","name":{"kind":"Name","value":"reminderLeadSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"agendaHour"}},{"kind":"Field","name":{"kind":"Name","value":"feedbackOverdueSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]} as unknown as DocumentNode<PolicyFragment, unknown>;
export const HookFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<HookFragment, unknown>;
export const RowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Row"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"column"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}}]}}]} as unknown as DocumentNode<RowFragment, unknown>;
export const AdminStudentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminStudents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"stuck"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RefusalCode"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"eligible"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"students"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"stuck"},"value":{"kind":"Variable","name":{"kind":"Name","value":"stuck"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"eligible"},"value":{"kind":"Variable","name":{"kind":"Name","value":"eligible"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"totalCountIsCapped"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}}]} as unknown as DocumentNode<AdminStudentsQuery, AdminStudentsQueryVariables>;
export const StuckStudentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StuckStudents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"stuck"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RefusalCode"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookingPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"minimumGradeExclusive"}}]}},{"kind":"Field","name":{"kind":"Name","value":"students"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"stuck"},"value":{"kind":"Variable","name":{"kind":"Name","value":"stuck"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"totalCountIsCapped"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode<StuckStudentsQuery, StuckStudentsQueryVariables>;
export const AdminStudentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminStudent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookingPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"minimumGradeExclusive"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRecord"}},{"kind":"Field","name":{"kind":"Name","value":"hold"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewRow"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"intake"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<AdminStudentQuery, AdminStudentQueryVariables>;
export const AdminInterviewersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminInterviewers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"active"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"active"},"value":{"kind":"Variable","name":{"kind":"Name","value":"active"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"totalCountIsCapped"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}}]} as unknown as DocumentNode<AdminInterviewersQuery, AdminInterviewersQueryVariables>;
export const AdminInterviewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminInterviewer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRecord"}},{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewRow"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRow"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"intake"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<AdminInterviewerQuery, AdminInterviewerQueryVariables>;
export const FindStudentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FindStudents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"students"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]}}]} as unknown as DocumentNode<FindStudentsQuery, FindStudentsQueryVariables>;
export const FindInterviewersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FindInterviewers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]}}]} as unknown as DocumentNode<FindInterviewersQuery, FindInterviewersQueryVariables>;
export const StudentNameDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StudentName"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<StudentNameQuery, StudentNameQueryVariables>;
export const InterviewerNameDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InterviewerName"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<InterviewerNameQuery, InterviewerNameQueryVariables>;
export const AdminInterviewsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminInterviews"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"InterviewFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"START"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"DESC"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"totalCountIsCapped"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"intake"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<AdminInterviewsQuery, AdminInterviewsQueryVariables>;
export const StatisticsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Statistics"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Date"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Date"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"zone"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"status"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InterviewStatus"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"skip"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewStatistics"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"firstMonth"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"lastMonth"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"timeZone"},"value":{"kind":"Variable","name":{"kind":"Name","value":"zone"}}},{"kind":"Argument","name":{"kind":"Name","value":"status"},"value":{"kind":"Variable","name":{"kind":"Name","value":"status"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"counts"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"interviewers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"skip"},"value":{"kind":"Variable","name":{"kind":"Name","value":"skip"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counts"}},{"kind":"Field","name":{"kind":"Name","value":"total"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewerCount"}}]}}]}}]} as unknown as DocumentNode<StatisticsQuery, StatisticsQueryVariables>;
export const RecentInterviewsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RecentInterviews"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"BOOKED_AT"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"DESC"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RecentInterviewsQuery, RecentInterviewsQueryVariables>;
export const MailPreviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MailPreview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kind"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MailKind"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Party"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"interview"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mailPreview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"kind"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kind"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"interview"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sent"}},{"kind":"Field","name":{"kind":"Name","value":"sender"}},{"kind":"Field","name":{"kind":"Name","value":"recipient"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"html"}},{"kind":"Field","name":{"kind":"Name","value":"invitation"}}]}}]}}]} as unknown as DocumentNode<MailPreviewQuery, MailPreviewQueryVariables>;
export const AdminEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"ID"}},{"kind":"ObjectField","name":{"kind":"Name","value":"direction"},"value":{"kind":"EnumValue","value":"DESC"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"totalCountIsCapped"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}}]}}]}}]}}]} as unknown as DocumentNode<AdminEventsQuery, AdminEventsQueryVariables>;
export const AdminPolicyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AdminPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookingPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Policy"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Policy"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BookingPolicy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumGradeExclusive"}},{"kind":"Field","name":{"kind":"Name","value":"gradeWindow"}},{"kind":"Field","name":{"kind":"Name","value":"holdSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"minimumNoticeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"cancelCutoffSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"rescheduleCutoffSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxReschedules"}},{"kind":"Field","name":{"kind":"Name","value":"publishHorizonDays"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrlTemplate"}},{"kind":"Field","name":{"kind":"Name","value":"shareMeetingRooms"}},{"kind":"Field","name":{"kind":"Name","value":"reminderLeadSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"agendaHour"}},{"kind":"Field","name":{"kind":"Name","value":"feedbackOverdueSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]} as unknown as DocumentNode<AdminPolicyQuery, AdminPolicyQueryVariables>;
export const WebhooksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Webhooks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhooks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hook"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<WebhooksQuery, WebhooksQueryVariables>;
export const DeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Deliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hook"}},{"kind":"Field","name":{"kind":"Name","value":"deliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"25"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"totalCountIsCapped"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventId"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"responseBody"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<DeliveriesQuery, DeliveriesQueryVariables>;
export const CreateStudentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateStudent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateStudentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createStudent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRecord"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<CreateStudentMutation, CreateStudentMutationVariables>;
export const UpdateStudentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateStudent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateStudentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateStudent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRecord"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UpdateStudentMutation, UpdateStudentMutationVariables>;
export const CreateInterviewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateInterviewer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateInterviewerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createInterviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRecord"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRow"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<CreateInterviewerMutation, CreateInterviewerMutationVariables>;
export const UpdateInterviewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateInterviewer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateInterviewerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateInterviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRecord"}}]}},{"kind":"Field","name":{"kind":"Name","value":"closedCount"}},{"kind":"Field","name":{"kind":"Name","value":"conflictCount"}},{"kind":"Field","name":{"kind":"Name","value":"cancelledCount"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewerRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewerRow"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UpdateInterviewerMutation, UpdateInterviewerMutationVariables>;
export const ImportStudentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ImportStudents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ImportStudentsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importStudents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Row"}}]}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"unchanged"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Row"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"column"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ImportStudentsMutation, ImportStudentsMutationVariables>;
export const ImportInterviewersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ImportInterviewers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ImportInterviewersInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importInterviewers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Row"}}]}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"unchanged"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Row"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"column"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ImportInterviewersMutation, ImportInterviewersMutationVariables>;
export const ImportAvailabilityDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ImportAvailability"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ImportAvailabilityInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importAvailability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Row"}}]}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"unchanged"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Row"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"column"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ImportAvailabilityMutation, ImportAvailabilityMutationVariables>;
export const ImportInterviewsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ImportInterviews"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ImportInterviewsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importInterviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Row"}}]}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"unchanged"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Row"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"column"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ImportInterviewsMutation, ImportInterviewsMutationVariables>;
export const GrantWaiverDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"GrantWaiver"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"GrantWaiverInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"grantWaiver"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"waiver"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRecord"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<GrantWaiverMutation, GrantWaiverMutationVariables>;
export const RevokeWaiverDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeWaiver"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeWaiverInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeWaiver"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"waiver"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRecord"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Grant"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Waiver"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"uses"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"grantedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRecord"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"waivers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Grant"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<RevokeWaiverMutation, RevokeWaiverMutationVariables>;
export const AdminCancelDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AdminCancel"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"intake"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<AdminCancelMutation, AdminCancelMutationVariables>;
export const AdminCompleteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AdminComplete"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CompleteInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"completeInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterviewRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"StudentRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Standing"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Eligibility"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsUsed"}},{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"interviewsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"recentGrades"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterviewRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"intake"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"StudentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Student"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Standing"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<AdminCompleteMutation, AdminCompleteMutationVariables>;
export const UpdatePolicyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdatePolicy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateBookingPolicyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateBookingPolicy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookingPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Policy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Policy"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BookingPolicy"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewLimit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumGradeExclusive"}},{"kind":"Field","name":{"kind":"Name","value":"gradeWindow"}},{"kind":"Field","name":{"kind":"Name","value":"holdSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"minimumNoticeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"cancelCutoffSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"rescheduleCutoffSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxReschedules"}},{"kind":"Field","name":{"kind":"Name","value":"publishHorizonDays"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrlTemplate"}},{"kind":"Field","name":{"kind":"Name","value":"shareMeetingRooms"}},{"kind":"Field","name":{"kind":"Name","value":"reminderLeadSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"agendaHour"}},{"kind":"Field","name":{"kind":"Name","value":"feedbackOverdueSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UpdatePolicyMutation, UpdatePolicyMutationVariables>;
export const CreateWebhookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWebhook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWebhookInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWebhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhook"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hook"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<CreateWebhookMutation, CreateWebhookMutationVariables>;
export const UpdateWebhookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateWebhook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateWebhookInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWebhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhook"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hook"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UpdateWebhookMutation, UpdateWebhookMutationVariables>;
export const DeleteWebhookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWebhook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteWebhookInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWebhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookId"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<DeleteWebhookMutation, DeleteWebhookMutationVariables>;
export const RotateSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RotateWebhookSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateWebhookSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhook"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hook"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<RotateSecretMutation, RotateSecretMutationVariables>;
export const RedeliverDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Redeliver"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RedeliverInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"redeliver"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhook"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hook"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hook"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Webhook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<RedeliverMutation, RedeliverMutationVariables>;