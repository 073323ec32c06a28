/** Adds a newline on a terminal only: elsewhere the output is the exact evidence. */
export async function writeBytes(out: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  const data = out.isTTY ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes
  await new Promise<void>((resolve, reject) => {
    out.write(data, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}
