// Owns what a customer becomes: a source record. Pure.
import type { SourceRecord } from 'heysync/connector'
import type { Customer } from './answers.ts'

/** Nobody said no in these. Whether that is enough to text is for the mapping to say. */
const MAY_BE_TEXTED = new Set(['SUBSCRIBED', 'NOT_SUBSCRIBED', 'PENDING'])

/** The number at the end of `gid://shopify/Customer/123`. Members of segments bear the same number under another gid. */
export function idOf(gid: string): string {
  return /\/(\d+)(?:\?|$)/.exec(gid)?.[1] ?? gid
}

export function toRecord(customer: Customer, shop: string): SourceRecord {
  const id = idOf(customer.id)
  const phone = customer.defaultPhoneNumber
  const sms = phone?.marketingState ?? null
  return {
    id,
    updatedAt: customer.updatedAt,
    place: `https://${shop}/admin/customers/${id}`,
    fields: {
      id: customer.id,
      legacyResourceId: id,
      firstName: customer.firstName,
      lastName: customer.lastName,
      phone: phone?.phoneNumber ?? null,
      email: customer.defaultEmailAddress?.emailAddress ?? null,
      // Under the names that Shopify's own exports and webhooks use.
      smsMarketingConsent: {
        marketingState: sms,
        marketingOptInLevel: phone?.marketingOptInLevel ?? null,
        consentUpdatedAt: phone?.marketingUpdatedAt ?? null,
        consentCollectedFrom: phone?.marketingCollectedFrom ?? null,
      },
      // A state that is not known here counts as a no: consent fails closed.
      smsUnsubscribed: sms !== null && !MAY_BE_TEXTED.has(sms),
      emailMarketingState: customer.defaultEmailAddress?.marketingState ?? null,
      state: customer.state,
      tags: customer.tags ?? [],
      locale: customer.locale,
      numberOfOrders: customer.numberOfOrders ?? null,
      createdAt: customer.createdAt,
      updatedAt: customer.updatedAt,
      defaultAddress: customer.defaultAddress ?? null,
    },
  }
}

/** True when it has nothing that a customer of Shopify has at least one of: what is hidden from the app looks so too. */
export function isHollow({
  firstName,
  lastName,
  defaultPhoneNumber,
  defaultEmailAddress,
}: Customer): boolean {
  return !(firstName || lastName || defaultPhoneNumber?.phoneNumber || defaultEmailAddress?.emailAddress)
}
