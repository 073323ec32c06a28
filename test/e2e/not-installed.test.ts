/** An install without the compiled part of better-sqlite3: npm ran no install scripts, or Node was replaced since. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { APPLICATION_ID } from '../../src/store/format.js'
import { DISK, ROOT, startCommand, tempFolder, type Run } from '../helpers/cli.js'

const folder = tempFolder('install', DISK)
const engine = path.join(folder, 'node_modules/better-sqlite3')

const coldtrail = (...args: string[]): Promise<Run> =>
  startCommand(process.execPath, [path.join(folder, 'dist/bin.js'), ...args], { cwd: folder }).done

beforeAll(() => {
  for (const name of ['dist', 'package.json', 'oclif.manifest.json'])
    cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true })
  mkdirSync(engine, { recursive: true })
  for (const name of ['lib', 'package.json'])
    cpSync(path.join(ROOT, 'node_modules/better-sqlite3', name), path.join(engine, name), { recursive: true })
  for (const name of readdirSync(path.join(ROOT, 'node_modules')))
    if (name !== 'better-sqlite3')
      symlinkSync(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name))
  mkdirSync(path.join(folder, 'logs'))
  writeFileSync(path.join(folder, 'logs/a.json'), '{"Records":[]}')
  const header = Buffer.alloc(512)
  header.write('SQLite format 3\0')
  header.writeUInt32BE(APPLICATION_ID, 68)
  writeFileSync(path.join(folder, 'case.sqlite'), header)
})

const QUESTIONS = [['index', 'logs', '--case', 'new.sqlite'], ['find', 'text', 'word'], ['info']]

it.each(QUESTIONS)('%s %s says that it is missing, and what to type', async (...args) => {
  const { code, stderr, stdout } = await coldtrail(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.split('\n')).toEqual([
    'Error: SQLite cannot be loaded: the compiled part of better-sqlite3 is missing: npm did not run its install script',
    `  install again with this Node (${process.version}): npm install -g --allow-scripts=better-sqlite3 ./coldtrail-VERSION.tgz`,
    '',
  ])
  expect(readdirSync(folder).filter((name) => name.startsWith('new'))).toEqual([])
})

it.each(QUESTIONS)('%s %s says that it is of another Node', async (...args) => {
  mkdirSync(path.join(engine, 'build/Release'), { recursive: true })
  writeFileSync(path.join(engine, 'build/Release/better_sqlite3.node'), 'of another machine')
  const { code, stderr } = await coldtrail(...args)
  expect(code).toBe(2)
  expect(stderr).toContain('better-sqlite3 was made for another Node or machine\n')
})

it('commands that need none work', async () => {
  expect((await coldtrail('--version')).stdout).toMatch(/^coldtrail\//)
  expect((await coldtrail('find', '--help')).stdout).toContain('find principal')
})
