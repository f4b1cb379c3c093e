// What a Mini warns about.
import type { Warning } from '../types/minipoly.js';

/** The codes of warnings, with what they mean. The set is closed; docs/storage.md lists it. */
export const warningTexts = {
  'storage-fallback': 'the storage asked for cannot be used here; another takes its place',
  'memory-only': 'neither IndexedDB nor localStorage can be used: data end with the page',
  'journal-refused': 'localStorage refused the journal: synchronous writes are in memory until IndexedDB has them',
  'commit-failed': 'the storage refused a commit: the values stay in memory and the commit is tried again',
  'entry-lost': 'a stored entry was damaged and is lost',
  'record-lost': 'a stored record could not be read and is lost',
  evicted: 'the browser or its user has removed the stored data while the page runs: all is stored again',
  'moved-to-indexeddb': 'the data of this space are in IndexedDB; the classic script takes them over now',
  'newer-format': 'the data were written by a newer minipoly and are left alone',
} as const;

export type WarningCode = keyof typeof warningTexts;

export function makeWarning(code: WarningCode, detail?: unknown): Warning {
  return { code, message: `minipoly: ${warningTexts[code]}`, ...(detail === undefined ? {} : { detail }) };
}

/** Reports what a callback of the page has thrown, as an uncaught exception, without breaking what goes on here. */
export function reportException(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else
    setTimeout(() => {
      throw error;
    });
}
