// Owns what stands on the shelves beside the contacts: the data of a list, a message, a conversation, a scheduled message.
export interface Member {
  readonly f: string
  readonly l: string
}

export interface ListData {
  readonly title: string
  readonly members: Readonly<Record<string, Member>>
  readonly emails: readonly string[]
  readonly type: 'phones' | 'contacts'
  readonly archived: boolean
}

export interface MessageData {
  readonly conversation_id: number
  readonly broadcast_id: number | null
  readonly inbox_id: number
  /** The person; several for a group. */
  readonly targets: readonly string[]
  readonly text: string
  readonly media: readonly string[]
  readonly direction: 'in' | 'out'
  readonly private: boolean
  readonly channel: 'sms' | 'email'
  readonly status: string
  readonly error: string
  readonly user: number | null
  readonly author: string
}

export interface ConversationData {
  readonly inbox_id: number
  /** A phone, or several with commas between them. */
  readonly target: string
  readonly name: string
  readonly channel: 'sms' | 'email'
  readonly status: 'open' | 'closed'
  readonly read: boolean
  readonly assigned: number
}

/** Where a message goes, and what it says; phones are read already. */
export interface Sending {
  readonly inbox_id: number
  readonly user_id: number
  readonly phone?: string | undefined
  readonly conversation_id?: number | undefined
  readonly list_id?: number | undefined
  readonly targets?: readonly string[] | undefined
  readonly text?: string | undefined
  readonly template_id?: number | undefined
  readonly media_url?: string | undefined
  readonly survey_id?: number | undefined
  readonly local_id?: string | undefined
  readonly private?: boolean | undefined
  readonly author?: string | undefined
}

export interface ScheduleData {
  /** Microseconds since 1970. */
  readonly execute_us: number
  readonly sending: Sending
  /** The request's content, as it was given. */
  readonly content: Readonly<Record<string, unknown>>
}

export interface ContactKeyData {
  readonly contact_id: number
}

export interface MemberData {
  readonly name: string
  readonly role: 'admin' | 'member'
}
