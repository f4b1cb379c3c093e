// The linear memory of a module.

/** Of the decoders the one that does not have to look at the bytes. */
const asciiDecoder = new TextDecoder('latin1');

export class Memory {
  protected memory!: WebAssembly.Memory;
  private view = new Uint8Array(0);
  private words = new Uint32Array(0);

  /** The linear memory as it is now: growing makes a view of earlier stale. */
  bytes(): Uint8Array {
    if (this.view.length === 0) {
      this.view = new Uint8Array(this.memory.buffer);
      this.words = new Uint32Array(this.memory.buffer);
    }
    return this.view;
  }

  /** Writes ASCII to an address. */
  putAscii(text: string, at: number): void {
    const bytes = this.bytes();
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  }

  /** Reads ASCII. Short texts, such as the header of one entry, are quicker without the decoder. */
  ascii(at: number, length: number): string {
    const m = this.bytes();
    const end = at + length;
    if (length > 200) return asciiDecoder.decode(m.subarray(at, end));
    let text = '';
    let i = at;
    for (; i + 8 <= end; i += 8) {
      text += String.fromCharCode(
        m[i]!, m[i + 1]!, m[i + 2]!, m[i + 3]!, m[i + 4]!, m[i + 5]!, m[i + 6]!, m[i + 7]!,
      );
    }
    for (; i < end; i++) text += String.fromCharCode(m[i]!);
    return text;
  }

  /** Reads a 32-bit number. */
  word(at: number): number {
    this.bytes();
    return this.words[at >>> 2]!;
  }
}
