// Owns the dialects of messages, conversations, templates, schedules and e-mail.

export const MESSAGE_DIALECTS = {} as const
