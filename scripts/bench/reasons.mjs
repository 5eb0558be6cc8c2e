// Why some goals are missed in more than one case.

/** Of the longest block, where no service runs. */
export const OWN_LOG = `as far as it was looked into: here, as in a command, whoever commits also brings the log into the database and waits for the disk, now and then for somewhat
  longer than 50 ms; in the service a thread does that, see [daemon](#daemon).`
