// Owns tags and custom fields: few, asked for at every write, so they are kept in memory beside their tables.
import type { Db } from './schema.ts'
import { FIELDS, TAGS } from './start-data.ts'

export interface TagRow {
  readonly id: number
  readonly uuid: string
  readonly tag: string
  readonly color: string
  readonly created_us: number
  readonly updated_us: number
  readonly rev: number
}

export interface FieldRow {
  readonly id: number
  readonly title: string
}

export interface Catalog {
  readonly tags: ReadonlyMap<number, TagRow>
  readonly fields: ReadonlyMap<number, FieldRow>
  addTag(tag: Omit<TagRow, 'id'>): TagRow
  removeTag(id: number): void
  addField(title: string): FieldRow
  /** The tags and fields of a new sandbox, where there are none. */
  fill(us: number): void
  /** Reads the tables again. */
  load(): void
}

export function openCatalog(db: Db): Catalog {
  const selectTags = db.prepare<[], TagRow>('SELECT * FROM tag ORDER BY id')
  const selectFields = db.prepare<[], FieldRow>('SELECT * FROM field ORDER BY id')
  const insertTag = db.prepare<[TagRow]>(
    'INSERT INTO tag (id, uuid, tag, color, created_us, updated_us, rev) VALUES (@id, @uuid, @tag, @color, @created_us, @updated_us, @rev)',
  )
  const deleteTag = db.prepare<[number]>('DELETE FROM tag WHERE id = ?')
  const insertField = db.prepare<[FieldRow]>('INSERT INTO field (id, title) VALUES (@id, @title)')

  const tags = new Map<number, TagRow>()
  const fields = new Map<number, FieldRow>()
  let lastTagId = 0

  function saveTag(row: TagRow): TagRow {
    insertTag.run(row)
    tags.set(row.id, row)
    lastTagId = Math.max(lastTagId, row.id)
    return row
  }
  function saveField(row: FieldRow): FieldRow {
    insertField.run(row)
    fields.set(row.id, row)
    return row
  }
  function load() {
    tags.clear()
    fields.clear()
    for (const row of selectTags.all()) tags.set(row.id, row)
    for (const row of selectFields.all()) fields.set(row.id, row)
    lastTagId = Math.max(lastTagId, ...tags.keys())
  }

  load()
  return {
    tags,
    fields,
    // The id of a deleted tag is not given out again, so that an old reference cannot come to mean another tag.
    addTag: (tag) => saveTag({ ...tag, id: lastTagId + 1 }),
    removeTag(id) {
      deleteTag.run(id)
      tags.delete(id)
    },
    addField: (title) => saveField({ id: Math.max(0, ...fields.keys()) + 1, title }),
    fill(us) {
      if (tags.size + fields.size > 0) return
      lastTagId = 0
      TAGS.forEach((one, index) => {
        saveTag({ ...one, uuid: tagUuid(one.id), created_us: us + index, updated_us: us + index, rev: 1 })
      })
      for (const one of FIELDS) saveField(one)
    },
    load,
  }
}

/** Start data looks the same in every sandbox, uuid included. */
function tagUuid(id: number): string {
  return `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
}
