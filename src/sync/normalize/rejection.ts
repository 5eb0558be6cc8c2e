// Owns the closed union of reasons why a source record cannot become a contact.

export const REJECTION_TABLE = {
  PHONE_MISSING: 'None of the mapped phone fields has a value.',
  PHONE_INVALID: 'The digits are no number that exists in the country in question.',
  PHONE_TOO_SHORT: 'There are too few digits; often the area code is missing.',
  PHONE_TOO_LONG: 'There are too many digits for a phone number.',
  PHONE_NOT_A_NUMBER: 'The text holds no phone number.',
  PHONE_DIGITS_LOST:
    'A spreadsheet turned the number into something like 1.4155E+10 and its last digits are gone.',
  COUNTRY_MISSING:
    'The number has no country code, the record names no country, and there is no defaultCountry.',
  COUNTRY_UNKNOWN: 'The number has no country code and the country that the record names is not known.',
  EXPRESSION_FAILED: 'A CEL expression of the mapping failed on this record.',
  ID_MISSING: 'The record has no id, so it cannot be followed from one pull to the next.',
  ID_DUPLICATE: 'Another record of the same pull has the same id and was used instead.',
  ROW_MALFORMED: 'The row could not be read.',
  UPDATED_INVALID: 'The time of the last change is not a time.',
  ERASED: 'The person was erased with `heysync erase`, and nothing of the record is kept.',
} as const

export type RejectionCode = keyof typeof REJECTION_TABLE

export interface Rejection {
  readonly code: RejectionCode
  /** The contact field or record column that failed, e.g. `phone`. */
  readonly field: string
  /** The raw value, at most 200 characters. */
  readonly value: string
  /** One sentence for the operator, with the way out. */
  readonly message: string
}
