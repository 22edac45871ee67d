// What is read again after a change: everything about the interviewer.
export const mine = ['Interviewer']
