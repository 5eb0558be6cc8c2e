// A folder of its own for a way that changes what it works on: the stage stays as it is for the next one.
import { copyFileSync, existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** With the config of the stage, one of its files of people and its database, or an earlier one, or none. */
export async function beside(folder, { people = 'people.csv', database = 'heysync.db' }, work) {
  const other = mkdtempSync(`${folder}-`)
  const take = (name, as = name, how = copyFileSync) => {
    if (existsSync(join(folder, name))) how(join(folder, name), join(other, as))
  }
  try {
    take('heysync.yaml')
    take(people, 'people.csv', linkSync)
    take('crm.db')
    if (database !== null) take(database, 'heysync.db')
    return await work(other)
  } finally {
    rmSync(other, { recursive: true, force: true })
  }
}
