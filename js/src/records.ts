// The records of one space, as the functions that the module imports see them.
import type { Database } from './database.js';
import type { Items } from './items.js';
import { unreadable } from './items.js';
import type { OpenRecord } from './texts.js';
import { Texts } from './texts.js';

/** What the imported functions need: the spaces by number, and the module's memory. */
export interface Host {
  space(number: number): Records;
  ascii(at: number, length: number): string;
  putAscii(text: string, at: number): void;
  word(at: number): number;
}

export class Records {
  texts = new Texts();
  items: Items | undefined;
  database: Database | undefined;
  listing: { ids: number[]; open(i: number): OpenRecord | number } = { ids: [], open: () => unreadable };
  /** Counts what may move a key in the order by age. */
  protected moves = 0;

  constructor(private readonly host: Host) {}

  /** Keys and texts of the given slots in turn, as a record holds them. */
  payload(slots: number, count: number): string {
    let payload = '';
    for (let i = 0; i < count; i++) {
      const slot = this.host.word(slots + 4 * i);
      const [key, text] = this.texts.parts(slot);
      payload += key + text;
    }
    return payload;
  }

  /** Opens a record of the listing; the answer is the length of its header, or why it cannot be read. */
  openRecord(i: number): number {
    const record = this.listing.open(i);
    if (typeof record !== 'number') {
      this.texts.record = record;
      this.moves++;
      return record.header.length;
    }
    return record;
  }
}
