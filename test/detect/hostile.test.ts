/** Rules from anybody: each bad one is a line with its reason, and all others are evaluated. */
import { truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { loadRules } from '../../src/detect/parse/load.js'
import { resolveCorrelations } from '../../src/detect/correlate/resolve.js'
import { run, tempFolder } from '../helpers/cli.js'
import { BASE, makeCase } from './made-case.js'

const rule = (title: string, more = '', detection = 'call: {eventName: ListUsers}'): string =>
  `title: ${title}\nlogsource: {product: aws}\n${more}detection:\n  ${detection}\n  condition: call\n`

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = tempFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  return folder
}

it('lists what is no rule, and evaluates the rest', () => {
  const huge = path.join(folderOf({}), 'huge.yml')
  writeFileSync(huge, '')
  truncateSync(huge, 100 * 1024 * 1024)
  const folder = folderOf({
    'a.yml': rule('Good'),
    'b.yml': 'title: [unclosed\n',
    'c.yml': Buffer.from([0xff, 0xfe, 0x00]),
    'd.yml': '',
    'e.yml': '- a\n- list\n',
    'f.yml': rule('Twice', 'title: again\n'),
    'g.yml': rule('Slow', '', `call: {eventName|re: '(x+x+)+y{1000}{1000}'}`),
    'h.yml': rule('Deep', `x: ${'['.repeat(300)}${']'.repeat(300)}\n`),
    'i.yml': rule('Good as well') + '---\n' + rule('And this'),
    'not-a-rule.txt': 'nothing',
  })
  const { rules, refused } = loadRules([folder, huge])
  expect(rules.map(({ title }) => title)).toEqual(['Good', 'Good as well', 'And this'])
  expect(refused.map(({ place, reason }) => `${path.basename(place)}: ${reason}`)).toEqual([
    expect.stringMatching(/^b\.yml: not YAML/) as string,
    'c.yml: not UTF-8',
    'd.yml: an empty file',
    'e.yml: not a rule: it has no keys',
    expect.stringMatching(/^f\.yml: not YAML: Map keys must be unique/) as string,
    expect.stringMatching(/^g\.yml: eventName\|re: /) as string,
    expect.stringMatching(/^h\.yml: nested deeper/) as string,
    'huge.yml: a file of 104857600 bytes; rules are read up to 16777216',
  ])
})

it('stops at correlations that name each other in a circle', () => {
  const one = (name: string, other: string): string =>
    `title: ${name}\nname: ${name}\ncorrelation:\n  type: event_count\n  rules: [${other}]\n  timespan: 1m\n  condition: {gte: 1}\n`
  const { rules, refused } = loadRules([
    folderOf({ 'a.yml': [one('a', 'b'), one('b', 'c'), one('c', 'a')].join('---\n') }),
  ])
  const resolved = resolveCorrelations(rules, refused)
  expect(resolved.correlations).toEqual([])
  for (const { reason } of resolved.refused)
    expect(reason).toMatch(/names itself, directly or through others/)
})

it('evaluates 10,000 rules, and prints hostile text escaped', async () => {
  const caseFile = await makeCase([BASE, { ...BASE, eventName: 'Name7' }])
  const many = Array.from({ length: 10_000 }, (_, at) =>
    rule(`Rule ${at}`, '', `call: {eventName: Name${at}}`),
  )
  const folder = folderOf({
    'many.yml': many.join('---\n'),
    'odd.yml': rule('"\\e[31mred\\u202e =1+1"', 'author: "\\e]0;x"\ntags: ["attack.t1000\\e[2J"]\n'),
  })
  const found = await run(['detect', '--case', caseFile, '--rules', folder, '--only-given'])
  expect(found.code).toBe(0)
  expect(found.stdout).toMatch(/Rule 7/)
  expect(found.stderr).toMatch(/10001 rules: 2 hit/)
  expect(found.stdout + found.stderr).not.toMatch(/[\u001b\u202e]/)
  const csv = await run(['hits', '--case', caseFile, '--format', 'csv'])
  expect(csv.stdout).not.toMatch(/[\u001b\u202e]/)
})
