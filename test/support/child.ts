// Owns real second processes: a piece of TypeScript of this project, run by a plain node, to be killed at will.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { onTestFinished } from 'vitest'
import { tempFolder } from './folder.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Connectors import what they are written against by the name of the package. */
const PACKAGE = {
  name: 'heysync',
  type: 'module',
  exports: { './connector': './src/connector/contract.js' },
}

export interface Child {
  /** Resolves when the child prints this line; rejects when it ends without. */
  says(line: string): Promise<void>
  /** Sends the child a line. */
  tell(line: string): void
  /** As `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>
  /** The exit code, once it has ended by itself. */
  ended(): Promise<number | null>
}

/** Starts `script`, an ES module that imports from `./src/…` and `./connectors/…`, with these arguments. */
export function aChild(script: string, ...args: string[]): Child {
  const folder = tempFolder()
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify(PACKAGE))
  const done = new Set<string>()
  for (const [, path] of script.matchAll(/from '\.\/((?:src|connectors)\/[^']+)\.js'/g))
    compile(join(ROOT, `${path}.ts`), folder, done)
  compile(join(ROOT, 'src/connector/contract.ts'), folder, done)
  cpSync(join(ROOT, 'src/db/migrations'), join(folder, 'src/db/migrations'), { recursive: true })
  writeFileSync(join(folder, 'child.js'), script)
  const child = spawn(process.execPath, ['child.js', ...args], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return talk(child)
}

function talk(child: ChildProcess): Child {
  let heard = ''
  const waiting = new Set<() => void>()
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  child.stdout?.on('data', (part: Buffer) => {
    heard += part.toString()
    for (const look of waiting) look()
  })
  return {
    ended: () => ended,
    tell: (line) => void child.stdin?.write(`${line}\n`),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    says: (line) =>
      new Promise((found, fail) => {
        const look = () => {
          if (heard.split('\n').includes(line)) found()
        }
        waiting.add(look)
        look()
        void ended.then(() => fail(new Error(`the child ended without "${line}", after:\n${heard}`)))
      }),
  }
}

/** One file and what it imports, as JavaScript under `folder`, at the place it has in the project. */
function compile(path: string, folder: string, done: Set<string>): void {
  if (done.has(path)) return
  done.add(path)
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  const target = join(folder, relative(ROOT, path).replace(/\.ts$/, '.js'))
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, outputText)
  for (const [, specifier = ''] of outputText.matchAll(/from ['"](\.[^'"]+)\.js['"]/g)) {
    compile(join(dirname(path), `${specifier}.ts`), folder, done)
  }
}
