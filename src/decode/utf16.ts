/** UTF-16 text with a byte order mark, as PowerShell's redirection makes of the AWS CLI's output. */
export function isUtf16(bytes: Buffer): boolean {
  return (
    bytes.length >= 4 && (isMark(bytes, 0xff, 0xfe) || isMark(bytes, 0xfe, 0xff)) && bytes.length % 2 === 0
  )
}

function isMark(bytes: Buffer, first: number, second: number): boolean {
  return bytes[0] === first && bytes[1] === second
}

/** Without the mark. */
export function toUtf8(bytes: Buffer): Buffer {
  if (bytes[0] === 0xff) return Buffer.from(bytes.toString('utf16le', 2), 'utf8')
  return Buffer.from(Buffer.from(bytes.subarray(2)).swap16().toString('utf16le'), 'utf8')
}
