// uni-app's storage functions alone, imported by name, the rest shaken off.
import { getStorage, getStorageInfoSync, getStorageSync, setStorage, setStorageSync } from '@dcloudio/uni-h5'

globalThis.uniStorage = { getStorage, getStorageInfoSync, getStorageSync, setStorage, setStorageSync }
