import { ensureCorpus } from './corpus.js'
await ensureCorpus('/tmp/bench-data', { profile: 'ten-million', seed: 1, duplicates: 0 }, console.error)
