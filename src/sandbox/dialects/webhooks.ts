// Owns the dialects of webhooks.

export const WEBHOOK_DIALECTS = {} as const
