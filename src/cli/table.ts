// The command table: every word that `heysync` understands, in the order of its help.
import type { Command } from './command.ts'
import { api } from './commands/api.ts'
import { apply } from './commands/apply.ts'
import { approve } from './commands/approve.ts'
import { broadcast } from './commands/broadcast.ts'
import { check } from './commands/check.ts'
import { collisions } from './commands/collisions.ts'
import { connectors } from './commands/connectors.ts'
import { consent } from './commands/consent.ts'
import { demo } from './commands/demo.ts'
import { email } from './commands/email.ts'
import { erase } from './commands/erase.ts'
import { failures } from './commands/failures.ts'
import { fields } from './commands/fields.ts'
import { inboxes } from './commands/inboxes.ts'
import { init } from './commands/init.ts'
import { lists } from './commands/lists.ts'
import { pause, resume } from './commands/pause.ts'
import { plan } from './commands/plan.ts'
import { pull } from './commands/pull.ts'
import { reconcile } from './commands/reconcile.ts'
import { redrive } from './commands/redrive.ts'
import { rejections } from './commands/rejections.ts'
import { reload } from './commands/reload.ts'
import { replies } from './commands/replies.ts'
import { resync } from './commands/resync.ts'
import { run } from './commands/run.ts'
import { sandbox } from './commands/sandbox.ts'
import { schedule } from './commands/schedule.ts'
import { send } from './commands/send.ts'
import { status } from './commands/status.ts'
import { sync } from './commands/sync.ts'
import { tags } from './commands/tags.ts'
import { team } from './commands/team.ts'
import { templates } from './commands/templates.ts'
import { undo } from './commands/undo.ts'
import { why } from './commands/why.ts'

export const commands: readonly Command[] = [
  init,
  check,
  plan,
  apply,
  sync,
  resync,
  reconcile,
  run,
  pause,
  resume,
  reload,
  status,
  why,
  rejections,
  collisions,
  failures,
  redrive,
  approve,
  undo,
  consent,
  erase,
  send,
  broadcast,
  schedule,
  email,
  replies,
  inboxes,
  team,
  fields,
  tags,
  lists,
  templates,
  api,
  connectors,
  pull,
  sandbox,
  demo,
]
