/** What to do about recognised formats that are not read. */
const ADVICE: Readonly<Record<string, string>> = {
  zstd: 'unpack it with zstd -d, then index the result',
  'gzip inside gzip inside gzip': 'inflate it with gunzip, then index the result',
  xz: 'unpack it with xz -d, then index the result',
  bzip2: 'unpack it with bzip2 -d, then index the result',
  zip: 'a zip inside a container: unpack the outer one, then index the result',
  tar: 'a tar inside a container: unpack the outer one, then index the result',
  '7z': 'unpack it with 7z x, then index the result',
  Parquet:
    "write it as NDJSON, e.g. with DuckDB: COPY (FROM 'file.parquet') TO 'file.json'; Security Lake’s OCSF is not CloudTrail’s record format",
  ORC: 'write it as NDJSON first; Lake exports as CSV or JSON are read',
  'UTF-16 text': 'too large to be converted in memory: iconv -f UTF-16 -t UTF-8, then index the result',
}

export function whatToDo(format: string): string {
  return `${format}: ${ADVICE[format] ?? 'not read by this version; convert it, then index the result'}`
}
