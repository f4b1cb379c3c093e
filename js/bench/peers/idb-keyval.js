import { entries, get, set, setMany } from 'idb-keyval'

globalThis.idbKeyval = { entries, get, set, setMany }
