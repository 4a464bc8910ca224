import { expect, test } from '@jest/globals';
import { concernedBy, type ImportGraph, sourcesOf } from '../../../../lib/adapters/local/watch/concerned.ts';

const graph: ImportGraph = new Map([
  ['bin/a.ts', ['lib/a.ts', 'lib/shared.ts']],
  ['bin/b.ts', ['lib/b.ts']],
  ['lib/a.ts', ['lib/deep.ts']],
  ['lib/b.ts', ['lib/shared.ts']],
  ['lib/deep.ts', ['lib/a.ts']],
  ['lib/shared.ts', []],
  ['page/main.tsx', ['lib/deep.ts', 'page/page.css']],
]);
const processes = [
  { name: 'a-1', entries: ['bin/a.ts'] },
  { name: 'a-2', entries: ['bin/a.ts'] },
  { name: 'b', entries: ['bin/b.ts'] },
  { name: 'page', entries: ['bin/page.ts', 'page/main.tsx', 'page/index.html'] },
];

test.each([
  ['a program itself', ['bin/b.ts'], ['b']],
  ['what one program imports', ['lib/b.ts'], ['b']],
  ['what several processes run', ['lib/a.ts'], ['a-1', 'a-2', 'page']],
  ['what is imported through others, in a circle too', ['lib/deep.ts'], ['a-1', 'a-2', 'page']],
  ['what two programs share', ['lib/shared.ts'], ['a-1', 'a-2', 'b']],
  ['what a program reads and does not import', ['page/index.html'], ['page']],
  [
    'several files, each process once',
    ['lib/shared.ts', 'lib/b.ts', 'page/page.css'],
    ['a-1', 'a-2', 'b', 'page'],
  ],
  ['what nothing runs', ['lib/unused.ts'], []],
  ['nothing', [], []],
])('%s', (_, changed, names) => {
  expect(concernedBy(changed, graph, processes)).toEqual(names);
});

test('the sources of a program are its own file and all that it loads', () => {
  expect([...sourcesOf(['bin/b.ts'], graph)].sort()).toEqual(['bin/b.ts', 'lib/b.ts', 'lib/shared.ts']);
  expect([...sourcesOf(['bin/gone.ts'], graph)]).toEqual(['bin/gone.ts']);
});
