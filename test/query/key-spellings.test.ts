/** However S3 wrote a key in an access log, the key as typed finds it. */
import { describe, expect, it } from 'vitest'
import { keySpellings } from '../../src/query/access-log/key-spellings.js'

describe('a key is looked for as S3 may have written it', () => {
  it.each([
    ['a b', ['a b', 'a%20b', 'a+b', 'a%2520b', 'a%2Bb']],
    [
      'a+b ü',
      ['a+b ü', 'a%2Bb%20%C3%BC', 'a+b%20%C3%BC', 'a%2Bb+%C3%BC', 'a+b+%C3%BC', 'a%252Bb%2520%25C3%25BC'],
    ],
    [
      'dt=2024-01-01/x,y:z@1&2$3;',
      ['dt%3D2024-01-01/x%2Cy%3Az%401%262%243%3B', 'dt=2024-01-01/x,y:z@1&2$3;'],
    ],
    ["it's (1)!~*", ["it's%20(1)!~*", 'it%27s%20%281%29%21%7E%2A', 'it%27s+%281%29%21%7E%2A']],
    ['100% sure', ['100%25%20sure', '100%25+sure', '100%2525%2520sure']],
    ['plain/key.txt', ['plain/key.txt']],
  ])('%s', (key, spellings) => {
    expect(keySpellings(key)).toEqual(expect.arrayContaining(spellings))
  })

  it('in few ways, and in one where there is nothing to write otherwise', () => {
    expect(keySpellings('plain/key.txt')).toEqual(['plain/key.txt'])
    expect(keySpellings("a+b c=d!'()*~").length).toBeLessThanOrEqual(33)
    expect(keySpellings('\ud800')).toContain('%EF%BF%BD')
  })
})
