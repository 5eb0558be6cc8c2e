// Owns what a new sandbox holds: a team, inboxes, tags and custom fields, and no contacts.

export const TEAM = {
  id: 41,
  name: 'Sandbox Team',
  members: [
    { id: 501, name: 'Ana Duarte', role: 'admin', email: 'ana@example.com', phone: '15105550111' },
    { id: 502, name: 'Ben Okafor', role: 'member', email: 'ben@example.com', phone: '15105550112' },
    { id: 503, name: 'Chloe Martin', role: 'member', email: 'chloe@example.com', phone: '15105550113' },
  ],
} as const

/** Ids of users are those of their membership plus 400: the two kinds are never the same. */
export const FIRST_USER_ID = 900

/** The member that the API's own writes are credited to. */
export const API_CREATOR_ID = 501

export const INBOXES = [
  { id: 71, name: 'Front desk', phone: '15105550100', members: [501, 502, 503] },
  { id: 72, name: 'Billing', phone: '15105550101', members: [501] },
] as const

export const TAGS = [
  { id: 11, tag: 'VIP', color: '#d64545' },
  { id: 12, tag: 'New patient', color: '#2f855a' },
  { id: 13, tag: 'Newsletter', color: '#2b6cb0' },
] as const

export const FIELDS = [
  { id: 901, title: 'Plan' },
  { id: 902, title: 'Renewal Date' },
  { id: 903, title: 'Notes' },
] as const

export interface TemplateData {
  readonly title: string
  readonly text: string
  readonly gallery: unknown
  readonly archived: boolean
}

export const TEMPLATES = [
  {
    title: 'Appointment reminder',
    text: 'Hi {{first_name}}, see you tomorrow. Reply C to cancel.',
    gallery: null,
  },
  {
    title: 'Plan renewal',
    text: '{{first_name}}, your plan {{Plan}} ends on {{Renewal Date}}.',
    gallery: null,
  },
  { title: 'Office closed', text: 'Our office is closed today. We answer tomorrow.', gallery: null },
] as const

export interface SurveyData {
  readonly name: string
  readonly type: string
  readonly question: string
}

export const SURVEYS = [
  { name: 'After your visit', type: 'rating', question: 'How was your visit, from 1 to 5?' },
  { name: 'Recommend us', type: 'nps', question: 'Would you recommend us, from 0 to 10?' },
] as const

/** The id of the first contact is one more. */
export const LAST_ID_BEFORE_CONTACTS = 100_000
