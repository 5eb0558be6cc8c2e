// The command table: every word that `heysync` understands, in the order of its help. What a command is loads only where it is meant.
import type { CommandEntry } from './command.ts'

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'write a first heysync.yaml',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'check',
    summary: 'try config, sources and credentials, and say how to mend what is wrong',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'plan',
    summary: 'show what `sync` would change, and write nothing to Heymarket',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'apply',
    summary: 'do what a saved plan says, and nothing else',
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'sync',
    summary: 'bring Heymarket up to date with the sources',
    load: async () => (await import('./commands/sync.ts')).sync,
  },
  {
    name: 'resync',
    summary: 'compare everything on both sides and write the differences',
    load: async () => (await import('./commands/resync.ts')).resync,
  },
  {
    name: 'reconcile',
    summary: 'read all of Heymarket and report where it differs from what heysync knew',
    load: async () => (await import('./commands/reconcile.ts')).reconcile,
  },
  {
    name: 'run',
    summary: 'keep syncing in the background, on the schedules of the config',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'pause',
    summary: 'stop pulling a source by schedule, or all of them',
    load: async () => (await import('./commands/pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'pull a paused source by schedule again, or all of them',
    load: async () => (await import('./commands/pause.ts')).resume,
  },
  {
    name: 'reload',
    summary: 'let the running service read its config again',
    load: async () => (await import('./commands/reload.ts')).reload,
  },
  {
    name: 'alerts',
    summary: 'list what `heysync run` has told somebody about and is not over, or test who is told: test',
    load: async () => (await import('./commands/alerts.ts')).alerts,
  },
  {
    name: 'status',
    summary: 'show how things stand',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'why',
    summary: 'tell why a person is, or is not, in Heymarket',
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'rejections',
    summary: 'list the records that could not become contacts, and why',
    load: async () => (await import('./commands/rejections.ts')).rejections,
  },
  {
    name: 'collisions',
    summary: 'list the numbers that several records claim, who wins, and why',
    load: async () => (await import('./commands/collisions.ts')).collisions,
  },
  {
    name: 'failures',
    summary: 'list the changes that did not get through to Heymarket, and why',
    load: async () => (await import('./commands/failures.ts')).failures,
  },
  {
    name: 'redrive',
    summary: 'try the dead letters again',
    load: async () => (await import('./commands/redrive.ts')).redrive,
  },
  {
    name: 'approve',
    summary: 'release what the guard held in a cycle',
    load: async () => (await import('./commands/approve.ts')).approve,
  },
  {
    name: 'undo',
    summary: 'take back what a cycle wrote',
    load: async () => (await import('./commands/undo.ts')).undo,
  },
  {
    name: 'consent',
    summary: 'show whether somebody may be texted, or change it: show, deny, allow',
    load: async () => (await import('./commands/consent.ts')).consent,
  },
  {
    name: 'erase',
    summary: 'forget a person, so that no source brings them back',
    load: async () => (await import('./commands/erase.ts')).erase,
  },
  {
    name: 'backup',
    summary: 'copy the database to a file that can be restored, also while the service runs',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'put a backup in the place of the database, keeping opt-outs and erasures from since',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  {
    name: 'send',
    summary: 'send a message to a person, a conversation or a group',
    load: async () => (await import('./commands/send.ts')).send,
  },
  {
    name: 'broadcast',
    summary: 'send one message to many, each person once',
    load: async () => (await import('./commands/broadcast.ts')).broadcast,
  },
  {
    name: 'schedule',
    summary: 'send a message later: create, get, update, cancel, list',
    load: async () => (await import('./commands/schedule.ts')).schedule,
  },
  {
    name: 'email',
    summary: 'send an e-mail from an inbox',
    load: async () => (await import('./commands/email.ts')).email,
  },
  {
    name: 'replies',
    summary: 'show what people texted in',
    load: async () => (await import('./commands/replies.ts')).replies,
  },
  {
    name: 'inboxes',
    summary: 'list the inboxes, with their members',
    load: async () => (await import('./commands/inboxes.ts')).inboxes,
  },
  {
    name: 'team',
    summary: 'list the members of the team',
    load: async () => (await import('./commands/team.ts')).team,
  },
  {
    name: 'fields',
    summary: 'list the custom fields of contacts',
    load: async () => (await import('./commands/fields.ts')).fields,
  },
  {
    name: 'tags',
    summary: 'list the tags',
    load: async () => (await import('./commands/tags.ts')).tags,
  },
  {
    name: 'lists',
    summary: 'list the lists, or who is on one',
    load: async () => (await import('./commands/lists.ts')).lists,
  },
  {
    name: 'templates',
    summary: 'list the templates, or show one',
    load: async () => (await import('./commands/templates.ts')).templates,
  },
  {
    name: 'api',
    summary: 'call any documented endpoint of Heymarket',
    load: async () => (await import('./commands/api.ts')).api,
  },
  {
    name: 'connectors',
    summary: 'list the kinds of source that heysync reads, write a new one, or try one on a real account',
    load: async () => (await import('./commands/connectors.ts')).connectors,
  },
  {
    name: 'pull',
    summary: 'show the first records of a source, raw and as the mapping reads them',
    load: async () => (await import('./commands/pull.ts')).pull,
  },
  {
    name: 'sandbox',
    summary: 'run a local Heymarket to try things out',
    load: async () => (await import('./commands/sandbox.ts')).sandbox,
  },
  {
    name: 'demo',
    summary: 'see it work, without an account',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'support-bundle',
    summary: 'write an archive for whoever helps, without secrets and without people',
    load: async () => (await import('./commands/support-bundle.ts')).supportBundleCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands and options in your shell',
    load: async () => (await import('./commands/completion.ts')).completionOf(commands),
  },
]
