// Owns the names of the API's shapes on this side. Types only: the schemas themselves stay out of the bundle.
import type { z } from 'zod'
import type * as contract from '../../api/contract.ts'

export type Status = z.infer<typeof contract.status>
export type SourceState = z.infer<typeof contract.sourceState>
export type Counts = z.infer<typeof contract.counts>
export type Problem = z.infer<typeof contract.problem>
export type HeldPart = z.infer<typeof contract.heldPart>
export type UnderWay = z.infer<typeof contract.underWay>
export type CycleRow = z.infer<typeof contract.cycleRow>
export type Cycles = z.infer<typeof contract.cycles>
export type Cycle = z.infer<typeof contract.cycle>
export type ChangeRow = z.infer<typeof contract.changeRow>
export type Changes = z.infer<typeof contract.changes>
export type People = z.infer<typeof contract.people>
export type Rejections = z.infer<typeof contract.rejections>
export type Failures = z.infer<typeof contract.failures>
export type FailureRow = z.infer<typeof contract.failureRow>
export type Lists = z.infer<typeof contract.lists>
export type Members = z.infer<typeof contract.members>
export type Messages = z.infer<typeof contract.messages>
export type Settings = z.infer<typeof contract.settings>
export type Preview = z.infer<typeof contract.preview>
export type Accepted = z.infer<typeof contract.accepted>
export type Paused = z.infer<typeof contract.paused>
export type Reloaded = z.infer<typeof contract.reloaded>
export type ServiceEvent = z.infer<typeof contract.event>
