import localforage from 'localforage'

globalThis.localForage = localforage
